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

REQUESTS = {
    "RRJ": "registrationRequest",
    "ARJ": "admissionRequest",
    "BRJ": "bandwidthRequest",
    "URJ": "unregistrationRequest",
    "DRJ": "disengageRequest",
    "INAK": "infoRequestResponse",
}
TABLE = """
reason                RRJ                 ARJ                      BRJ                   URJ              DRJ               INAK
INVALID_SIGNATURE     securityDenial      securityDenial           securityDenial        securityDenial   securityDenial    securityDenial
NOT_REGISTERED        securityDenial      callerNotRegistered      invalidPermission     permissionDenied requestToDropOther securityDenial
PII_POLICY_VIOLATION  genericDataReason   genericDataReason        undefinedReason       undefinedReason  securityDenial    undefinedReason
BANDWIDTH_EXCEEDED    resourceUnavailable requestDenied            insufficientResources undefinedReason  securityDenial    undefinedReason
CAPACITY_EXCEEDED     resourceUnavailable exceedsCallCapacity      insufficientResources undefinedReason  securityDenial    undefinedReason
GATEKEEPER_ERROR      undefinedReason     undefinedReason          undefinedReason       undefinedReason  securityDenial    undefinedReason
NOT_PERMITTED         securityDenial      requestDenied            invalidPermission     permissionDenied requestToDropOther securityDenial
NO_ROUTE              undefinedReason     calledPartyNotRegistered undefinedReason       undefinedReason  securityDenial    undefinedReason
LOOP                  undefinedReason     requestDenied            undefinedReason       undefinedReason  securityDenial    undefinedReason
RATE_EXCEEDED         resourceUnavailable resourceUnavailable      insufficientResources undefinedReason  securityDenial    undefinedReason
OUT_OF_SERVICE        resourceUnavailable resourceUnavailable      insufficientResources undefinedReason  securityDenial    undefinedReason
REFUSED_EVERYWHERE    undefinedReason     requestDenied            undefinedReason       undefinedReason  securityDenial    undefinedReason
"""


def test_everyReasonHasItsAnswer() -> None:
    (_, *rejects), *rows = map(str.split, TABLE.strip().splitlines())
    assert [REQUESTS[each] for each in rejects] == list(REASONS)
    found = [[each.name, *(REASONS[name][each] for name in REASONS)] for each in Reason]
    assert found == rows


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


@pytest.mark.parametrize("name", [each for each in REASONS if each != "infoRequestResponse"])
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


def test_anINAKHasNoPlaceForTheName() -> None:
    nak = rejection(RASMessage("infoRequestResponse", {"requestSeqNum": 1}), "securityDenial")
    assert named(nak, Reason.INVALID_SIGNATURE) is nak
