"""
Receiver statistics against the algorithms of RFC 3550, appendix A, run one by one.
"""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.rtp.statistics import ReceiverStatistics


def feed(
    statistics: ReceiverStatistics,
    packets: list[tuple[int, int]],
    ssrc: int = 1,
    start: float = 0.0,
) -> list[bool]:
    """Packets as C{(sequence number, timestamp)}, 20 ms apart, to stream 0."""
    heard = []
    for number, (sequence, timestamp) in enumerate(packets):
        verdict = statistics.update(
            np.zeros(1, np.intp),
            np.array([ssrc], np.uint32),
            np.array([sequence % 65536], np.uint16),
            np.array([timestamp % 2**32], np.uint32),
            np.array([start + number * 0.02]),
        )
        heard.append(bool(verdict.heard[0]))
    return heard


def regular(sequences: list[int]) -> list[tuple[int, int]]:
    return [(sequence, 160 * sequence) for sequence in sequences]


def test_sequenceNumbersWrapIntoCycles() -> None:
    statistics = ReceiverStatistics(1)
    assert all(feed(statistics, regular([65534, 65535, 65536, 65537])))
    block = statistics.reportBlock(0, 1.0)
    assert block is not None
    assert block.highestSequence == 65537
    assert statistics.lost()[0] == 0


def test_lossIsWhatWasExpectedLessWhatCame() -> None:
    statistics = ReceiverStatistics(1)
    feed(statistics, regular([10, 11, 14, 15]))
    assert statistics.expected()[0] == 6
    assert statistics.lost()[0] == 2


def test_whatCameInAPauseIsNotLost() -> None:
    statistics = ReceiverStatistics(1)
    feed(statistics, regular([10, 11]))
    statistics.pause(0)
    feed(statistics, regular([50, 51, 53]))
    assert statistics.lost()[0] == 1
    block = statistics.reportBlock(0, 1.0)
    assert block is not None
    assert (block.cumulativeLost, block.highestSequence) == (1, 53)


def test_whoSaidNothingInAPauseIsForgivenNoLoss() -> None:
    statistics = ReceiverStatistics(1)
    feed(statistics, regular([10, 11]))
    statistics.pause(0)
    feed(statistics, regular([12, 14]))
    assert statistics.lost()[0] == 1


