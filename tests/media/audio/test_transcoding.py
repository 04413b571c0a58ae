"""
Two who speak different codecs, packet by packet.
"""

from __future__ import annotations

import itertools

import pytest

from h323d.call.media import IMixer
from h323d.dsp.tones import signalToNoise
from h323d.rtp.packet import RTPPacket
from h323d.values.media.formats import G711_ALAW
from tests.support.packetio import MediaBench, Phone, RoomRecorder, silence, steady, tone
from tests.support.streamcodec import COMFORT, CodecBench, CodecPhone, saying


class Pair:
    """
    A telephone, and a terminal that speaks a codec which remembers, in a room of their own.
    """

    def __init__(self) -> None:
        self.scene = CodecBench(passes=True)
        self.bench = self.scene.bench
        self.terminal, self.telephone = self.scene.phone(8000), self.scene.telephone()
        self.bench.run(0.2)
        self.terminal.says, self.telephone.says = saying(8000, 500), tone(400)

    def settle(self, *heard: Phone) -> None:
        """
        Let them talk for a while.

        @param heard: what they have been sent until then is forgotten.
        """
        self.bench.run(0.5)
        for each in heard:
            each.heard.clear()

    def assertBothHeard(self, lately: int = 2400) -> None:
        assert signalToNoise(self.telephone.sound[-lately:], 500) >= 30
        assert signalToNoise(self.terminal.sound[-lately:], 400) >= 30


def twoLaws() -> tuple[MediaBench, IMixer, Phone, Phone]:
    """
    Two telephones in a room of their own, who have the same samples in other octets.
    """
    bench = MediaBench()
    mixer = bench.pool.openMixer(RoomRecorder(), passes=True)
    a, b = bench.phone(), bench.phone(mediaFormat=G711_ALAW)
    mixer.join(a.port)
    mixer.join(b.port)
    bench.run(0.5)
    return bench, mixer, a, b


def packets(phone: Phone) -> list[RTPPacket]:
    return [packet for _, packet in phone.heard]


def steps(phone: Phone) -> set[tuple[int, int]]:
    """
    By how much numbers and times have gone on from packet to packet.
    """
    return {
        (
            (later.sequenceNumber - sooner.sequenceNumber) & 0xFFFF,
            (later.timestamp - sooner.timestamp) & 0xFFFFFFFF,
        )
        for sooner, later in itertools.pairwise(packets(phone))
    }


def test_aPacketIsSentOnWhenItComes() -> None:
    bench, mixer, a, b = twoLaws()
    b.heard.clear()
    for step in range(40):
        bench.clock.advance(0.0193)
        a.talk()
        b.talk()
        bench.clock.advance(0.0051)
        assert len(b.heard) == step + 1
    assert not mixer.passing


def test_bothAreHeardByWhatTheOtherSpeaks() -> None:
    pair = Pair()
    pair.bench.run(1.0)
    pair.assertBothHeard()


def test_timesGoByTheClockOfWhatIsSent() -> None:
    pair = Pair()
    pair.telephone.heard.clear()
    pair.bench.run(0.1)
    pair.terminal.heard.clear()
    pair.bench.run(1.0)
    assert steps(pair.telephone) == {(1, 160)}
    assert steps(pair.terminal) == {(1, 960)}


def test_whatIsLostIsMadeUpForByADecoderThatRemembers() -> None:
    pair = Pair()
    pair.settle(pair.telephone)
    pair.terminal.skip()
    pair.bench.run(0.5)
    assert pair.scene.codec.decoders[-1].recovered == [True]
    assert steps(pair.telephone) == {(1, 160)}
    pair.assertBothHeard()


def test_whatIsMadeUpForIsNotHeardWhenItComesAfterAll() -> None:
    pair = Pair()
    pair.settle(pair.telephone)
    pair.terminal.talk(delay=0.07)
    pair.bench.run(0.5)
    assert steps(pair.telephone) == {(1, 160)}
    pair.assertBothHeard()


