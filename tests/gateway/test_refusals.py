"""
Which of several refusals the caller is told.
"""

from __future__ import annotations

import pytest

from h323d.gateway.refusals import bestOf, lackOf
from h323d.values.cause import Cause
from h323d.values.media.formats import MediaFormat

OF_PLACES = (Cause.NO_ROUTE_TO_DESTINATION, Cause.DESTINATION_OUT_OF_ORDER)


@pytest.mark.parametrize(
    ("best", "worse"),
    [
        (Cause.INVALID_NUMBER_FORMAT, Cause.USER_BUSY),
        (Cause.USER_BUSY, Cause.CALL_REJECTED),
        (Cause.CALL_REJECTED, Cause.NO_ANSWER_FROM_USER),
        (Cause.NO_ANSWER_FROM_USER, Cause.INCOMPATIBLE_DESTINATION),
        (Cause.INCOMPATIBLE_DESTINATION, Cause.DESTINATION_OUT_OF_ORDER),
    ],
)
def test_whatThePartySaysIsWorthMoreThanWhatBecameOfAPlace(best: Cause, worse: Cause) -> None:
    assert bestOf([best, worse], OF_PLACES) is best
    assert bestOf([worse, best], OF_PLACES) is best


def test_ofThoseThatAreWorthTheSameTheLastIsTold() -> None:
    first, last = Cause.DESTINATION_OUT_OF_ORDER, Cause.NO_ROUTE_TO_DESTINATION
    assert bestOf([first, last], OF_PLACES) is last
    assert bestOf([last, first], OF_PLACES) is first


def test_withoutRefusalsThereIsNone() -> None:
    assert bestOf([], OF_PLACES) is None


def test_wantOfACommonFormatIsToldWithWhatAllSpeak() -> None:
    lack, theirs = Cause.INCOMPATIBLE_DESTINATION, "they have GSM/8000"
    speaks = (MediaFormat("PCMU", 8000), MediaFormat("G722", 8000))
    assert lackOf(lack, theirs, speaks) == "they have GSM/8000; the caller has PCMU/8000 G722/8000"
    assert lackOf(lack, theirs, ()) == theirs


@pytest.mark.parametrize(
    ("cause", "discord"),
    [(Cause.USER_BUSY, "they have GSM/8000"), (Cause.INCOMPATIBLE_DESTINATION, "")],
)
def test_thereIsNothingToSayOfAnotherCauseOrWhereNobodyHasTold(cause: Cause, discord: str) -> None:
    assert lackOf(cause, discord, ()) == ""
