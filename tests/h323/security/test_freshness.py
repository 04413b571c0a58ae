"""
What counts as shown before, and what as too old.
"""

from __future__ import annotations

from h323d.h323.security.freshness import MAX_REMEMBERED, REORDER, Freshness, Past, Shown
from h323d.h323.security.h235 import Fault
from h323d.values.proof import Proof, nonceOf

NOW = 1_700_000_000
WINDOW = 7200.0


def shown(freshness: Freshness, time: int, nonce: int, window: float = WINDOW) -> Fault | None:
    return freshness.check(Proof("h2351", "alice", time, nonceOf(nonce)), NOW, window)


def test_theFirstIsFresh() -> None:
    assert shown(Freshness(), NOW, 1) is None


def test_theSameTwiceIsAReplay() -> None:
    freshness = Freshness()
    shown(freshness, NOW, 1)
    assert shown(freshness, NOW, 1) is Fault.REPLAY


def test_anotherNumberInTheSameSecondIsFresh() -> None:
    freshness = Freshness()
    shown(freshness, NOW, 1)
    assert shown(freshness, NOW, -1) is None


def test_clocksMayDifferByTheWindow() -> None:
    assert shown(Freshness(), NOW - 7200, 1) is None
    assert shown(Freshness(), NOW + 7200, 1) is None
    assert shown(Freshness(), NOW - 7201, 1) is Fault.TIME
    assert shown(Freshness(), NOW + 7201, 1) is Fault.TIME


def test_aRequestMayComeAfterALaterOne() -> None:
    freshness = Freshness()
    shown(freshness, NOW, 1)
    assert shown(freshness, NOW - REORDER, 2) is None


def test_whatIsForgottenIsNotFresh() -> None:
    freshness = Freshness()
    shown(freshness, NOW - 100, 1)
    shown(freshness, NOW, 2)
    assert shown(freshness, NOW - 100, 1) is Fault.REPLAY


def test_memoryIsBounded() -> None:
    freshness = Freshness()
    for nonce in range(MAX_REMEMBERED + 10):
        assert shown(freshness, NOW + nonce // 1000, nonce) is None
    assert shown(freshness, NOW, 0) is Fault.REPLAY


def test_withoutAWindowOnlyWhatIsRememberedCounts() -> None:
    freshness = Freshness()
    shown(freshness, NOW, 1, 0)
    assert shown(freshness, 1, 1, 0) is None
    assert shown(freshness, NOW, 1, 0) is Fault.REPLAY


def test_whatIsToBeKnownAfterARestart() -> None:
    freshness = Freshness()
    assert freshness.shown is None
    shown(freshness, NOW + 90, 1)
    shown(freshness, NOW + 80, 2)
    shown(freshness, NOW + 80, 2)  # a replay says nothing
    assert freshness.shown == Shown(NOW + 90, 90)


def test_beneathTheFloorAllWasShown() -> None:
    assert shown(Freshness(NOW), NOW - 1, 1) is Fault.REPLAY
    assert shown(Freshness(NOW), NOW, 1) is None


def test_ifNothingIsMissingItIsOnlyWhatWasShown() -> None:
    past = Past({"alice": Shown(NOW - 9, 50)}, complete=True)
    assert past.floor("alice", NOW + 0.5) == NOW - 8
    assert past.floor("bob", NOW + 0.5) == 0


def test_ifSomethingMayBeMissingItIsAllThatWasMadeBeforeTheStart() -> None:
    past = Past({"alice": Shown(NOW - 9, 50)})
    assert past.floor("alice", NOW + 0.5) == NOW + 51
    assert past.floor("bob", NOW + 0.5) == NOW


def test_aClockOfOursThatWasSetBackForgetsNothing() -> None:
    past = Past({"alice": Shown(NOW + 3600, 0)})
    assert past.floor("alice", NOW) == NOW + 3601
