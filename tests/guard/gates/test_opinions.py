"""
What counts of what a policy says.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.call.applications import Reason, Refusal
from h323d.guard.gates.inputs import Failure
from h323d.guard.gates.opinions import MAX_DETAIL, REASONS, Answer, heard

ERROR = Reason.GATEKEEPER_ERROR


def test_nothingToSayLetsItPass() -> None:
    opinion = heard("night", None)
    assert (opinion.answer, opinion.failure) == (Answer.OPENS, None)


@pytest.mark.parametrize("reason", [each for each in Reason if each in REASONS])
def test_aPolicyRefusesInItsOwnWordAndItsName(reason: Reason) -> None:
    opinion = heard("night", Failure(reason, "after22:00"))
    assert opinion.answer is Answer.REFUSES
    assert opinion.failure == Failure(reason, "night:after22:00")


@pytest.mark.parametrize(
    "said",
    [
        True,
        False,
        "no",
        Refusal.of(Reason.NOT_PERMITTED, "no"),
        Failure(Reason.INVALID_SIGNATURE, "absent"),
        Failure(Reason.NOT_REGISTERED, "revoked"),
        Failure(ERROR, "mine"),
        Failure(Reason.NOT_PERMITTED, ""),
        Failure(Reason.NOT_PERMITTED, "with spaces"),
        Failure(Reason.NOT_PERMITTED, "line\n"),
        Failure(Reason.NOT_PERMITTED, "größer"),
        Failure(Reason.NOT_PERMITTED, "x" * (MAX_DETAIL + 1)),
        Failure(Reason.NOT_PERMITTED, 5),  # type: ignore[arg-type]  # as anybody's code may
        Failure("NOT_PERMITTED", "word"),  # type: ignore[arg-type]  # likewise
        Failure([], "word"),  # type: ignore[arg-type]  # likewise
    ],
)
def test_whatNoPolicyMaySayCountsAsAFault(said: Any) -> None:
    opinion = heard("night", said)
    assert opinion.answer is Answer.INVALID
    assert opinion.failure == Failure(ERROR, "night:invalid")