def test_theFractionIsThatOfTheIntervalOnly() -> None:
    statistics = ReceiverStatistics(1)
    feed(statistics, regular([*range(10), 14, 15, 16, 17, 18, 19]))
    first = statistics.reportBlock(0, 1.0)
    feed(statistics, regular([20, 21, 22, 23]))
    second = statistics.reportBlock(0, 2.0)
    assert first is not None
    assert second is not None
    assert (first.fractionLost, first.cumulativeLost) == (4 * 256 // 20, 4)
    assert (second.fractionLost, second.cumulativeLost) == (0, 4)


def test_duplicatesAreNotHeardAndMayMakeTheLossNegative() -> None:
    statistics = ReceiverStatistics(1)
    assert feed(statistics, regular([1, 2, 2, 3, 2])) == [True, True, False, True, False]
    assert statistics.duplicates[0] == 2
    assert statistics.lost()[0] == -2
    block = statistics.reportBlock(0, 1.0)
    assert block is not None
    assert (block.fractionLost, block.cumulativeLost) == (0, -2)


def test_reorderedPacketsAreHeardOnce() -> None:
    statistics = ReceiverStatistics(1)
    assert feed(statistics, regular([1, 3, 2, 2, 4])) == [True, True, True, False, True]
    assert statistics.lost()[0] == -1


def test_aWildSequenceNumberIsRefusedUntilItsSuccessorComes() -> None:
    statistics = ReceiverStatistics(1)
    heard = feed(statistics, regular([1, 2, 30000, 3, 4, 40000, 40001, 40002]))
    assert heard == [True, True, False, True, True, False, True, True]
    assert statistics.refused[0] == 2
    assert statistics.received[0] == 2  # since the restart


def test_jitterIsThatOfTheAppendix() -> None:
    rng = random.Random(5)
    statistics = ReceiverStatistics(1)
    jitter, transit = 0.0, None
    for number in range(200):
        arrival = number * 0.02 + rng.uniform(0, 0.01)
        statistics.update(
            np.zeros(1, np.intp),
            np.ones(1, np.uint32),
            np.array([number], np.uint16),
            np.array([number * 160], np.uint32),
            np.array([arrival]),
        )
        now = arrival * 8000 - number * 160
        if transit is not None:
            jitter += (abs(now - transit) - jitter) / 16.0
        transit = now
    assert statistics.jitterUnits[0] == pytest.approx(jitter)
    assert statistics.jitter()[0] == pytest.approx(jitter / 8000)


def test_jitterSurvivesTheTimestampsWrap() -> None:
    statistics = ReceiverStatistics(1)
    feed(statistics, [(n, 2**32 - 800 + 160 * n) for n in range(20)])
    assert statistics.jitterUnits[0] == pytest.approx(0, abs=1e-6)


def test_aJumpOfTheClockIsNoJitter() -> None:
    statistics = ReceiverStatistics(1)
    feed(statistics, [(n, 160 * n + (10**8 if n > 5 else 0)) for n in range(20)])
    assert statistics.jitterUnits[0] == pytest.approx(0, abs=1e-6)


def test_untimedPacketsDoNotCountAsJitter() -> None:
    statistics = ReceiverStatistics(1)
    feed(statistics, regular([0, 1]))
    statistics.update(
        np.zeros(1, np.intp),
        np.ones(1, np.uint32),
        np.array([2], np.uint16),
        np.array([0], np.uint32),
        np.array([0.5]),
        np.array([False]),
    )
    assert statistics.jitterUnits[0] == pytest.approx(0, abs=1e-6)
    assert statistics.received[0] == 3


def test_aStrangersPacketIsNotHeardWhileTheSourceIsAlive() -> None:
    statistics = ReceiverStatistics(1)
    feed(statistics, regular([1, 2, 3]))
    assert feed(statistics, regular([900]), ssrc=2, start=0.05) == [False]
    feed(statistics, regular([4]), start=0.06)
    assert feed(statistics, regular([901]), ssrc=2, start=0.07) == [False]
    assert statistics.refused[0] == 2
    assert statistics.ssrc[0] == 1


def test_anotherSourceIsBelievedAfterTwoPacketsInSequence() -> None:
    statistics = ReceiverStatistics(1)
    feed(statistics, regular([1, 2, 3]))
    assert feed(statistics, regular([900, 901, 902]), ssrc=2, start=0.06) == [False, True, True]
    assert statistics.ssrc[0] == 2
    assert statistics.sourceChanges[0] == 1
    assert statistics.lost()[0] == 0


def test_afterASilenceAnotherSourceIsBelievedAtOnce() -> None:
    statistics = ReceiverStatistics(1)
    feed(statistics, regular([1]))
    verdict = statistics.update(
        np.zeros(1, np.intp),
        np.array([2], np.uint32),
        np.array([7], np.uint16),
        np.zeros(1, np.uint32),
        np.array([0.5]),
    )
    assert verdict.restarted[0]


def test_onlyASourcesFirstPacketRestarts() -> None:
    statistics = ReceiverStatistics(3)
    arguments = (np.zeros(2, np.uint32), np.arange(2, dtype=np.uint32), np.zeros(2))
    first = statistics.update(
        np.array([0, 2]), np.array([5, 6], np.uint32), np.array([1, 1], np.uint16), *arguments[1:]
    )
    second = statistics.update(
        np.array([0, 2]), np.array([5, 6], np.uint32), np.array([2, 2], np.uint16), *arguments[1:]
    )
    assert first.restarted.all()
    assert not second.restarted.any()
    assert statistics.started.tolist() == [True, False, True]


def test_severalPacketsOfAStreamInOneBatchCountInOrder() -> None:
    statistics = ReceiverStatistics(2)
    verdict = statistics.update(
        np.array([1, 0, 1, 1]),
        np.ones(4, np.uint32),
        np.array([65535, 5, 0, 0], np.uint16),
        np.array([0, 0, 160, 160], np.uint32),
        np.array([0.0, 0.0, 0.02, 0.02]),
    )
    assert verdict.heard.tolist() == [True, True, True, False]
    assert statistics.expected().tolist() == [1, 2]


def test_aFloodInOneBatchIsNotAllHeard() -> None:
    statistics = ReceiverStatistics(1)
    count = 1000
    verdict = statistics.update(
        np.zeros(count, np.intp),
        np.ones(count, np.uint32),
        np.arange(count, dtype=np.uint16),
        np.zeros(count, np.uint32),
        np.zeros(count),
    )
    assert verdict.heard.sum() == 64


def test_theReportTellsWhenTheLastSenderReportCame() -> None:
    statistics = ReceiverStatistics(1)
    feed(statistics, regular([1, 2]))
    statistics.senderReport(0, 0xB44DB705_20000000, 10.0)
    block = statistics.reportBlock(0, 15.25)  # the example of 6.4.1
    assert block is not None
    assert (block.lastSR, block.delaySinceLastSR) == (0xB7052000, 0x00054000)


def test_nothingIsReportedOfASilentStream() -> None:
    assert ReceiverStatistics(1).reportBlock(0, 0.0) is None


def test_resetForgetsAll() -> None:
    statistics = ReceiverStatistics(1)
    feed(statistics, regular([1, 2, 9]))
    statistics.reset(0)
    assert statistics.reportBlock(0, 1.0) is None
    assert statistics.received[0] == statistics.lost()[0] == statistics.jitterUnits[0] == 0
    assert feed(statistics, regular([500]), ssrc=9) == [True]


class Reference:
    """
    C{init_seq} and C{update_seq} of RFC 3550, A.1, without probation.
    """

    def __init__(self) -> None:
        self.started = False

    def begin(self, seq: int) -> None:
        self.base = self.top = seq
        self.bad = 65537
        self.cycles = 0
        self.received = 0

    def update(self, seq: int) -> None:
        if not self.started:
            self.started = True
            self.begin(seq)
        delta = (seq - self.top) & 0xFFFF
        if delta < 3000:
            if seq < self.top:
                self.cycles += 65536
            self.top = seq
        elif delta <= 65536 - 100:
            if seq != self.bad:
                self.bad = (seq + 1) & 0xFFFF
                return
            self.begin(seq)
        self.received += 1


@settings(max_examples=100)
@given(st.lists(st.one_of(st.integers(0, 65535), st.integers(-120, 120), st.just(1)), max_size=60))
def test_countingAgreesWithTheAppendix(steps: list[int]) -> None:
    statistics, reference, sequence = ReceiverStatistics(1), Reference(), 65500
    for step in steps:
        sequence = (sequence + step) % 65536 if abs(step) <= 120 else step
        feed(statistics, [(sequence, 0)])
        reference.update(sequence)
        assert statistics.received[0] == reference.received
        assert statistics.expected()[0] == reference.cycles + reference.top - reference.base + 1
