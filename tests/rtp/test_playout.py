"""
When to wait longer, and when to hurry.
"""

from __future__ import annotations

import numpy as np
import pytest

from h323d.rtp.playout import (
    CAUTION_DECAY,
    CAUTION_LIMIT,
    JITTER_FACTOR,
    LATE_AGAIN,
    REGRET,
    RELUCTANCE,
    WAIT_GAIN,
    WINDOW,
    PlayoutDelay,
)

FRAME, GUARD = 0.020, 0.002  # seconds
ONE, BOTH = np.array([0]), np.array([0, 1])
STEADY = np.zeros(1)  # no jitter at all


def delay(blocks: int = 2) -> PlayoutDelay:
    return PlayoutDelay(2, FRAME, blocks, GUARD)


def observed(playout: PlayoutDelay, early: float, lead: float = 0.0, now: float = 1.0) -> None:
    """
    A packet of the first stream came so long before the pull, and begins so many blocks ahead.
    """
    playout.observe(ONE, now, np.array([now - early]), np.array([lead]))


def mayHurry(playout: PlayoutDelay, jitter: float = 0.0) -> bool:
    return bool(playout.mayHurry(ONE, np.array([jitter]))[0])


@pytest.mark.parametrize(
    ("early", "frames"),
    [(0.002, 0), (0.015, 0), (0.001, 1), (0.0, 1), (-0.019, 2), (1.0, 0), (-5.0, 6)],
)
def test_aFirstPacketWaitsUntilThereIsTimeToSpare(early: float, frames: int) -> None:
    assert delay().startFrames(ONE, 1.0, np.array([1.0 - early])).tolist() == [frames]


def test_whoWasLateBeforeWaitsLonger() -> None:
    playout = delay()
    playout.caution[0] = 0.015
    arrivals = np.array([0.99, 0.99])
    assert playout.startFrames(BOTH, 1.0, arrivals).tolist() == [1, 0]


def test_nobodyHurriesOfWhomNothingIsKnown() -> None:
    assert not mayHurry(delay())


@pytest.mark.parametrize(
    ("early", "jitter", "hurries"),
    [
        # A block is half a frame; what is left after it has to be the guard, and a little more.
        (0.010 + GUARD + RELUCTANCE + 0.001, 0.0, True),
        (0.010 + GUARD + RELUCTANCE - 0.001, 0.0, False),
        (0.010 + GUARD + RELUCTANCE + 0.001, 0.001, False),
        (0.010 + GUARD + RELUCTANCE + JITTER_FACTOR * 0.001 + 0.001, 0.001, True),
    ],
)
def test_whoAlwaysHasTimeToSpareMayHurry(early: float, jitter: float, hurries: bool) -> None:
    playout = PlayoutDelay(1, 0.010, 1, GUARD)
    observed(playout, early)
    assert mayHurry(playout, jitter) is hurries


def test_theLeastOfAWindowCounts() -> None:
    playout = PlayoutDelay(1, 0.010, 1, GUARD)
    for early in (0.030, 0.005, 0.030):
        observed(playout, early)
    assert not mayHurry(playout)


def test_whatIsTwoWindowsOldIsForgotten() -> None:
    playout = PlayoutDelay(1, 0.010, 1, GUARD)
    playout.advance(1.0)
    observed(playout, 0.005)
    playout.advance(1.0 + 1.1 * WINDOW)
    observed(playout, 0.030)
    assert not mayHurry(playout)
    playout.advance(1.0 + 2.2 * WINDOW)
    observed(playout, 0.030)
    assert mayHurry(playout)


def test_withinAWindowNothingMovesOn() -> None:
    playout = delay()
    playout.caution[0] = 0.05
    playout.advance(1.0)
    playout.advance(1.0 + WINDOW / 2)
    assert playout.caution[0] == pytest.approx(0.05 * CAUTION_DECAY)


def test_aFrameThatWasGivenUpIsNoLongerToSpare() -> None:
    playout = PlayoutDelay(1, 0.010, 1, GUARD)
    observed(playout, 0.020)
    assert mayHurry(playout)
    playout.hurried(ONE, 1.0)
    assert not mayHurry(playout)


def test_whoIsLateSoonAfterHurryingBecomesCautious() -> None:
    playout = delay()
    playout.hurried(ONE, 1.0)
    playout.delayed(BOTH, np.array([2, 2]), 1.0 + REGRET / 2)
    assert playout.caution.tolist() == [FRAME, 0.0]
    playout.delayed(ONE, np.array([2]), 1.0 + 2 * REGRET)
    assert playout.caution[0] == FRAME


def test_cautionHasALimit() -> None:
    playout = delay()
    playout.hurried(ONE, 1.0)
    playout.delayed(ONE, np.array([40]), 1.1)
    assert playout.caution[0] == CAUTION_LIMIT


def test_aDelayIsTimeToSpare() -> None:
    playout = PlayoutDelay(1, 0.010, 1, GUARD)
    observed(playout, 0.005)
    playout.delayed(ONE, np.array([1]), 1.0)
    assert mayHurry(playout)


def test_lateTwiceWithinAWhileIsLateAgain() -> None:
    playout = delay()
    assert playout.lateAgain(ONE, 1.0).tolist() == [False]
    assert playout.lateAgain(BOTH, 2.0).tolist() == [True, False]
    assert playout.lateAgain(ONE, 2.0 + LATE_AGAIN).tolist() == [False]


def test_theWaitIsARunningMean() -> None:
    playout = delay()
    observed(playout, 0.010)
    assert playout.wait[0] == pytest.approx(0.010)
    observed(playout, 0.026)
    assert playout.wait[0] == pytest.approx(0.010 + 0.016 * WAIT_GAIN)


def test_whatComesFramesAheadWaitsThemToo() -> None:
    playout = delay()
    observed(playout, 0.010, lead=4)
    assert playout.wait[0] == pytest.approx(0.010 + 2 * FRAME)


def test_anotherSourceIsKnownByNothing() -> None:
    playout = PlayoutDelay(1, 0.010, 1, GUARD)
    observed(playout, 0.030)
    playout.hurried(ONE, 1.0)
    playout.lateAgain(ONE, 1.0)
    playout.caution[0] = 0.05
    playout.restart(ONE)
    assert not mayHurry(playout)
    assert (playout.caution[0], playout.wait[0]) == (0.0, 0.0)
    assert not playout.lateAgain(ONE, 1.0)[0]
    playout.delayed(ONE, np.array([1]), 1.0)
    assert playout.caution[0] == 0.0
