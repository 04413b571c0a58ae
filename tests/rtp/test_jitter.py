"""
Jitter buffers: what goes in comes out, in time, once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.rtp.jitter import JitterBuffers

RATE = 8000


def counted(start: int, count: int) -> npt.NDArray[np.int16]:
    """Samples that tell their own position: 1 to 30000, over and over."""
    return ((start + np.arange(count)) % 30000 + 1).astype(np.int16)


@dataclass
class Run:
    """
    One stream through one buffer, ticked on a grid.

    @ivar arrivals: C{(seconds, position, length)} of each packet, positions in samples.
    """

    buffers: JitterBuffers
    frame: float = 0.02
    origin: int = 0
    jitter: float = 0.0
    heard: list[npt.NDArray[np.int16]] = field(default_factory=list)
    missing: list[bool] = field(default_factory=list)
    depths: list[float] = field(default_factory=list)
    tick: int = 0
    transit: float | None = None

    def play(
        self,
        arrivals: Iterable[tuple[float, int, int]],
        ticks: int,
        skipped: set[int] | None = None,
    ) -> None:
        queue = sorted(arrivals)
        stream = np.zeros(1, np.intp)
        for _ in range(ticks):
            now = self.tick * self.frame
            self.tick += 1
            if skipped and self.tick - 1 in skipped:
                continue  # we were stalled ourselves
            while queue and queue[0][0] <= now:
                at, position, length = queue.pop(0)
                transit = at - position / RATE
                if self.transit is not None:  # RFC 3550, A.8
                    self.jitter += (abs(transit - self.transit) - self.jitter) / 16
                self.transit = transit
                self.buffers.insert(
                    stream,
                    np.array([(self.origin + position) % 2**32], np.uint32),
                    counted(position, length)[None],
                    now,
                    np.array([at]),
                )
            pulled = self.buffers.pull(stream, now, np.array([self.jitter]))
            self.heard.append(pulled.samples[0])
            self.missing.append(bool(pulled.missing.any()))
            self.depths.append(float(self.buffers.depth()[0]))

    def sound(self) -> npt.NDArray[np.int16]:
        """What was heard, without what was missing."""
        everything: npt.NDArray[np.int16] = np.concatenate(self.heard)
        return everything.compress(everything != 0)


def steady(count: int, length: int = 160, phase: float = 0.015) -> list[tuple[float, int, int]]:
    return [(i * length / RATE + phase, i * length, length) for i in range(count)]


@pytest.mark.parametrize("frame", [10, 20])
@pytest.mark.parametrize("milliseconds", [10, 20, 30, 32, 40, 60])
def test_everySampleComesOutOnceInOrder(frame: int, milliseconds: int) -> None:
    length = milliseconds * 8
    run = Run(JitterBuffers(1, frame), frame / 1000)
    run.play(steady(40, length, 0.0043), int(40 * milliseconds / frame) + 4)
    sound = run.sound()
    assert len(sound) >= 38 * length
    first = int(sound[0]) - 1
    assert (sound == counted(first, len(sound))).all()
    assert run.buffers.late[0] == run.buffers.discarded[0] == 0


@pytest.mark.parametrize("phase", [0.0, 0.0005, 0.003, 0.01, 0.0175, 0.0199])
def test_aSteadyStreamIsNeverTouchedWhateverItsPhase(phase: float) -> None:
    run = Run(JitterBuffers(1))
    rng = np.random.default_rng(1)
    packets = [
        (at + float(rng.uniform(0, 0.0015)), position, length)
        for at, position, length in steady(1000, phase=phase)
    ]
    run.play(packets, 1000)
    buffers = run.buffers
    settled = run.missing[10:-2]
    assert not any(settled)
    assert buffers.hurried[0] == buffers.skipped[0] == buffers.late[0] == 0
    assert max(run.depths[10:]) <= 0.0201


def test_aStreamThatArrivesRightBeforeThePullIsGivenAFrameMore() -> None:
    run = Run(JitterBuffers(1))
    run.play([(at + 0.0195 - 0.015, p, n) for at, p, n in steady(100)], 50)
    assert run.depths[20] == pytest.approx(0.02)


@pytest.mark.parametrize(("phase", "wait"), [(0.015, 0.005), (0.005, 0.015), (0.0195, 0.0205)])
def test_theWaitIsFromArrivalToPull(phase: float, wait: float) -> None:
    run = Run(JitterBuffers(1))
    run.play(steady(100, phase=phase), 90)
    assert run.buffers.playout.wait[0] == pytest.approx(wait, abs=1e-6)


def test_aStreamWithTimeToSpareIsPlayedInTheNextPull() -> None:
    run = Run(JitterBuffers(1))
    run.play(steady(100, phase=0.010), 50)
    assert run.depths[20] == 0
    assert run.missing.count(True) == 1  # before the first packet


def test_timestampsWrap() -> None:
    run = Run(JitterBuffers(1), origin=2**32 - 160 * 50)
    run.play(steady(100), 101)
    sound = run.sound()
    assert (sound == counted(0, 100 * 160)).all()


def test_reorderedPacketsAreSortedWhereThereIsDelayForIt() -> None:
    run = Run(JitterBuffers(1))
    packets = [(at - 0.015 + 0.0195, p, n) for at, p, n in steady(50)]  # a frame of delay
    packets[20], packets[21] = (
        (packets[21][0], *packets[20][1:]),
        (packets[20][0], *packets[21][1:]),
    )
    run.play(packets, 52)
    assert (run.sound() == counted(0, 50 * 160)).all()


def test_aLostPacketIsReportedMissingAndCostsNoDelay() -> None:
    run = Run(JitterBuffers(1))
    packets = steady(50)
    del packets[20]
    run.play(packets, 50)
    assert run.missing[1:].count(True) == 1
    assert run.depths[-1] == run.depths[10]
    assert run.buffers.concealed[0] == 2


def test_theRestOfAPacketIsHeardWhenOnlyItsBeginningWasLate() -> None:
    buffers = JitterBuffers(1)
    stream = np.zeros(1, np.intp)
    silence = np.zeros(1)
    buffers.insert(stream, np.array([0], np.uint32), counted(0, 160)[None], 0.0, silence)
    buffers.insert(stream, np.array([480], np.uint32), counted(480, 160)[None], 0.0, silence)
    for tick in range(2):
        buffers.pull(stream, tick * 0.02, silence)
    # the playout is at 320; 160 to 479 comes only now
    buffers.insert(
        stream, np.array([160], np.uint32), counted(160, 320)[None], 0.04, silence + 0.04
    )
    heard = [buffers.pull(stream, 0.04 + 0.02 * i, silence).samples[0] for i in range(3)]
    assert (np.concatenate(heard) == counted(160, 480)).all()
    assert buffers.late[0] == 0


def test_aDuplicateChangesNothing() -> None:
    run = Run(JitterBuffers(1))
    packets = steady(50)
    run.play(packets + [(at + 0.001, p, n) for at, p, n in packets], 51)
    assert (run.sound() == counted(0, 50 * 160)).all()


def test_soundThatIsTooLateIsCountedAndDropped() -> None:
    run = Run(JitterBuffers(1))
    packets = steady(50)
    packets[20] = (packets[20][0] + 0.05, *packets[20][1:])
    run.play(packets, 51)
    assert run.buffers.late[0] == 1
    assert len(run.sound()) == 49 * 160


def test_roomIsMadeForPacketsThatAreOvertakenAgainAndAgain() -> None:
    run = Run(JitterBuffers(1))
    packets = [
        (at + (0.035 if i % 10 == 5 else 0.0), p, n)
        for i, (at, p, n) in enumerate(steady(500, phase=0.01))
    ]
    run.play(packets, 500)
    assert run.buffers.late[0] == 2
    assert run.buffers.waited[0] >= 4
    assert run.missing[30:-2].count(True) <= 1  # delay is taken away once, and regretted


def overtaken(frame: int, late: float, count: int, places: set[int]) -> Run:
    """
    A stream of packets as long as a frame, some of which come after those that follow them.

    @param frame: milliseconds.
    """
    length = frame * RATE // 1000
    run = Run(JitterBuffers(1, frame), frame / 1000)
    packets = [
        (at + (late if i in places else 0.0), p, n)
        for i, (at, p, n) in enumerate(steady(count, length, 0.001))
    ]
    run.play(packets, count)
    return run


@pytest.mark.parametrize(
    ("frame", "late", "blocks"), [(20, 0.045, 4), (20, 0.065, 6), (10, 0.025, 2), (10, 0.035, 3)]
)
def test_whatIsOvertakenTwiceIsWaitedForToItsEnd(frame: int, late: float, blocks: int) -> None:
    run = overtaken(frame, late, 60, {20, 40})
    assert run.buffers.waited[0] == blocks
    assert max(run.depths) == pytest.approx(blocks / 100)
    assert run.buffers.skipped[0] == 0


def test_whoHadToWaitAgainIsNotHurriedBackAtOnce() -> None:
    once = overtaken(20, 0.045, 300, {20, 40})
    again = overtaken(20, 0.045, 300, {20, 40, 100, 120})
    assert (once.buffers.waited[0], once.buffers.hurried[0]) == (4, 4)
    assert (again.buffers.waited[0], again.buffers.hurried[0]) == (8, 6)


def test_onlyTheFirst60MillisecondsOfAGapAreConcealed() -> None:
    run = Run(JitterBuffers(1))
    run.play([each for i, each in enumerate(steady(60)) if not 30 <= i < 40], 60)
    assert run.buffers.concealed[0] == 6


def test_whatComesBeforeTheFirstSoundIsNotConcealed() -> None:
    run = Run(JitterBuffers(1, guard=0.03))
    run.play(steady(30), 30)
    assert run.missing[:4] == [True, True, True, False]
    assert run.buffers.concealed[0] == 0


def test_aStallOfTheNetworkLosesNothingAndIsMadeGoodWithinASecond() -> None:
    run = Run(JitterBuffers(1))
    packets = [
        (max(at, 2.1) if 2.0 <= at < 2.1 else at, p, n) for at, p, n in steady(300, phase=0.012)
    ]
    run.play(packets, 300)
    before = run.depths[90]
    stalled = round(2.12 / 0.02)
    assert max(run.depths[stalled : stalled + 3]) >= before + 0.06
    assert run.depths[stalled + 50] <= before + 0.0001
    assert not any(run.missing[stalled + 1 :])
    assert run.buffers.skipped[0] == run.buffers.late[0] == 0


def test_aStallOfOurOwnIsMadeGoodWithoutAGap() -> None:
    run = Run(JitterBuffers(1))
    run.play(steady(300, phase=0.012), 300, skipped=set(range(100, 105)))
    assert not any(run.missing[1:])
    assert run.depths[96] == 0  # the pulls that were skipped are not in the list
    assert max(run.depths[100:103]) >= 0.08
    assert run.depths[100 + 25] == 0  # half a second later
    assert run.buffers.skipped[0] == 0


def test_delayNeverExceedsTheCap() -> None:
    run = Run(JitterBuffers(1, cap=0.12))
    packets = [(max(at, 1.5) if 1.0 <= at < 1.5 else at, p, n) for at, p, n in steady(200)]
    run.play(packets, 200)
    assert max(run.depths) <= 0.12
    assert run.buffers.skipped[0] > 0
    assert run.depths[-1] <= 0.02


def test_jitterIsLearntAndThenNothingIsLate() -> None:
    run = Run(JitterBuffers(1))
    rng = np.random.default_rng(3)
    packets = [(at + float(rng.uniform(0, 0.03)), p, n) for at, p, n in steady(1500, phase=0.001)]
    run.play(packets, 1500)
    assert sum(run.missing[100:-3]) <= 2
    assert max(run.depths[100:]) <= 0.081
    assert run.buffers.late[0] == 0


def test_repeatedSpikesTeachCaution() -> None:
    run = Run(JitterBuffers(1))
    packets = []
    for at, position, length in steady(2400, phase=0.01):
        spike = (at % 2.0) < 0.05
        packets.append((at + (0.05 - at % 2.0 if spike else 0), position, length))
    run.play(packets, 2400)
    assert sum(run.missing[1800:]) < 0.5 * sum(run.missing[:600])


def test_aSlowClockOfThePeerIsFollowed() -> None:
    run = Run(JitterBuffers(1))
    packets = [(at * 1.001, p, n) for at, p, n in steady(2500)]
    run.play(packets, 2500)
    assert run.buffers.late[0] == 0
    assert sum(run.missing[5:-1]) <= 4  # 50 ms of drift


def test_aFastClockOfThePeerDoesNotPileUpDelay() -> None:
    run = Run(JitterBuffers(1))
    packets = [(at * 0.999, p, n) for at, p, n in steady(2500)]
    run.play(packets, 2450)
    assert not any(run.missing[5:])
    assert max(run.depths) <= 0.041
    assert run.buffers.skipped[0] == 0


def test_talkSpurtsKeepTheirDelayAcrossSilence() -> None:
    run = Run(JitterBuffers(1))
    packets = [packet for i, packet in enumerate(steady(500, phase=0.01)) if (i // 50) % 2 == 0]
    run.play(packets, 500)
    assert (run.sound().reshape(-1, 160)[:, 0] == [p % 30000 + 1 for _, p, _ in packets]).all()
    assert max(run.depths) == 0


def test_aTimestampFromNowhereIsNotBelievedAlone() -> None:
    run = Run(JitterBuffers(1))
    packets = steady(60)
    packets.insert(30, (packets[30][0] - 0.005, 10_000_000, 160))
    run.play(packets, 61)
    assert run.buffers.discarded[0] == 1
    assert (run.sound() == counted(0, 60 * 160)).all()


def test_twoTimestampsFromNowhereAgreeOnlyIfNothingIsBetween() -> None:
    run = Run(JitterBuffers(1))
    packets = steady(60)
    for place in (40, 30):
        packets.insert(place, (packets[place][0] - 0.005, 10_000_000, 160))
    run.play(packets, 61)
    assert (run.buffers.discarded[0], run.buffers.resynchronised[0]) == (2, 0)
    assert (run.sound() == counted(0, 60 * 160)).all()


@pytest.mark.parametrize(("age", "late", "discarded"), [(1600, 1, 0), (1601, 0, 1)])
def test_whatIsAsOldAsTheCapIsLateAndWhatIsOlderFromNowhere(
    age: int, late: int, discarded: int
) -> None:
    run = Run(JitterBuffers(1, cap=0.2))
    run.play(steady(60), 60)
    position = 59 * 160 - age  # from what is played next
    run.buffers.insert(
        np.zeros(1, np.intp),
        np.array([position], np.uint32),
        counted(position, 160)[None],
        60 * 0.02,
    )
    assert (run.buffers.late[0], run.buffers.discarded[0]) == (late, discarded)


def test_aJumpOfTheTimestampsIsFollowed() -> None:
    run = Run(JitterBuffers(1))
    packets = steady(30) + [(at, p + 5_000_000, n) for at, p, n in steady(60)[30:]]
    run.play(packets, 61)
    assert run.buffers.resynchronised[0] == 1
    assert len(run.sound()) == 59 * 160


def test_anotherSourceStartsAtOnce() -> None:
    buffers = JitterBuffers(1)
    stream, silence = np.zeros(1, np.intp), np.zeros(1)
    for tick in range(5):
        buffers.insert(
            stream,
            np.array([tick * 160], np.uint32),
            counted(0, 160)[None],
            tick * 0.02,
            silence + tick * 0.02 - 0.01,
        )
        buffers.pull(stream, tick * 0.02, silence)
    buffers.insert(
        stream,
        np.array([77], np.uint32),
        counted(500, 160)[None],
        0.1,
        silence + 0.09,
        np.array([True]),
    )
    assert (buffers.pull(stream, 0.1, silence).samples[0] == counted(500, 160)).all()


def test_aResetBufferKnowsNothing() -> None:
    run = Run(JitterBuffers(1))
    run.play(steady(10), 8)
    run.buffers.reset(0)
    assert run.buffers.depth()[0] == 0
    pulled = run.buffers.pull(np.zeros(1, np.intp), 1.0, np.zeros(1))
    assert pulled.missing.all()
    assert not pulled.samples.any()
    assert run.buffers.concealed[0] == 0


def test_widebandGoesThroughWhole() -> None:
    buffers = JitterBuffers(1, sampleRate=16000)
    stream, silence = np.zeros(1, np.intp), np.zeros(1)
    heard = []
    for tick in range(20):
        now = tick * 0.02
        buffers.insert(
            stream,
            np.array([tick * 320], np.uint32),
            counted(tick * 320, 320)[None],
            now,
            silence + now - 0.01,
        )
        heard.append(buffers.pull(stream, now, silence).samples[0])
    assert (np.concatenate(heard) == counted(0, 20 * 320)).all()


def test_manyStreamsDoNotMixUp() -> None:
    count = 50
    buffers = JitterBuffers(count)
    streams = np.arange(count)
    offsets = np.arange(count) * 1000
    quiet = np.zeros(count)
    for tick in range(30):
        now = tick * 0.02
        samples = np.stack([counted(int(o) + tick * 160, 160) for o in offsets])
        buffers.insert(
            streams,
            (offsets * 7919 + tick * 160).astype(np.uint32),
            samples,
            now,
            quiet + now - 0.01,
        )
        assert (buffers.pull(streams, now, quiet).samples == samples).all()


def test_aFloodOfOneStreamIsCut() -> None:
    buffers = JitterBuffers(2)
    count = 500
    buffers.insert(
        np.zeros(count, np.intp),
        np.arange(count, dtype=np.uint32) * 160,
        np.ones((count, 160), np.int16),
        0.0,
    )
    assert buffers.discarded[0] >= count - 32
    assert buffers.depth()[0] <= 0.2


def test_aPacketOfHalfASecondIsRefused() -> None:
    buffers = JitterBuffers(1)
    buffers.insert(np.zeros(1, np.intp), np.zeros(1, np.uint32), np.ones((1, 4000), np.int16), 0.0)
    assert buffers.discarded[0] == 1


@settings(max_examples=100)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.one_of(st.integers(0, 2**32 - 1), st.integers(0, 3000)),
            st.sampled_from([0, 1, 80, 93, 160, 240, 256, 480]),
            st.booleans(),
        ),
        max_size=60,
    ),
    st.sampled_from([10, 20]),
)
def test_noTimestampsUpsetTheBuffers(packets: list[tuple[int, int, int, bool]], frame: int) -> None:
    buffers = JitterBuffers(4, frame)
    everyone, quiet = np.arange(4), np.zeros(4)
    for number, (stream, timestamp, length, restart) in enumerate(packets):
        now = number // 2 * frame / 1000
        buffers.insert(
            np.array([stream]),
            np.array([timestamp], np.uint32),
            np.ones((1, length), np.int16),
            now,
            None,
            np.array([restart and number % 7 == 0]),
        )
        if number % 2:
            pulled = buffers.pull(everyone, now, quiet)
            assert pulled.samples.shape == (4, frame * 8)
            assert set(np.unique(pulled.samples)) <= {0, 1}
        assert buffers.depth().max() <= 0.2


def test_whatIsMadeUpIsPutInPlaceAndCountsForNothing() -> None:
    buffers, stream = JitterBuffers(1, cap=0.2), np.zeros(1, np.intp)
    for number in (0, 1, 3, 4):
        stamp = np.array([number * 160], np.uint32)
        buffers.insert(stream, stamp, counted(number * 160, 160)[None], 1.0)
    waited, depth = buffers.waited[0], buffers.depth()[0]
    buffers.patch(0, 320, counted(320, 160)[None])
    assert (buffers.waited[0], buffers.depth()[0]) == (waited, depth)
    heard = []
    for number in range(7):
        pulled = buffers.pull(stream, 1.0 + number * 0.02, np.zeros(1))
        heard += pulled.samples[0][np.repeat(~pulled.missing[0], 80)].tolist()
    assert heard == counted(0, 800).tolist()


@pytest.mark.parametrize("timestamp", [-160, -1, 2**31])
def test_whatIsMadeUpTooLateOrForNobodyIsNotHeard(timestamp: int) -> None:
    buffers, stream = JitterBuffers(1), np.zeros(1, np.intp)
    buffers.patch(0, 0, counted(0, 160)[None])
    assert buffers.pull(stream, 1.0, np.zeros(1)).missing.all()
    buffers.insert(stream, np.zeros(1, np.uint32), counted(0, 160)[None], 1.0)
    pulled = [buffers.pull(stream, 1.0 + number * 0.02, np.zeros(1)) for number in range(3)]
    buffers.patch(0, (320 + timestamp) % 2**32, np.full((1, 160), -5, np.int16))
    assert buffers.waited[0] == 0
    pulled += [buffers.pull(stream, 1.0 + number * 0.02, np.zeros(1)) for number in range(3, 8)]
    assert not any((each.samples == -5).any() for each in pulled)
