"""
In which pieces packets are lost.
"""

from __future__ import annotations

import random

import numpy as np
import pytest

from h323d.rtp.bursts import GMIN, Losses
from h323d.rtp.statistics import ReceiverStatistics


def heard(numbers: list[int]) -> ReceiverStatistics:
    """
    @return: of one stream of which these came, in this order.
    """
    statistics = ReceiverStatistics(2)
    for number in numbers:
        count(statistics, number)
    return statistics


def count(statistics: ReceiverStatistics, number: int) -> None:
    statistics.update(
        np.array([1], np.intp),
        np.array([7], np.uint32),
        np.array([number & 0xFFFF], np.uint16),
        np.array([160 * number & 0xFFFFFFFF], np.uint32),
        np.array([0.02 * number]),
    )


def without(lost: set[int], count: int) -> list[int]:
    return [number for number in range(count) if number not in lost]


def asTheRFCHasIt(lost: set[int], count: int) -> Losses:
    """
    The algorithm of RFC 3611, A.2, a packet at a time; what is under way at the end is over, and
    nothing comes before the first loss.
    """
    c11 = c13 = c14 = c22 = c23 = c33 = came = inBurst = 0
    for number in range(count):
        if number not in lost:
            came += 1
            continue
        if came >= GMIN or not inBurst:
            c14, c13 = c14 + (inBurst == 1), c13 + (inBurst > 1)
            inBurst, c11 = 1, c11 + came
        else:
            inBurst += 1
            if came:
                c23, c22 = c23 + 1, c22 + came - 1
            else:
                c33 += 1
        came = 0
    c14, c13 = c14 + (inBurst == 1), c13 + (inBurst > 1)
    c11 += came if came >= GMIN or not inBurst else 0
    gap, whole = c11 + c14 + c13, c11 + c14 + 2 * c13 + c22 + 2 * c23 + c33
    if not c13:
        return Losses(0.0, c14 / gap if gap else 0.0, 0.0, gap)
    p32 = c23 / (c13 + c23 + c33)
    p23 = 1 - c22 / (c22 + c23) if c22 + c23 else 1.0
    density = c14 / (c11 + c14) if c11 + c14 else 0.0
    return Losses(p23 / (p23 + p32), density, (whole - gap) / c13, gap / c13)


def test_whereNothingIsLostAllIsOneGap() -> None:
    statistics = heard(without(set(), 100))
    assert statistics.losses(1) == Losses(0.0, 0.0, 0.0, 100.0)
    assert statistics.lossRuns.counted().tolist() == [0, 0]


def test_lossesFarApartAreInTheGap() -> None:
    statistics = heard(without({30, 60}, 100))
    assert statistics.losses(1) == Losses(0.0, 0.02, 0.0, 100.0)
    assert statistics.lossRuns.counted()[1] == 2


def test_lossesCloseTogetherAreABurst() -> None:
    losses = heard(without({40, 41, 45}, 100)).losses(1)
    assert losses.burstPackets == pytest.approx(6.0)  # 40 to 45
    assert losses.burstDensity == pytest.approx(0.5)  # three of six
    assert losses.gapDensity == 0.0


@pytest.mark.parametrize("apart", [GMIN, GMIN + 1])
def test_sixteenPacketsInARowEndABurst(apart: int) -> None:
    losses = heard(without({40, 40 + apart}, 100)).losses(1)
    assert (losses.burstPackets > 0) == (apart <= GMIN)


@pytest.mark.parametrize("seed", range(20))
def test_itIsWhatTheAlgorithmOfTheRFCGives(seed: int) -> None:
    rng = random.Random(seed)
    lost: set[int] = set()
    for _ in range(rng.randrange(1, 40)):
        start = rng.randrange(1, 900)
        lost |= set(range(start, start + rng.choice((1, 1, 1, 2, 5, 30))))
    wanted = asTheRFCHasIt(lost, 1000)
    seen = heard(without(lost, 1000)).losses(1)
    assert seen.burstDensity == pytest.approx(wanted.burstDensity)
    assert seen.gapDensity == pytest.approx(wanted.gapDensity)
    assert seen.burstPackets == pytest.approx(wanted.burstPackets)
    assert seen.gapPackets == pytest.approx(wanted.gapPackets)


def test_whatOnlyCameLateWasNotLost() -> None:
    statistics = heard([*range(30), 31, 30, *range(32, 60), 62, 63, 60, 61, *range(64, 100)])
    assert statistics.losses(1) == Losses(0.0, 0.0, 0.0, 100.0)
    assert statistics.lossRuns.runs[1] == 0


def test_ofSeveralThatAreLeftOutThoseThatCameDivideTheRest() -> None:
    statistics = heard([*range(30), 35, 32, *range(36, 60)])
    statistics.losses(1)
    assert statistics.lossRuns.runs[1] == 2  # 30 and 31; 33 and 34


def test_ofMoreThanCanBeRememberedTheRestIsLost() -> None:
    statistics = heard([*range(10), 90, 11])
    statistics.losses(1)
    assert statistics.lossRuns.runs[1] == 2  # 10; 12 to 89


def test_whatIsSentWhileNobodyListensIsNotLost() -> None:
    statistics = heard([*range(50)])
    statistics.pause(1)
    for number in range(80, 120):
        count(statistics, number)
    assert statistics.losses(1) == Losses(0.0, 0.0, 0.0, 90.0)


def test_anotherSourceIsCountedFromItsBeginning() -> None:
    statistics = heard(without({20, 40}, 60))
    count(statistics, 30_000)
    count(statistics, 30_001)  # the second proves that it goes on from there
    assert statistics.losses(1).gapDensity == 0.0
    assert statistics.lossRuns.counted()[1] == 0


def test_whatWasCountedGoesAlongElsewhere() -> None:
    statistics, other = heard(without({20, 40}, 60)), ReceiverStatistics(2)
    other.adopt(0, statistics.release(1))
    assert other.losses(0) == statistics.losses(1)
    assert other.expected()[0] == 60
