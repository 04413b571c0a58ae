"""
H.450.4 (05/1999), call hold: Call-Hold-Operations.
"""

from __future__ import annotations

from typing import Any

from h323d.asn1.schema.h225 import NonStandardParameter
from h323d.asn1.schema.h450_1 import Extension
from h323d.asn1.schema.notation import (
    Choice,
    Sequence,
    alternatives,
    components,
    listOf,
    optional,
)

class MixedExtension(Choice):
    componentType = alternatives(
        ("extension", Extension()),
        ("nonStandardData", NonStandardParameter()),
    )


class HoldNotificArg(Sequence):
    componentType = components(
        optional("extensionArg", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 1


class RetrieveNotificArg(Sequence):
    componentType = components(
        optional("extensionArg", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 1


class RemoteHoldArg(Sequence):
    componentType = components(
        optional("extensionArg", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 1


class RemoteRetrieveArg(Sequence):
    componentType = components(
        optional("extensionArg", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 1


class RemoteHoldRes(Sequence):
    componentType = components(
        optional("extensionRes", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 1


class RemoteRetrieveRes(Sequence):
    componentType = components(
        optional("extensionRes", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 1


TYPES: dict[str, Any] = {
    "MixedExtension": MixedExtension,
    "HoldNotificArg": HoldNotificArg,
    "RetrieveNotificArg": RetrieveNotificArg,
    "RemoteHoldArg": RemoteHoldArg,
    "RemoteHoldRes": RemoteHoldRes,
    "RemoteRetrieveArg": RemoteRetrieveArg,
    "RemoteRetrieveRes": RemoteRetrieveRes,
}
