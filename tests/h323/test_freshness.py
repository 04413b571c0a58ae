"""
What counts as shown before, and what as too old.
"""

from __future__ import annotations

from h323d.h323.freshness import MAX_REMEMBERED, REORDER, Freshness
from h323d.h323.h235 import Fault
from h323d.values.proof import Proof

NOW = 1_700_000_000
WINDOW = 7200.0


def shown(freshness: Freshness, time: int, nonce: int, window: float = WINDOW) -> Fault | None:
    return freshness.check(Proof("h2351", "alice", time, nonce), NOW, window)


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
