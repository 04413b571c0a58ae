"""
How long the servers of one trunk may say nothing, all of them together.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.call.ways import Way
from h323d.gateway.trunkpatience import TRUNK_PATIENCE, TrunkPatience

EAST, WEST = Way("sip", trunk="east"), Way("sip", trunk="west")


@pytest.mark.parametrize(
    ("left", "share"), [(0, 6.0), (1, 6.0), (4, 6.0), (5, 32 / 6), (7, 4.0), (100, 4.0)]
)
def test_eachServerHasItsShareAndNoneMoreThanAnyWay(left: int, share: float) -> None:
    assert TrunkPatience(Clock()).shareOf(EAST, [EAST] * left + [WEST], 6.0) == share


def test_whatOneDoesNotUseTheOthersHave() -> None:
    clock = Clock()
    patience = TrunkPatience(clock)
    assert patience.shareOf(EAST, [EAST] * 7, 20.0) == 4.0
    assert patience.shareOf(EAST, [EAST] * 3, 20.0) == 8.0


def test_theLastHasNoMoreThanIsLeft() -> None:
    clock = Clock()
    patience = TrunkPatience(clock)
    patience.shareOf(EAST, [EAST], 60.0)
    clock.advance(30.0)
    assert patience.shareOf(EAST, [], 60.0) == TRUNK_PATIENCE - 30.0


def test_afterThatNoMoreOfThemAreTriedButThoseOfAnother() -> None:
    clock = Clock()
    patience = TrunkPatience(clock)
    patience.shareOf(EAST, [EAST] * 9, 6.0)
    clock.advance(31.0)
    assert not patience.isOver(EAST)
    clock.advance(0.5)
    assert patience.isOver(EAST)
    assert not patience.isOver(WEST)
    assert patience.shareOf(WEST, [], 6.0) == 6.0


def test_aWayByNoTrunkHasWhatAnyHas() -> None:
    clock = Clock()
    patience = TrunkPatience(clock)
    for _ in range(20):
        assert patience.shareOf(Way("sip"), [Way("sip")] * 20, 6.0) == 6.0
        clock.advance(6.0)
    assert not patience.isOver(Way("sip"))