def test_whatIsLostElseStaysAGap() -> None:
    pair = Pair()
    pair.settle(pair.terminal)
    pair.bench.run(0.1)
    pair.telephone.skip()
    pair.bench.run(0.5)
    assert steps(pair.terminal) == {(1, 960), (2, 1920)}


def test_whereThereIsNothingToSendTimeGoesOnAndTheMarkerTells() -> None:
    pair = Pair()
    pair.bench.run(0.5)
    pair.telephone.says = silence
    pair.bench.run(0.5)
    pair.telephone.says = tone(400)
    pair.terminal.heard.clear()
    pair.bench.run(0.5)
    first, *others = packets(pair.terminal)
    assert first.marker
    assert not any(packet.marker for packet in others)
    assert steps(pair.terminal) == {(1, 960)}


def test_aPauseThatIsAnnouncedIsFilled() -> None:
    pair = Pair()
    pair.bench.run(0.5)
    pair.terminal.says = silence
    pair.bench.run(1.0)
    assert abs(int(pair.telephone.sound[-80:].mean()) - COMFORT) <= 4
    pair.terminal.says = saying(8000, 500)
    pair.bench.run(1.0)
    pair.assertBothHeard()


def test_whoHearsNobodyIsSentSilence() -> None:
    bench, _, a, b = twoLaws()
    b.heard.clear()
    a.heard.clear()
    bench.run(1.0, [a])
    assert len(b.heard) >= 49
    assert len(a.heard) >= 30
    bench.run(0.5, [a, b])
    bench.clock.advance(0.0193)
    count = len(a.heard)
    b.talk()
    bench.clock.advance(0.0051)
    assert len(a.heard) == count + 1


def test_whereTheRatesOfSoundDifferTheyAreMixed() -> None:
    scene = CodecBench(passes=True)
    wide, narrow = scene.linear(), scene.telephone()
    wide.says, narrow.says = saying(16000, 500), tone(400)
    scene.bench.run(1.0)
    assert signalToNoise(narrow.sound[-2400:], 500) >= 30
    assert signalToNoise(wide.sound[-4800:], 400, 16000) >= 30


@pytest.mark.parametrize("milliseconds", [20, 90, 400])
def test_nobodyHearsThatTheyAreMixedForAWhile(milliseconds: int) -> None:
    pair = Pair()
    pair.settle(pair.terminal, pair.telephone)
    given = len(pair.scene.codec.given)
    party = pair.scene.mixer.attach(None, None)
    pair.bench.run(milliseconds / 1000)
    pair.scene.mixer.detach(party)
    pair.bench.run(1.0)
    assert len(pair.scene.codec.given) == given
    assert steps(pair.telephone) == {(1, 160)}
    assert steps(pair.terminal) == {(1, 960)}
    pair.assertBothHeard()


def test_afterAStallOfOursWhatIsOldIsGivenUpAndCounted() -> None:
    pair = Pair()
    pair.bench.run(0.5)
    before = packets(pair.terminal)[-1]
    pair.terminal.heard.clear()
    pair.telephone.says = steady(1000)
    for _ in range(20):
        pair.telephone.talk()
    pair.bench.clock.advance(0.01)
    assert len(pair.terminal.heard) == 5
    first, *others = packets(pair.terminal)
    assert first.marker
    assert not any(packet.marker for packet in others)
    assert (first.sequenceNumber - before.sequenceNumber) & 0xFFFF == 1
    assert steps(pair.terminal) == {(1, 960)}
    pair.telephone.says = tone(400)
    pair.bench.run(1.5)
    pair.assertBothHeard()
    assert pair.telephone.port.statistics().packetsRefused == 15


def test_aThirdIsHeardByBothAndWhenHeIsGoneTheyHearEachOther() -> None:
    pair = Pair()
    pair.bench.run(0.5)
    third: CodecPhone = pair.scene.phone(8000)
    third.says = saying(8000, 1100)
    pair.bench.run(0.5)
    pair.scene.mixer.leave(third.port)
    pair.bench.run(1.0)
    pair.assertBothHeard()
