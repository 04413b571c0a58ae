"""
H.450.11 (03/2001), call intrusion: Call-Intrusion-Operations.
"""

from __future__ import annotations

from typing import Any

from h323d.asn1.schema.h225 import CallIdentifier
from h323d.asn1.schema.h450_4 import MixedExtension
from h323d.asn1.schema.notation import (
    Choice,
    Integer,
    Null,
    Sequence,
    alternatives,
    components,
    listOf,
    mandatory,
    optional,
    span,
)

class CICapabilityLevel(Integer):
    """
    1 low, 2 medium, 3 high.
    """

    subtypeSpec = span(1, 3)


class CIProtectionLevel(Integer):
    """
    0 low, 1 medium, 2 high, 3 full.
    """

    subtypeSpec = span(0, 3)


class CIStatusInformation(Choice):
    componentType = alternatives(
        ("callIntrusionImpending", Null()),
        ("callIntruded", Null()),
        ("callIsolated", Null()),
        ("callForceReleased", Null()),
        ("callIntrusionComplete", Null()),
        ("callIntrusionEnd", Null()),
    )
    extensible = True
    rootCount = 6


class CIRequestArg(Sequence):
    componentType = components(
        mandatory("ciCapabilityLevel", CICapabilityLevel()),
        optional("argumentExtension", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 2


class CIRequestRes(Sequence):
    componentType = components(
        mandatory("ciStatusInformation", CIStatusInformation()),
        optional("resultExtension", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 2


class CIGetCIPLOptArg(Sequence):
    componentType = components(
        optional("argumentExtension", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 1


class CIGetCIPLRes(Sequence):
    componentType = components(
        mandatory("ciProtectionLevel", CIProtectionLevel()),
        optional("silentMonitoringPermitted", Null()),
        optional("resultExtension", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 3


class CIIsOptArg(Sequence):
    componentType = components(
        optional("argumentExtension", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 1


class CIIsOptRes(Sequence):
    componentType = components(
        optional("resultExtension", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 1


class CIFrcRelArg(Sequence):
    componentType = components(
        mandatory("ciCapabilityLevel", CICapabilityLevel()),
        optional("argumentExtension", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 2


class CIFrcRelOptRes(Sequence):
    componentType = components(
        optional("resultExtension", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 1


class CIWobOptArg(Sequence):
    componentType = components(
        optional("argumentExtension", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 1


class CIWobOptRes(Sequence):
    componentType = components(
        optional("resultExtension", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 1


class CISilentArg(Sequence):
    componentType = components(
        mandatory("ciCapabilityLevel", CICapabilityLevel()),
        optional("specificCall", CallIdentifier()),
        optional("argumentExtension", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 3


class CISilentOptRes(Sequence):
    componentType = components(
        optional("resultExtension", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 1


class CINotificationArg(Sequence):
    componentType = components(
        mandatory("ciStatusInformation", CIStatusInformation()),
        optional("argumentExtension", listOf(MixedExtension(), 0, 255)),
    )
    extensible = True
    rootCount = 2


TYPES: dict[str, Any] = {
    "CICapabilityLevel": CICapabilityLevel,
    "CIProtectionLevel": CIProtectionLevel,
    "CIStatusInformation": CIStatusInformation,
    "CIRequestArg": CIRequestArg,
    "CIRequestRes": CIRequestRes,
    "CIGetCIPLOptArg": CIGetCIPLOptArg,
    "CIGetCIPLRes": CIGetCIPLRes,
    "CIIsOptArg": CIIsOptArg,
    "CIIsOptRes": CIIsOptRes,
    "CIFrcRelArg": CIFrcRelArg,
    "CIFrcRelOptRes": CIFrcRelOptRes,
    "CIWobOptArg": CIWobOptArg,
    "CIWobOptRes": CIWobOptRes,
    "CISilentArg": CISilentArg,
    "CISilentOptRes": CISilentOptRes,
    "CINotificationArg": CINotificationArg,
}
