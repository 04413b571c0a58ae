"""
A port goes from plane to plane, and its peer notices nothing but another room.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from h323d.call.media import IMixer, Signalling
from h323d.dsp.tones import levelsAt
from h323d.media.audio.crossing import Crossing
from h323d.media.config import MediaConfig
from h323d.rtp import rtcp
from h323d.rtp.rtcp import SourceDescription
from h323d.values.address import TransportAddress
from tests.support.packetio import EVENTS, MediaBench, steady, tone

AUDIBLE = -40.0  # dBov
TONES = (400, 900)  # Hz


class Scene:
    """
    Two rooms, each in a plane of its own, with somebody who hums, and one phone that goes from
    the one to the other.
    """

    def __init__(self) -> None:
        config = MediaConfig(maximumPorts=8, threads=2, rtcpIntervalSeconds=1.0)
        self.bench = MediaBench(config)
        self.rooms = [self._room(frequency) for frequency in TONES]
        self.phone = self.bench.phone()
        self.here, self.there = self.rooms
        self.here.join(self.phone.port)

    def _room(self, frequency: int) -> IMixer:
        (humming,), mixer = self.bench.meeting(1)
        humming.says = tone(frequency)
        return mixer

    def populations(self) -> list[int]:
        """
        How many ports there are in each plane.
        """
        self.bench.run(0.6)
        return [int(door.figures["ports"]) for door in self.bench.doors]

    def hears(self) -> list[int]:
        levels = levelsAt(self.phone.sound[-2400:], TONES)
        return [each for each, level in zip(TONES, levels, strict=True) if level > AUDIBLE]


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.bench.run(1.0)
    return made


def test_aPortIsInThePlaneOfItsMixer(scene: Scene) -> None:
    assert scene.populations() == [2, 1]
    scene.there.join(scene.phone.port)
    assert scene.populations() == [1, 2]
    scene.bench.stop()


def test_itHearsTheRoomThatItIsIn(scene: Scene) -> None:
    assert scene.hears() == [TONES[0]]
    scene.there.join(scene.phone.port)
    scene.bench.run(0.5)
    assert scene.hears() == [TONES[1]]
    scene.here.join(scene.phone.port)
    scene.bench.run(0.5)
    assert scene.hears() == [TONES[0]]


def test_itIsHeardWhereItIs(scene: Scene) -> None:
    scene.phone.says = steady(4000)
    scene.there.join(scene.phone.port)
    scene.bench.run(0.5)
    near, far = scene.bench.phones[:2]
    assert (int(np.abs(near.sound[-160:]).max()), int(near.sound[-1])) == (0, 0)
    assert int(far.sound[-160:].mean()) == pytest.approx(4000, rel=0.03)


def test_whatItIsSentGoesOnAsTheSameStream(scene: Scene) -> None:
    before = len(scene.phone.heard)
    scene.there.join(scene.phone.port)
    scene.bench.run(0.5)
    times = [at for at, _ in scene.phone.heard]
    packets = [packet for _, packet in scene.phone.heard]
    assert len({packet.ssrc for packet in packets}) == 1
    numbers = [packet.sequenceNumber for packet in packets]
    assert {(b - a) & 0xFFFF for a, b in itertools.pairwise(numbers)} == {1}
    # A timestamp tells when a packet left, before and after.
    late = [at - packet.timestamp / 8000 for at, packet in scene.phone.heard]
    assert max(late) - min(late) < 0.0201
    assert max(np.diff(times[before - 5 :])) < 0.05
    assert [each.marker for each in packets[1:]].count(True) <= 1


def test_nothingOfWhatCameMeanwhileIsLost(scene: Scene) -> None:
    before = scene.phone.port.statistics()
    scene.there.join(scene.phone.port)
    scene.bench.run(1.0)
    after = scene.phone.port.statistics()
    assert after.packetsReceived == pytest.approx(before.packetsReceived + 50, abs=25)
    assert (after.packetsLost, after.packetsRefused) == (0, 0)
    assert after.packetsSent > before.packetsSent


def test_itsFiguresDoNotBeginAnew(scene: Scene) -> None:
    before = scene.phone.port.statistics()
    assert before.packetsReceived > 0
    scene.there.join(scene.phone.port)
    seen = []
    for _ in range(50):
        scene.bench.run(0.02)
        seen.append(scene.phone.port.statistics().packetsReceived)
    assert seen == sorted(seen)
    assert seen[0] >= before.packetsReceived


def test_itsPeerStaysLocked(scene: Scene) -> None:
    scene.there.join(scene.phone.port)
    scene.bench.run(0.5)
    refused = scene.phone.port.statistics().packetsRefused
    stranger = TransportAddress("10.0.9.9", 5000)
    for _ in range(10):
        scene.phone.send(b"\x80\x00\x00\x01" + bytes(8 + 160), stranger)
        scene.bench.run(0.02)
    scene.bench.run(0.6)
    assert scene.phone.port.statistics().packetsRefused == refused + 10
    assert scene.phone.recorder.heard == [scene.phone.address]
    assert [where for where, _ in scene.bench.stray if where == stranger] == []


def test_aLockThatIsContestedStaysContested() -> None:
    scene = Scene()
    phone = scene.phone
    phone.signalling = Signalling("10.0.7.7")  # so that others may latch
    assert phone.stream.transmit is not None
    moved = TransportAddress(phone.address.host, 5002)
    phone.configure(replace(phone.stream, transmit=replace(phone.stream.transmit, rtp=moved)))
    other = TransportAddress("10.0.8.8", 5000)
    for number in range(6):
        packet = b"\x80\x00" + number.to_bytes(2, "big") + (160 * number).to_bytes(4, "big")
        phone.send(packet + b"\0\0\0\1" + bytes(160), other)
        scene.bench.run(0.02, talking=[])
    assert phone.recorder.heard == [other]
    scene.there.join(phone.port)
    scene.bench.run(0.1, talking=[])
    scene.bench.run(0.1, talking=[phone])
    assert phone.recorder.heard == [other, phone.address]


def test_aDigitThatIsOnItsWayComesWhole(scene: Scene) -> None:
    scene.phone.port.sendDigit("5", 200)
    scene.bench.run(0.05)
    scene.there.join(scene.phone.port)
    scene.bench.run(0.5)
    events = [each for _, each in scene.phone.heard if each.payloadType == EVENTS]
    assert {each.payload[0] for each in events} == {5}
    assert len({each.timestamp for each in events}) == 1
    assert [bool(each.payload[1] & 0x80) for each in events[-3:]] == [True] * 3


def test_aDigitThatIsComingIsHeardOnce(scene: Scene) -> None:
    def event(octets: bytes) -> None:
        header = b"\x80" + bytes([EVENTS]) + (scene.phone.sequence & 0xFFFF).to_bytes(2, "big")
        scene.phone.sequence += 1
        stamp, ssrc = (77777).to_bytes(4, "big"), scene.phone.ssrc.to_bytes(4, "big")
        scene.phone.send(header + stamp + ssrc + octets)
        scene.bench.run(0.02, talking=scene.bench.phones[:2])

    event(b"\x07\x0a\x00\xa0")
    scene.there.join(scene.phone.port)
    event(b"\x07\x0a\x01\x40")
    for _ in range(3):
        event(b"\x07\x8a\x01\xe0")
    assert scene.phone.recorder.digits == [("7", 60)]


def test_itReportsOnUnderTheSameName(scene: Scene) -> None:
    scene.bench.run(3.0)
    before = len(scene.phone.control)
    scene.there.join(scene.phone.port)
    scene.bench.run(3.0)
    names = [
        item
        for _, octets in scene.phone.control
        for packet in rtcp.decode(octets)
        if isinstance(packet, SourceDescription)
        for item in packet.chunks
    ]
    assert len(names) > before > 0
    assert len({str(each) for each in names}) == 1


def test_whatItIsToldOnTheWayReachesIt(scene: Scene) -> None:
    scene.there.join(scene.phone.port)
    scene.there.mute(scene.phone.port, True)
    scene.phone.says = steady(4000)
    scene.phone.port.sendDigit("9", 100)
    scene.bench.run(0.5)
    assert EVENTS in {each.payloadType for _, each in scene.phone.heard}
    far = scene.bench.phones[1]
    assert int(np.abs(far.sound[-160:]).max()) == 0


def test_itMayGoOnBeforeItHasArrived(scene: Scene) -> None:
    for mixer in (scene.there, scene.here, scene.there):
        mixer.join(scene.phone.port)
    assert scene.populations() == [1, 2]
    assert scene.hears() == [TONES[1]]


def test_itMayCloseOnTheWay(scene: Scene) -> None:
    scene.there.join(scene.phone.port)
    scene.phone.port.close()
    assert scene.populations() == [1, 1]
    assert [pair.closed for pair in scene.bench.ports.pairs] == [False, False, True]
    scene.bench.stop()


def test_aMixerMayCloseBeforeItArrives(scene: Scene) -> None:
    scene.there.join(scene.phone.port)
    scene.there.close()
    scene.bench.run(0.5)
    scene.here.join(scene.phone.port)
    scene.bench.run(0.5)
    assert scene.hears() == [TONES[0]]


def test_whoHasNotDepartedDoesNotArrive(scene: Scene) -> None:
    door = scene.bench.doors[0]
    door.command(door.commands.arrive, 999, Crossing())
    scene.bench.run(0.1)
    assert scene.populations() == [2, 1]


def test_theSeedMakesTheSamePacketsInAnyNumberOfPlanes() -> None:
    def play(threads: int) -> list[tuple[float, bytes]]:
        bench = MediaBench(MediaConfig(maximumPorts=16, threads=threads))
        rooms = [bench.meeting(2) for _ in range(3)]
        for number, (phones, _) in enumerate(rooms):
            phones[0].says = tone(300 * (number + 1))
        wanders = rooms[0][0][1]
        for _, mixer in (*rooms, rooms[0]):
            mixer.join(wanders.port)
            bench.run(0.3)
        return [(at, packet.payload) for at, packet in wanders.heard]

    for threads in (1, 2, 3):
        assert play(threads) == play(threads)
