"""
How what passes is numbered.
"""

from __future__ import annotations

from h323d.media.audio.lanes import SLACK_MS, Lane, LaneForm, Renumbering
from h323d.media.audio.table import PortTable
from h323d.rtp.packet import RTPPacket, decode, encode
from tests.support.columns import differing

OURS, FIRST, BEGAN = 5555, 1000, 90_000  # SSRC, sequence number and timestamp
PEERS = 800_000  # timestamp
FORM = LaneForm({0: 3}, 96, 20, 8)


class Scene:
    """
    A lane to a port that was sent nothing yet, at a time of the plane's clock.
    """

    def __init__(self) -> None:
        self.table = table = PortTable(2)
        self.source, self.target = table.take(1), table.take(2)
        table.ownSsrc[self.target], table.sequence[self.target] = OURS, FIRST
        table.timestampBase[self.target] = BEGAN
        self.renumbering = Renumbering(table)
        self.lane = Lane(self.source, self.target, FORM)
        self.clock = 0

    def passOn(self, sequence: int, stamp: int, marker: bool = False) -> RTPPacket | None:
        """
        A packet of 160 octets comes, and 20 ms pass.
        """
        octets = bytearray(172)
        header = marker, sequence, stamp & 0xFFFFFFFF
        sent = self.renumbering.write(self.lane, memoryview(octets), 0, header, 160, self.clock)
        self.clock += 20
        return decode(bytes(octets)) if sent else None

    def numbers(self, *sequences: int) -> list[int | None]:
        """
        What sequence numbers become, from our first one on.
        """
        sent = [self.passOn(each, PEERS + 160 * each) for each in sequences]
        return [None if each is None else each.sequenceNumber - FIRST for each in sent]


def test_theHeaderIsOurOwn() -> None:
    assert Scene().passOn(7, PEERS) == RTPPacket(96, FIRST, BEGAN, OURS, bytes(160), marker=True)


def test_whatFollowsGoesOn() -> None:
    scene = Scene()
    scene.passOn(7, PEERS)
    assert scene.passOn(8, PEERS + 160) == RTPPacket(96, FIRST + 1, BEGAN + 160, OURS, bytes(160))


def test_bothNumbersGoRound() -> None:
    scene = Scene()
    scene.passOn(0xFFFF, -160)
    sent = scene.passOn(0, 0)
    assert sent == RTPPacket(96, FIRST + 1, BEGAN + 160, OURS, bytes(160))


def test_aMarkerIsPassedOn() -> None:
    scene = Scene()
    scene.passOn(7, PEERS)
    sent = scene.passOn(8, PEERS + 160, marker=True)
    assert sent is not None
    assert sent.marker


def test_gapsStayAndWhatIsLateFillsThem() -> None:
    assert Scene().numbers(7, 8, 11, 10, 12) == [0, 1, 4, 3, 5]


def test_whatIsOlderThanTheWayHasNoNumber() -> None:
    assert Scene().numbers(7, 6, 8) == [0, None, 1]


def test_whatIsSwallowedLeavesNoGapAndMovesNothingThatCameBefore() -> None:
    scene = Scene()
    assert scene.numbers(7, 8) == [0, 1]
    scene.renumbering.swallow(scene.lane, 9)
    assert scene.numbers(10, 8, 11) == [2, None, 3]


def test_whatWasLostBeforeWhatIsSwallowedStaysAGap() -> None:
    scene = Scene()
    assert scene.numbers(7) == [0]
    scene.renumbering.swallow(scene.lane, 9)
    assert scene.numbers(10) == [2]


def test_numbersFromNowhereGoOn() -> None:
    assert Scene().numbers(7, 30_000, 30_001) == [0, 1, 2]


def test_aJumpOfTheTimestampEndsHere() -> None:
    scene = Scene()
    scene.passOn(7, PEERS)
    sent = scene.passOn(8, PEERS - 1_000_000)
    assert sent is not None
    assert (sent.timestamp, sent.marker) == (BEGAN + 160, False)


def test_aPauseOfThePeersIsAPauseOfOurs() -> None:
    scene = Scene()
    scene.passOn(7, PEERS)
    scene.clock += 500
    sent = scene.passOn(8, PEERS + 160 + 4000)
    assert sent is not None
    assert sent.timestamp == BEGAN + 160 + 4000


def test_whatBeginsAnewGoesOnWhereTheLastPacketEnded() -> None:
    scene = Scene()
    scene.passOn(7, PEERS)
    scene.lane.beginAnew()
    scene.clock += SLACK_MS - 21
    sent = scene.passOn(300, 77)
    assert sent == RTPPacket(96, FIRST + 1, BEGAN + 160, OURS, bytes(160))


def test_whatBeginsAnewLaterIsMarkedAndTimeHasPassed() -> None:
    scene = Scene()
    scene.passOn(7, PEERS)
    scene.lane.beginAnew()
    scene.clock += 500
    sent = scene.passOn(300, 77)
    assert sent == RTPPacket(96, FIRST + 1, BEGAN + 8 * 520, OURS, bytes(160), marker=True)


def test_whatIsMixedGoesOnWhereTheLastPacketEnded() -> None:
    scene, target = Scene(), Scene().target
    scene.passOn(7, PEERS)
    clock = scene.clock + 30
    scene.renumbering.align(target, clock)
    assert scene.table.timestamp(target, clock) == BEGAN + 160


def test_theReportsOfOurTimestampsAreTrueWhilePacketsPass() -> None:
    scene = Scene()
    for number in range(100):
        scene.passOn(number, PEERS + 160 * number)
        scene.clock += 1  # the peer's clock is slow
    now = scene.clock - 21
    assert scene.table.timestamp(scene.target, now) == BEGAN + 160 * 99


def test_whatPassesIsCounted() -> None:
    scene = Scene()
    scene.numbers(7, 8, 6)
    assert scene.table.sent[scene.target] == 2
    assert scene.table.sentOctets[scene.target] == 320


def test_aRunThatWasForetoldLeavesWhatItsPacketsWouldOneByOne() -> None:
    foretold, written = Scene(), Scene()
    for scene in (foretold, written):
        scene.passOn(65530, PEERS)
    course = foretold.lane.course
    foretold.renumbering.foretell(foretold.lane, 0, PEERS, 77, 160, foretold.clock - 20)
    for ahead in range(1, 10):
        packet = RTPPacket(0, (65530 + ahead) & 0xFFFF, PEERS + 160 * ahead, 77, bytes(160))
        octets = bytearray(encode(packet))
        assert course.foretells(memoryview(octets), 0, len(octets), foretold.clock)
        course.goOn(memoryview(octets), 0, 160, foretold.clock)
        foretold.clock += 20
        assert decode(bytes(octets)) == written.passOn(packet.sequenceNumber, packet.timestamp)
    foretold.renumbering.note(foretold.lane)
    assert differing(foretold.table, written.table) == []
    assert (foretold.lane.last, foretold.lane.run) == (written.lane.last, written.lane.run)
