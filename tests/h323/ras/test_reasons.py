"""
Reasons in the words of RAS.
"""

from __future__ import annotations

import pytest

from h323d.call.applications import Reason
from h323d.h323.ras.messages import (
    PROTOCOL_IDENTIFIER,
    Fields,
    RASMessage,
    decodeRAS,
    encodeRAS,
    reasonOf,
    rejection,
)
from h323d.h323.ras.reasons import REASONS, named

# Of each reason: RRJ, ARJ, BRJ.
ANSWERS = {
    "INVALID_SIGNATURE": ("securityDenial", "securityDenial", "securityDenial"),
    "NOT_REGISTERED": ("securityDenial", "callerNotRegistered", "invalidPermission"),
    "PII_POLICY_VIOLATION": ("genericDataReason", "genericDataReason", "undefinedReason"),
    "BANDWIDTH_EXCEEDED": ("resourceUnavailable", "requestDenied", "insufficientResources"),
    "CAPACITY_EXCEEDED": ("resourceUnavailable", "exceedsCallCapacity", "insufficientResources"),
    "GATEKEEPER_ERROR": ("undefinedReason", "undefinedReason", "undefinedReason"),
    "NOT_PERMITTED": ("securityDenial", "requestDenied", "invalidPermission"),
    "NO_ROUTE": ("undefinedReason", "calledPartyNotRegistered", "undefinedReason"),
    "LOOP": ("undefinedReason", "requestDenied", "undefinedReason"),
    "RATE_EXCEEDED": ("resourceUnavailable", "resourceUnavailable", "insufficientResources"),
    "OUT_OF_SERVICE": ("resourceUnavailable", "resourceUnavailable", "insufficientResources"),
    "REFUSED_EVERYWHERE": ("undefinedReason", "requestDenied", "undefinedReason"),
}


def test_everyReasonHasItsAnswer() -> None:
    requests = ("registrationRequest", "admissionRequest", "bandwidthRequest")
    assert tuple(REASONS) == requests
    found = {each.name: tuple(REASONS[name][each] for name in requests) for each in Reason}
    assert found == ANSWERS


@pytest.mark.parametrize("name", REASONS)
def test_theAnswersAreReasonsOfTheirRejects(name: str) -> None:
    more: dict[str, Fields] = {
        "registrationRequest": {"protocolIdentifier": PROTOCOL_IDENTIFIER},
        "bandwidthRequest": {"allowedBandWidth": 0},
    }
    request = RASMessage(name, {"requestSeqNum": 1})
    for reason in REASONS[name].values():
        reject = rejection(request, reason, **more.get(name, {}))
        assert reasonOf(decodeRAS(encodeRAS(reject))) == reason


@pytest.mark.parametrize("name", REASONS)
def test_aGatesRejectNamesItsReason(name: str) -> None:
    more: dict[str, Fields] = {
        "registrationRequest": {"protocolIdentifier": PROTOCOL_IDENTIFIER},
        "bandwidthRequest": {"allowedBandWidth": 0},
    }
    request = RASMessage(name, {"requestSeqNum": 1})
    reject = rejection(request, "securityDenial", **more.get(name, {}))
    (entry,) = decodeRAS(encodeRAS(named(reject, Reason.INVALID_SIGNATURE))).fields["genericData"]
    (parameter,) = entry["parameters"]
    assert parameter["content"] == ("text", "INVALID_SIGNATURE")
    assert named(reject, Reason.NO_ROUTE) is reject
