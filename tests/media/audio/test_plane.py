"""
The media plane in virtual time: who hears what, through whole packets.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.media import IMediaPool, IMediaPort, IMixer, ISampleSink
from h323d.call.ports import IPortPair, IPortSource
from h323d.dsp.g711 import decodeALaw, decodeULaw, encodeALaw, encodeULaw
from h323d.dsp.tones import Tone, levelsAt, signalToNoise
from h323d.errors import ResourceUnavailable
from h323d.media.audio.files import ToneSource
from h323d.media.config import MediaConfig
from h323d.media.packets import IPacketIO
from h323d.media.reports import Surveyed
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.streams import ReceiveFormat, Stream
from tests.support.packetio import EVENTS, MediaBench, Phone, RoomRecorder, steady, tone

AUDIBLE = -40.0  # dBov


def last(phone: Phone) -> int:
    return int(phone.sound[-1])


def throughULaw(value: int) -> int:
    return int(decodeULaw(encodeULaw(np.array([value], np.int16)))[0])


def throughALaw(value: int) -> int:
    return int(decodeALaw(encodeALaw(np.array([value], np.int16)))[0])


def hears(phone: Phone, *frequencies: int) -> list[int]:
    found = levelsAt(phone.sound[-4000:], frequencies)
    return [each for each, level in zip(frequencies, found, strict=True) if level > AUDIBLE]


def test_theSeamsAreProvided() -> None:
    bench = MediaBench()
    (phone,), mixer = bench.meeting(1)
    assert verifyObject(IMediaPool, bench.pool)
    assert verifyObject(IMediaPort, phone.port)
    assert verifyObject(IMixer, mixer)
    assert verifyObject(IPacketIO, bench.packets)
    assert verifyObject(IPortSource, bench.ports)
    assert verifyObject(IPortPair, bench.ports.pairs[0])


def test_everyoneHearsTheExactSumOfTheOthers() -> None:
    bench = MediaBench()
    phones, _ = bench.meeting(3)
    values = [throughULaw(value) for value in (1000, 2000, 4000)]
    for phone, value in zip(phones, values, strict=True):
        phone.says = steady(value)
    bench.run(0.5)
    total = sum(values)
    assert [last(phone) for phone in phones] == [throughULaw(total - own) for own in values]
    bench.stop()


def test_lawsAreMixedInOneRoom() -> None:
    bench = MediaBench()
    mixer = bench.pool.openMixer(RoomRecorder())
    phones = [bench.phone(mediaFormat=law) for law in (G711_ULAW, G711_ALAW, G711_ALAW)]
    values = [throughULaw(3000), throughALaw(500), throughALaw(700)]
    for phone, value in zip(phones, values, strict=True):
        mixer.join(phone.port)
        phone.says = steady(value)
    bench.run(0.5)
    total = sum(values)
    assert last(phones[0]) == throughULaw(total - values[0])
    assert last(phones[1]) == throughALaw(total - values[1])
    assert last(phones[2]) == throughALaw(total - values[2])


def test_roomsDoNotHearEachOther() -> None:
    bench = MediaBench()
    (a, b), _ = bench.meeting(2)
    (c, d), _ = bench.meeting(2)
    a.says, c.says = tone(400), tone(900)
    bench.run(1.0)
    assert hears(b, 400, 900) == [400]
    assert hears(d, 400, 900) == [900]
    assert hears(a, 400, 900) == hears(c, 400, 900) == []


@pytest.mark.parametrize(
    ("sends", "asks"), [(10, 60), (20, 10), (20, 40), (20, 50), (30, 20), (40, 30), (60, 20)]
)
def test_packetTimesAreThePortsOwn(sends: int, asks: int) -> None:
    bench = MediaBench()
    mixer = bench.pool.openMixer(RoomRecorder())
    talker, listener = bench.phone(packetMs=sends), bench.phone(asks=asks)
    mixer.join(talker.port)
    mixer.join(listener.port)
    talker.says = tone(1000)
    bench.run(1.5)
    assert {len(packet.payload) for _, packet in listener.heard} == {8 * asks}
    pauses = np.diff([at for at, _ in listener.heard[5:]])
    assert np.allclose(pauses, asks / 1000, atol=1e-4)
    assert signalToNoise(listener.sound[-4000:], 1000) >= 35
    bench.stop()


@pytest.mark.parametrize("begins", [0.0, 0.01])
@pytest.mark.parametrize("moment", range(4))
def test_packetsAreWholeAlsoWhenFramesBecomeLonger(moment: int, begins: float) -> None:
    bench = MediaBench()
    (talker,), mixer = bench.meeting(1)
    bench.run(begins)
    listener, odd = bench.phone(asks=40), bench.phone(asks=30)
    for phone in (listener, odd):
        mixer.join(phone.port)
    talker.says = tone(1000)
    bench.run(0.5 + moment / 100)
    mixer.leave(odd.port)
    bench.run(0.8)
    assert {len(packet.payload) for _, packet in listener.heard} == {320}
    assert listener.heard[-1][0] > bench.clock.seconds() - 0.05
    assert signalToNoise(listener.sound[-4000:], 1000) >= 35


def test_aCoarseGridMakesWholeFramesOnly() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=4, tickMs=20))
    (talker,), mixer = bench.meeting(1)
    listener = bench.phone(asks=50)
    mixer.join(listener.port)
    talker.says = tone(1000)
    bench.run(1.5)
    assert {len(packet.payload) for _, packet in listener.heard} == {320}
    assert signalToNoise(listener.sound[-4000:], 1000) >= 35


def test_aToneComesThroughWithoutAGapOrAClick() -> None:
    bench = MediaBench()
    (talker, listener, _), _ = bench.meeting(3)
    talker.says = tone(1000)
    bench.run(4.0)
    assert signalToNoise(listener.sound[1600:], 1000) >= 35
    statistics = talker.port.statistics()
    assert statistics.concealed == statistics.packetsLate == statistics.packetsLost == 0
    assert statistics.shifted == 0


@pytest.mark.parametrize("phase", range(20))
def test_theDelayIsAFrameAndTheGuardAtMost(phase: int) -> None:
    bench = MediaBench()
    (talker, listener), _ = bench.meeting(2)
    bench.clock.advance(phase / 1000 + 0.0005)
    for packet in range(20):  # one of them is loud
        talker.says = steady(16000 if packet == 10 else 0)
        talker.talk()
        if packet == 10:
            sent = bench.clock.seconds()
        bench.clock.advance(0.02)
    loud = [
        at + np.argmax(samples > 8000) / 8000
        for at, packet in listener.heard
        if (samples := decodeULaw(np.frombuffer(packet.payload, np.uint8))).max() > 8000
    ]
    config = MediaConfig()
    assert 0 <= loud[0] - sent <= 0.0201 + config.jitterMinMs / 1000


def test_sequenceAndTimestampsGoOnOverReconfiguration() -> None:
    bench = MediaBench()
    (phone, _), _ = bench.meeting(2)
    bench.run(0.2)
    phone.configure(phone.stream)
    bench.run(0.2)
    packets = [packet for _, packet in phone.heard]
    assert len({packet.ssrc for packet in packets}) == 1
    for one, next_ in itertools.pairwise(packets):
        assert (next_.sequenceNumber - one.sequenceNumber) & 0xFFFF == 1
        assert (next_.timestamp - one.timestamp) & 0xFFFFFFFF == 160
    assert [packet.marker for packet in packets] == [True] + [False] * (len(packets) - 1)


def test_afterAHoldTheMarkerSaysThatTimeHasPassed() -> None:
    bench = MediaBench()
    (phone, _), _ = bench.meeting(2)
    bench.run(0.2)
    before = phone.heard[-1]
    phone.configure(Stream(None, phone.stream.receive))
    bench.run(0.5)
    assert phone.heard[-1][0] - before[0] <= 0.021
    before = phone.heard[-1]
    phone.configure(phone.stream)
    bench.run(0.1)
    at, packet = next(each for each in phone.heard if each[0] > before[0])
    assert packet.marker
    assert (packet.sequenceNumber - before[1].sequenceNumber) & 0xFFFF == 1
    assert (packet.timestamp - before[1].timestamp) & 0xFFFFFFFF == round((at - before[0]) * 8000)


@pytest.mark.parametrize("passes", [False, True])
def test_whatAPeerSendsOnHoldIsNotLost(passes: bool) -> None:
    bench = MediaBench()
    phone = bench.pair()[0] if passes else bench.meeting(2)[0][0]
    bench.run(1.0)
    phone.configure(Stream())
    bench.run(3.0)
    phone.configure(phone.stream)
    bench.run(2.0)
    statistics = phone.port.statistics()
    assert statistics.packetsLost == 0
    assert statistics.packetsRefused >= 149


def test_aMutedMemberIsNotHeardAndHears() -> None:
    bench = MediaBench()
    (a, b), mixer = bench.meeting(2)
    a.says, b.says = tone(400), tone(900)
    mixer.mute(a.port, True)
    bench.run(1.0)
    assert (hears(a, 400, 900), hears(b, 400, 900)) == ([900], [])
    mixer.mute(a.port, False)
    bench.run(1.0)
    assert hears(b, 400, 900) == [400]


def test_aDeafMemberHearsNothingAndIsHeard() -> None:
    bench = MediaBench()
    (a, b), mixer = bench.meeting(2)
    a.says, b.says = tone(400), tone(900)
    mixer.deafen(a.port, True)
    bench.run(1.0)
    assert (hears(a, 400, 900), hears(b, 400, 900)) == ([], [400])


def test_whoLeavesSendsAndHearsNothing() -> None:
    bench = MediaBench()
    (a, b), mixer = bench.meeting(2)
    a.says = b.says = tone(400)
    bench.run(0.5)
    mixer.leave(a.port)
    bench.run(0.1)
    count = len(a.heard)
    bench.run(0.5)
    assert len(a.heard) == count
    assert not b.sound[-1600:].any()
    assert b.heard[-1][0] > bench.clock.seconds() - 0.03


def test_localPartiesPlayAndListen() -> None:
    @implementer(ISampleSink)
    class Ear:
        def __init__(self) -> None:
            self.frames: list[npt.NDArray[np.int16]] = []

        def write(self, samples: npt.NDArray[np.int16], sampleRate: int) -> None:
            self.frames.append(samples.copy())

    bench = MediaBench()
    (phone,), mixer = bench.meeting(1)
    phone.says = tone(900)
    ear = Ear()
    party = mixer.attach(ToneSource(Tone((400,))), ear)
    bench.run(1.0)
    assert hears(phone, 400, 900) == [400]
    heard = np.concatenate(ear.frames)
    assert signalToNoise(heard[-4000:], 900) >= 35
    mixer.detach(party)
    bench.run(0.2)
    assert not phone.sound[-800:].any()


def test_aStallOfOursLeavesNoDelayAndNoBurst() -> None:
    bench = MediaBench()
    (talker, listener), _ = bench.meeting(2)
    talker.says = tone(1000)
    bench.run(1.0)
    before = len(listener.heard)
    for _ in range(5):  # what the socket takes in while we do not run
        talker.talk()
        bench.clock.rightNow += 0.02
    bench.run(2.0)
    after = listener.heard[before:]
    pauses = np.diff([at for at, _ in after])
    assert pauses.min() >= 0.0049  # once, back to the grid
    assert np.count_nonzero(pauses < 0.019) == 1
    assert signalToNoise(listener.sound[-8000:], 1000) >= 35
    assert talker.port.statistics().bufferDepth <= 0.04
    jump = (after[0][1].timestamp - listener.heard[before - 1][1].timestamp) & 0xFFFFFFFF
    assert jump >= 5 * 160
    assert after[0][1].marker


def test_whatAStallOfOursTookFromTheSoundIsToldOfEveryMember() -> None:
    bench = MediaBench()
    members, _ = bench.meeting(2)
    bench.run(1.0)
    for _ in range(5):
        for each in members:
            each.talk()
        bench.clock.rightNow += 0.02
    bench.run(2.0)
    assert min(each.port.statistics().shifted for each in members) >= 8  # four frames


def test_itTellsWhichPointsOfTheGridCanBeSleptThrough() -> None:
    bench = MediaBench()
    bench.meeting(2, packetMs=20)
    bench.run(0.1)
    due = bench.plane.nextDue()
    for step in (4, 8, 12):  # of 5 ms
        bench.clock.advance(0.02)
        assert bench.plane.nextDue() == due + step


def test_whereNothingIsOpenItSleepsUntilItHasToTellSo() -> None:
    bench = MediaBench()
    (phone,), mixer = bench.meeting(1)
    bench.run(0.1)
    phone.port.close()
    bench.clock.advance(0.005)
    assert bench.plane.nextDue() >= 100  # half a second
    bench.run(0.6)
    assert bench.pool.figures()["ports"] == 0
    sleeps = bench.plane.nextDue()
    mixer.attach(None, None)
    bench.clock.advance(0.005)
    assert bench.plane.nextDue() < sleeps


def test_whereAllPassesItOnlyLooksAtRTCP() -> None:
    bench = MediaBench()
    bench.pair()
    bench.run(0.3)
    due = set()
    for _ in range(100):  # points of the grid: half a second
        bench.clock.advance(0.005)
        due.add(bench.plane.nextDue())
    assert len(due) <= 6


def sleeping(bench: MediaBench) -> int:
    """
    @return: the next point of the grid at which something is due, seen from one at which
        two have spoken whose packets pass; nobody ticks the plane any more.
    """
    a, *_ = bench.pair()
    a.configure(replace(a.stream, receive=ReceiveFormat({0: G711_ULAW, 8: G711_ALAW}, EVENTS)))
    bench.run(0.32)  # it has just looked at RTCP
    for driver in bench.drivers:
        driver.stop()
    bench.plane.passOn(bench.clock.seconds(), bench.packets)
    return bench.plane.nextDue()


def test_whoIsMixedAfterASleepHasMissedNothing() -> None:
    bench = MediaBench()
    sleeping(bench)
    bench.clock.advance(0.08)
    bench.pool.openMixer(RoomRecorder()).join(bench.phones[0].port)
    told = []
    for _ in range(200):
        told += bench.plane.tick(bench.clock.seconds(), bench.packets)
        bench.clock.advance(0.005)
    figures = [each.plane for each in told if isinstance(each, Surveyed)]
    assert figures[-1]["framesGivenUp"] == 0
    assert figures[-1]["lateTicks"] == 0


def test_whatCannotPassIsMixedAtTheNextFrame() -> None:
    bench = MediaBench()
    due = sleeping(bench)
    bench.clock.advance(0.04)
    bench.phones[0].speak(G711_ALAW)
    bench.phones[0].talk()
    bench.plane.passOn(bench.clock.seconds(), bench.packets)
    assert 0 < due - bench.plane.nextDue() < 20


def test_whoIsWokenIsNotLate() -> None:
    bench = MediaBench()
    bench.run(0.1)
    bench.clock.advance(0.4)
    bench.meeting(2)
    bench.clock.advance(0.005)
    bench.run(0.6)
    assert bench.pool.figures()["lateTicks"] == 0


@pytest.mark.parametrize(
    ("threads", "phases"), [(1, [0]), (2, [0, 10]), (3, [0, 5, 10]), (4, [0, 5, 10, 15])]
)
def test_planesWorkAtDifferentTimes(threads: int, phases: list[int]) -> None:
    bench = MediaBench(MediaConfig(maximumPorts=16, threads=threads))
    begun = bench.clock.seconds()
    rooms = [bench.meeting(2)[0][0] for _ in range(threads)]
    bench.run(0.5)
    leaves = [round((room.heard[-1][0] - begun) * 1000) % 20 for room in rooms]
    assert [(each - leaves[0]) % 20 for each in leaves] == phases


def test_theMixesOfManyWaitForTheirDepartureAndThoseOfFewLeaveAtOnce() -> None:
    delays = []
    for few, wait in ((3, 0.0), (2, 0.0025)):
        bench = MediaBench(few=few, departure=0.0025)
        phones, _ = bench.meeting(3)
        bench.run(1.1)
        due = bench.plane.nextDue()
        assert bench.plane.departure(due) == wait
        assert bench.plane.departure(due + 1) == 0.0
        delays.append(phones[0].port.statistics().delay)
    assert delays[1] - delays[0] == pytest.approx(0.0025)


def test_manyRoomsAreSpreadOverTheGrid() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=128))
    rooms = [bench.meeting(1)[0][0] for _ in range(60)]
    bench.run(0.1)
    phases = {round(room.heard[1][0] * 1000) % 20 for room in rooms}
    assert len(phases) == 2
    bench.stop()


def test_levelsAndTheActiveSpeakerAreReported() -> None:
    bench = MediaBench()
    (a, b), mixer = bench.meeting(2)
    recorder = mixer.observer  # type: ignore[attr-defined] # the pool's own mixer
    a.says = tone(400)
    bench.run(1.0)
    assert recorder.speakers == [a.port.portId]
    assert recorder.reported[-1][a.port.portId] == pytest.approx(-15.2, abs=0.3)
    assert recorder.reported[-1][b.port.portId] == -127.0
    a.says, b.says = steady(0), tone(500)
    bench.run(3.0)
    assert recorder.speakers == [a.port.portId, b.port.portId]


def test_whatIsPlayedIsNobodyWhoSpeaks() -> None:
    bench = MediaBench()
    (a, _), mixer = bench.meeting(2)
    recorder = mixer.observer  # type: ignore[attr-defined] # the pool's own mixer
    mixer.attach(ToneSource(Tone((400,))), None)
    bench.run(1.0)
    assert recorder.speakers == []
    a.says = tone(500)
    bench.run(1.0)
    assert recorder.speakers == [a.port.portId]


def test_statisticsAreAtMostASecondOld() -> None:
    bench = MediaBench()
    (a, _), _ = bench.meeting(2)
    bench.run(1.0)
    assert 0 < a.port.statistics().packetsReceived <= 50
    assert a.port.statistics().packetsSent >= 24
    bench.run(1.0)
    assert a.port.statistics().packetsReceived >= 70
    assert bench.pool.figures()["ports"] == 2


@pytest.mark.parametrize("since", [0.0, 0.1, 0.2, 0.3, 0.4])
def test_statisticsOfWhoHasJustComeAreNewerThanOthers(since: float) -> None:
    bench = MediaBench()
    bench.meeting(1)
    bench.run(2.0 + since)
    (a, _), _ = bench.meeting(2)
    bench.run(0.3)
    assert 8 <= a.port.statistics().packetsReceived <= 15
    assert a.port.statistics().packetsSent >= 8


def test_closingFreesThePortPair() -> None:
    bench = MediaBench()
    (a, b), _ = bench.meeting(2)
    bench.run(0.1)
    a.port.close()
    a.port.close()
    bench.run(0.1, [b])
    assert [pair.closed for pair in bench.ports.pairs] == [True, False]
    assert bench.packets.slots.keys() == {1}


def test_slotsRunOutAndComeBack() -> None:
    bench = MediaBench(MediaConfig(maximumPorts=2))
    (a, _), mixer = bench.meeting(2)
    with pytest.raises(ResourceUnavailable):
        bench.phone()
    with pytest.raises(ResourceUnavailable):
        mixer.attach(None, None)
    a.port.close()
    bench.clock.advance(0.01)
    bench.phone()


def test_aClosedMixerLetsItsMembersGo() -> None:
    bench = MediaBench()
    (a, _), mixer = bench.meeting(2)
    bench.run(0.1)
    mixer.close()
    mixer.close()
    bench.run(0.1)
    count = len(a.heard)
    bench.run(0.2)
    assert len(a.heard) == count
    second = bench.pool.openMixer(RoomRecorder())
    second.join(a.port)
    bench.run(0.2)
    assert len(a.heard) > count


def test_commandsForWhatHasGoneDoNothing() -> None:
    bench = MediaBench()
    (a, b), mixer = bench.meeting(2)
    a.port.close()
    mixer.mute(a.port, True)
    mixer.deafen(a.port, True)
    mixer.leave(a.port)
    mixer.join(a.port)
    a.configure(a.stream)
    a.port.sendDigit("1", 100)
    mixer.detach(99)
    mixer.close()
    mixer.join(b.port)
    bench.run(0.1, [b])
    assert bench.pool.figures()["ports"] == 1
    bench.stop()


def test_onlyG711IsSupported() -> None:
    pool = MediaBench().pool
    assert pool.supports(G711_ULAW)
    assert pool.supports(G711_ALAW)
    assert not pool.supports(MediaFormat("G729"))


def test_thePortsOfARoomThatIsAlreadyTalkingAreFedAtOnce() -> None:
    bench = MediaBench()
    (a,), mixer = bench.meeting(1)
    a.says = tone(400)
    bench.run(1.0)
    late = bench.phone()
    mixer.join(late.port)
    joined = bench.clock.seconds()
    bench.run(0.1)
    assert late.heard[0][0] - joined <= 0.0251
    assert late.sound.any()
