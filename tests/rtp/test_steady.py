"""
By numbers or by columns: what comes of the packets of a stream that goes on is the same.
"""

from __future__ import annotations

import numpy as np
import pytest

from h323d.rtp.steady import FEW, SteadyBuffers, SteadyStatistics
from tests.support.columns import differing

SOURCE = 0xDEADBEEF
APART = frozenset({"_few"})


def begun(sequence: int = 10, timestamp: int = 1000) -> SteadyStatistics:
    """
    One stream of two, that has had a packet.
    """
    statistics = SteadyStatistics(2)
    update(statistics, sequence, timestamp, 1.0)
    return statistics


def update(
    statistics: SteadyStatistics, sequence: int, timestamp: int, arrival: float, timed: bool = True
) -> None:
    statistics.update(
        np.array([1]),
        np.array([SOURCE], np.uint32),
        np.array([sequence & 0xFFFF], np.uint16),
        np.array([timestamp & 0xFFFFFFFF], np.uint32),
        np.array([arrival]),
        np.array([timed]),
    )


def test_theNextOfTheSourceFollows() -> None:
    statistics = begun()
    assert statistics.follows(1, SOURCE, 11)
    assert statistics.follows(1, SOURCE, 12, 2)


def test_numbersOfSequenceWrap() -> None:
    assert begun(sequence=0xFFFF).follows(1, SOURCE, 0)


@pytest.mark.parametrize("sequence", [9, 10, 12, 11 + 0x8000])
def test_anyOtherNumberDoesNotFollow(sequence: int) -> None:
    assert not begun().follows(1, SOURCE, sequence)


def test_anotherSourceDoesNotFollow() -> None:
    assert not begun().follows(1, SOURCE + 1, 11)


def test_nothingFollowsWhereNothingWas() -> None:
    assert not begun().follows(0, 0, 1)


def test_nothingFollowsWhileAnotherSourceProvesItself() -> None:
    statistics = begun()
    statistics.update(
        np.array([1]),
        np.array([7], np.uint32),
        np.array([500], np.uint16),
        np.zeros(1, np.uint32),
        np.array([1.01]),
    )
    assert not statistics.follows(1, SOURCE, 11)


@pytest.mark.parametrize("first", [10, 0xFFF0])
@pytest.mark.parametrize("stamp", [0, 2**32 - 1600])
def test_countingComesToTheSame(first: int, stamp: int) -> None:
    one, other = begun(first, stamp), begun(first, stamp)
    arrivals = np.cumsum(np.random.default_rng(1).uniform(0.01, 0.03, 100)) + 1.0
    arrivals[60:] += 2.0  # a step too long to be jitter
    for number, arrival in enumerate(arrivals.tolist(), 1):
        timed = number % 3 != 0
        one.count(1, arrival)
        if timed:
            one.time(1, (stamp + 160 * number) & 0xFFFFFFFF, arrival)
        update(other, first + number, stamp + 160 * number, arrival, timed)
    assert one.jitterUnits[1] > 0
    assert differing(one, other) == []


@pytest.mark.parametrize("packets", [1, 3, 64, 70])
def test_aRunIsCountedAsItsPacketsOneByOne(packets: int) -> None:
    one, other = begun(10, 0), begun(10, 0)
    one.count(1, 1.5, packets)
    for _ in range(packets):
        other.count(1, 1.5)
    assert one.received[1] == packets + 1
    assert differing(one, other) == []


# Buffers


def buffers(few: int = FEW, frame: int = 20, timestamp: int = 1000) -> SteadyBuffers:
    """
    Two streams, of which the second has had a packet.
    """
    made = SteadyBuffers(2, frame, 8000, 0.2, 0.002, few)
    made.insert(
        np.array([1]), stamps(timestamp), np.ones((1, 160), np.int16), 1.0, np.array([0.99])
    )
    return made


def stamps(timestamp: int) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    return np.array([timestamp & 0xFFFFFFFF], np.uint32)


@pytest.mark.parametrize(("ahead", "count"), [(0, 160), (160, 160), (160, 80), (320, 480)])
def test_wholeBlocksInTimeAreExpected(ahead: int, count: int) -> None:
    assert buffers().expects(1, 1000 + ahead, count)


@pytest.mark.parametrize(
    ("ahead", "count"),
    [(-160, 160), (80 - 1, 160), (160, 100), (1600, 160), (1520, 160), (2**31, 160), (0, 1120)],
)
def test_allElseIsNot(ahead: int, count: int) -> None:
    assert not buffers().expects(1, (1000 + ahead) & 0xFFFFFFFF, count)


def test_nothingIsExpectedBeforeTheFirst() -> None:
    assert not buffers().expects(0, 0, 160)


def test_nothingIsExpectedAfterALongSilence() -> None:
    made = buffers()
    for turn in range(6):
        made.pull(np.array([1]), 1.0 + turn * 0.02, np.zeros(1))
    assert not made.expects(1, 1000 + 6 * 160, 160)


def test_nothingIsExpectedWhileATimestampFromNowhereWaitsForAnother() -> None:
    made = buffers()
    sound = np.ones((1, 160), np.int16)
    made.insert(np.array([1]), stamps(900_000), sound, 1.0, np.array([0.99]))
    assert not made.expects(1, 1160, 160)


@pytest.mark.parametrize("frame", [10, 20])
@pytest.mark.parametrize("count", [80, 160, 240])
@pytest.mark.parametrize("first", [1000, 2**32 - 480])
def test_soundComesOutTheSame(frame: int, count: int, first: int) -> None:
    one, other = buffers(FEW, frame, first), buffers(0, frame, first)
    rng = np.random.default_rng(1)
    rows, at, taken = np.arange(2), first + 160, 0
    for turn in range(1, 300):
        now = 1.0 + turn * frame / 1000
        jitter = np.array([0.0, 0.001 * (turn % 2)])
        while at < first + 160 + (turn + turn // 60) * frame * 8:  # at times, too much
            sound = rng.integers(-9000, 9000, (1, count)).astype(np.int16)
            arrival = now - float(rng.uniform(0, 0.006))
            if one.expects(1, at & 0xFFFFFFFF, count):
                places: list[int] = []
                one.claim(places, 1, at & 0xFFFFFFFF, count, now, arrival)
                one.fill(places, sound)
                taken += 1
            else:
                one.insert(np.array([1]), stamps(at), sound, now, np.array([arrival]))
            other.insert(np.array([1]), stamps(at), sound, now, np.array([arrival]))
            at += count
        pulled, known = one.pull(rows, now, jitter), other.pull(rows, now, jitter)
        assert (pulled.samples == known.samples).all()
        assert (pulled.missing == known.missing).all()
    assert taken > 50
    assert differing(one, other, APART) == []
