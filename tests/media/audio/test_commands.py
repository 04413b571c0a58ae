"""
A port that goes on with what another process, or plane, has sent.
"""

from __future__ import annotations

import random

from h323d.call.media import Signalling
from h323d.media.audio.plane import MediaPlane
from h323d.media.config import MediaConfig
from h323d.media.door import PlaneDoor
from h323d.media.positions import StreamPosition
from h323d.media.reports import Departed, Report, Surveyed
from h323d.rtp.packet import RTPPacket, decode
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat
from tests.support.packetio import MemoryIO, MemoryPorts

HERE, PEER = "192.0.2.1", TransportAddress("192.0.2.10", 4000)
POSITION = StreamPosition(7, 70_000, 1_000_000, 100.5, "name", 8, 50, 8000)
STREAM = Stream(TransmitFormat(G711_ULAW, 0, 20, PEER), ReceiveFormat({0: G711_ULAW}))
TICK = 0.005


class Scene:
    """
    Two ports in a room of a plane that has been ticked for a while, of which the first goes on.
    """

    def __init__(self) -> None:
        self.now = 100.0
        self.sent: list[RTPPacket] = []
        self.control: list[bytes] = []
        self.reports: list[Report] = []
        self.plane = MediaPlane(MediaConfig(maximumPorts=4), random.Random(1))
        self.door = PlaneDoor(self.plane)
        self.packets = MemoryIO(self.leave)
        self.pairs = MemoryPorts()
        self.run(0.5)
        commands = self.door.commands
        self.door.command(commands.openRoom, 9)
        for portId, position in ((1, POSITION), (2, None)):
            self.door.command(commands.openPort, portId, self.pairs.bind(HERE), position)
            self.door.command(commands.configure, portId, STREAM, Signalling(PEER.host))
            self.door.command(commands.join, 9, portId)

    def leave(self, source: TransportAddress, target: TransportAddress, octets: bytes) -> None:
        if source == self.pairs.pairs[0].rtp:
            self.sent.append(decode(octets))
        elif source == self.pairs.pairs[0].rtcp:
            self.control.append(octets)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK)):
            self.reports += self.plane.tick(self.now, self.packets)
            self.now += TICK


def test_aStreamGoesOnWhereItIsTold() -> None:
    scene = Scene()
    scene.run(0.1)
    first, second = scene.sent[:2]
    assert (first.ssrc, first.sequenceNumber) == (7, 70_000 - 65_536)
    assert second.sequenceNumber == first.sequenceNumber + 1
    assert 0 <= first.timestamp - 1_000_000 <= 160
    assert second.timestamp == first.timestamp + 160


def test_whatIsOpenedLateIsAsMuchFurther() -> None:
    scene = Scene()
    scene.now += 0.2  # the command waits
    scene.run(0.1)
    assert 1600 <= scene.sent[0].timestamp - 1_000_000 <= 1760


def test_itIsKnownByTheNameThatItHad() -> None:
    scene = Scene()
    scene.run(8.0)
    assert scene.control
    assert all(b"name@192.0.2.1" in each for each in scene.control)


def test_aSurveySaysHowFarItIs() -> None:
    scene = Scene()
    scene.run(2.0)
    survey = [each.survey for each in scene.reports if isinstance(each, Surveyed)][-1]
    row = survey.rows[1]
    assert survey.ssrc[row] == 7
    assert survey.sent[row] - 50 == survey.sequence[row] - 70_000
    assert survey.sentOctets[row] - 8000 == 160 * (survey.sent[row] - 50)
    passed = (survey.at - 100.5) * 8000
    assert abs(int(survey.timestamp[row]) - 1_000_000 - passed) <= 160


def test_whoIsDismissedSaysHowFarItIsAndNotGoodbye() -> None:
    scene = Scene()
    scene.run(1.0)
    before = len(scene.control)
    scene.door.command(scene.door.commands.dismiss, 1)
    scene.run(0.1)
    (departed,) = (each for each in scene.reports if isinstance(each, Departed))
    assert departed.position is not None
    assert (departed.portId, departed.position.ssrc) == (1, 7)
    assert departed.position.sequence == 70_000 + len(scene.sent)
    assert scene.pairs.pairs[0].closed
    assert len(scene.control) == before


def test_whoIsNotThereIsDismissedAtOnce() -> None:
    scene = Scene()
    scene.door.command(scene.door.commands.dismiss, 77)
    scene.run(TICK)
    assert Departed(77) in scene.reports
