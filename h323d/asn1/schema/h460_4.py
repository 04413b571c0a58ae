"""
H.460.4 (01/2007), call priority and country of origin: CALL-PRIORITY.
"""

from __future__ import annotations

from typing import Any

from h323d.asn1.schema.h235 import ClearToken, CryptoToken
from h323d.asn1.schema.notation import (
    Choice,
    IA5String,
    Null,
    Sequence,
    alternatives,
    components,
    integer,
    listOf,
    mandatory,
    optional,
    sized,
)

class CallPriorityInfo_priorityValue(Choice):
    componentType = alternatives(
        ("emergencyAuthorized", Null()),
        ("emergencyPublic", Null()),
        ("high", Null()),
        ("normal", Null()),
    )
    extensible = True
    rootCount = 4


class CallPriorityInfo_rejectReason(Choice):
    componentType = alternatives(
        ("priorityUnavailable", Null()),
        ("priorityUnauthorized", Null()),
        ("priorityValueUnknown", Null()),
    )
    extensible = True
    rootCount = 3


class CallPriorityInfo(Sequence):
    componentType = components(
        mandatory("priorityValue", CallPriorityInfo_priorityValue()),
        optional("priorityExtension", integer(0, 255)),
        optional("tokens", listOf(ClearToken())),
        optional("cryptoTokens", listOf(CryptoToken())),
        optional("rejectReason", CallPriorityInfo_rejectReason()),
    )
    extensible = True
    rootCount = 5


class Origination_x121(Sequence):
    componentType = components(
        mandatory("countryCode", sized(IA5String, 3, 3, "0123456789")),
    )
    extensible = True
    rootCount = 1


class Origination_e164(Sequence):
    componentType = components(
        mandatory("countryCode", sized(IA5String, 3, 3, "0123456789")),
        mandatory("identificationCode", sized(IA5String, 1, 4, "0123456789")),
    )
    extensible = True
    rootCount = 2


class Origination_numberingPlan(Choice):
    componentType = alternatives(
        ("x121", Origination_x121()),
        ("e164", Origination_e164()),
    )
    extensible = True
    rootCount = 2


class CountryInternationalNetworkCallOriginationIdentification(Sequence):
    componentType = components(
        mandatory("numberingPlan", Origination_numberingPlan()),
    )
    extensible = True
    rootCount = 1


TYPES: dict[str, Any] = {
    "CallPriorityInfo": CallPriorityInfo,
    "CountryInternationalNetworkCallOriginationIdentification": CountryInternationalNetworkCallOriginationIdentification,
}
