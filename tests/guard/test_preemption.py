"""
Who gives way to an EMERGENCY.
"""

from __future__ import annotations

import pytest

from h323d.call.applications import CallType
from h323d.guard.preemption import MAX_AN_HOUR, Place, chosen

ROUTINE, ESCALATE, EMERGENCY = CallType.ROUTINE, CallType.ESCALATE, CallType.EMERGENCY


def test_itIsTheNewestROUTINECall() -> None:
    places = [Place("first", ROUTINE), Place("second", ROUTINE)]
    assert chosen(places, 0, 2) == places[1]


@pytest.mark.parametrize(
    "place",
    [
        Place("grave", ESCALATE),
        Place("urgent", EMERGENCY),
        Place("called", None),
        Place("chair", ROUTINE, decides=True),
    ],
)
def test_itIsNobodyWhoIsGraverOrDecidesOrIsNotJudged(place: Place) -> None:
    older = Place("older", ROUTINE)
    assert chosen([older, place], 0, 2) == older
    assert chosen([place], 0, 2) is None


def test_itIsNobodyForWhomOthersHaveGivenWayOftenEnough() -> None:
    places = [Place("first", ROUTINE)]
    assert chosen(places, MAX_AN_HOUR - 1, 2) is not None
    assert chosen(places, MAX_AN_HOUR, 2) is None


@pytest.mark.parametrize(
    ("seats", "yielded", "may"),
    [(1, 0, False), (2, 0, True), (2, 1, False), (3, 1, False), (4, 1, True), (4, 2, False)],
)
def test_whoComesSoIsNeverMoreThanHalfOfARoom(seats: int, yielded: int, may: bool) -> None:
    places = [Place(str(n), EMERGENCY, wasYielded=True) for n in range(yielded)]
    places += [Place("r", ROUTINE)] * (seats - yielded)
    assert (chosen(places, 0, seats) is not None) == may


def test_outsideOfARoomThereIsNoHalf() -> None:
    assert chosen([Place("e", EMERGENCY, wasYielded=True), Place("r", ROUTINE)], 0) is not None
