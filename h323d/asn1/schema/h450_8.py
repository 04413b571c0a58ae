"""
H.450.8 (02/2000), name identification: Name-Operations.

The four operations define the same argument without a name; C{ARG-} and the
operation's name is the custom for it.
"""

from __future__ import annotations

from typing import Any

from h323d.asn1.schema.h450_4 import MixedExtension
from h323d.asn1.schema.notation import (
    BMPString,
    Choice,
    Null,
    OctetString,
    Sequence,
    alternatives,
    components,
    limits,
    listOf,
    mandatory,
    optional,
)

class SimpleName(OctetString):
    subtypeSpec = limits(1, 50)


class ExtendedName(BMPString):
    subtypeSpec = limits(1, 256)


class NamePresentationAllowed(Choice):
    componentType = alternatives(
        ("simpleName", SimpleName()),
        ("extendedName", ExtendedName()),
    )
    extensible = True
    rootCount = 2


class NamePresentationRestricted(Choice):
    componentType = alternatives(
        ("simpleName", SimpleName()),
        ("extendedName", ExtendedName()),
        ("restrictedNull", Null()),
    )
    extensible = True
    rootCount = 3


class Name(Choice):
    componentType = alternatives(
        ("namePresentationAllowed", NamePresentationAllowed()),
        ("namePresentationRestricted", NamePresentationRestricted()),
        ("nameNotAvailable", Null()),
    )
    extensible = True
    rootCount = 3


class ARG_callingName(Sequence):
    componentType = components(
        mandatory("name", Name()),
        optional("extensionArg", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 2


class ARG_alertingName(Sequence):
    componentType = components(
        mandatory("name", Name()),
        optional("extensionArg", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 2


class ARG_connectedName(Sequence):
    componentType = components(
        mandatory("name", Name()),
        optional("extensionArg", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 2


class ARG_busyName(Sequence):
    componentType = components(
        mandatory("name", Name()),
        optional("extensionArg", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 2


TYPES: dict[str, Any] = {
    "Name": Name,
    "NamePresentationAllowed": NamePresentationAllowed,
    "NamePresentationRestricted": NamePresentationRestricted,
    "SimpleName": SimpleName,
    "ExtendedName": ExtendedName,
    "ARG-callingName": ARG_callingName,
    "ARG-alertingName": ARG_alertingName,
    "ARG-connectedName": ARG_connectedName,
    "ARG-busyName": ARG_busyName,
}
