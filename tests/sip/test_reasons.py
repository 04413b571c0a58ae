"""
Reasons in status codes.
"""

from __future__ import annotations

import pytest

from h323d.call.applications import Reason, Refusal
from h323d.sip.reasons import statusOfCall, statusOfReason
from h323d.values.cause import Cause

# Of each reason: the answer to a request that makes no call, and to an INVITE.
ANSWERS = {
    "INVALID_SIGNATURE": (403, 403),
    "NOT_REGISTERED": (403, 403),
    "PII_POLICY_VIOLATION": (403, 403),
    "BANDWIDTH_EXCEEDED": (488, 488),
    "CAPACITY_EXCEEDED": (503, 503),
    "GATEKEEPER_ERROR": (500, 500),
    "NOT_PERMITTED": (403, 403),
    "NO_ROUTE": (404, 404),
    "LOOP": (482, 482),
    "RATE_EXCEEDED": (503, 503),
    "OUT_OF_SERVICE": (503, 503),
    "REFUSED_EVERYWHERE": (603, 603),
}


def test_everyReasonHasItsAnswer() -> None:
    refusals = {reason.name: Refusal.of(reason) for reason in Reason}
    assert {
        name: (statusOfReason(each.reason), statusOfCall(each.cause, each.reason))
        for name, each in refusals.items()
    } == ANSWERS


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        (Cause.USER_BUSY, 600),
        (Cause.CALL_REJECTED, 603),
        (Cause.UNALLOCATED_NUMBER, 604),
        (Cause.INCOMPATIBLE_DESTINATION, 606),
        (Cause.NO_ANSWER_FROM_USER, 603),
    ],
)
def test_aRefusalForAllPlacesIsOneForTheCallersToo(cause: Cause, status: int) -> None:
    assert statusOfCall(cause, Reason.REFUSED_EVERYWHERE) == status


@pytest.mark.parametrize("reason", [Reason.CAPACITY_EXCEEDED, Reason.NOT_PERMITTED, None])
def test_aCauseThatSaysMoreIsBelieved(reason: Reason | None) -> None:
    assert statusOfCall(Cause.USER_BUSY, reason) == 486
