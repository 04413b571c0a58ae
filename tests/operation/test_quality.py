"""
How good the sound of legs is, from what changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from twisted.internet.task import Clock

from h323d.call.statistics import PortStatistics
from h323d.events.bus import EventBus
from h323d.events.calls import SoundBegan, SoundEnded, SoundRated
from h323d.events.rooms import ParticipantJoined, ParticipantLeft
from h323d.operation.presence import Presence
from h323d.operation.quality import INTERVAL, REMOTE_DELAY, Qualities
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID, RoomID
from h323d.values.media.formats import G711_ULAW, MediaFormat
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat
from h323d.values.quality import DirectionQuality, Grade, LegQuality, Scale
from h323d.values.sound import SILENT

CALL, LEG = CallID("c1"), LegID("l1")
GOOD = PortStatistics(
    packetsReceived=100,
    packetsExpected=100,
    packetsSent=100,
    jitter=0.002,
    delay=0.03,
    remoteLost=0.0,
    remoteJitter=0.003,
    roundTrip=0.02,
    octetsReceived=16_000,
    octetsSent=16_000,
    payloadType=0,
)


class Port:
    """
    Counts what it is told to.
    """

    def __init__(self, spoken: MediaFormat = G711_ULAW) -> None:
        self.figures = PortStatistics()
        self.speak(spoken)

    def speak(self, spoken: MediaFormat) -> None:
        there = TransportAddress("10.0.0.2", 4000)
        self.stream = Stream(TransmitFormat(spoken, 0, 20, there), ReceiveFormat({0: spoken}))

    def statistics(self) -> PortStatistics:
        return self.figures


class FakePresence:
    """
    One leg, as L{Presence} has it, while it is there.
    """

    def __init__(self) -> None:
        self.port: Port | None = Port()

    def ports(self) -> Iterator[tuple[LegID, Port]]:
        if self.port is not None:
            yield LEG, self.port


class Scene:
    """
    One leg, and who looks after it.
    """

    def __init__(self) -> None:
        self.clock, self.events, self.legs = Clock(), EventBus(), FakePresence()
        self.told: list[SoundRated] = []
        self.qualities = Qualities(self.clock, self.events, cast(Presence, self.legs))
        self.events.subscribe(SoundRated, self.told.append)

    def join(self) -> None:
        self.events.publish(ParticipantJoined(0.0, RoomID("r"), CALL, LEG, "PCMU/8000"))

    def leave(self) -> None:
        cause = Cause.NORMAL_CALL_CLEARING
        self.events.publish(ParticipantLeft(9.0, RoomID("r"), CALL, LEG, cause))

    def hear(self, seconds: float, **more: Any) -> None:
        """
        Let time pass, in which a packet comes and leaves every 20 ms.

        @param more: figures that are others than L{GOOD}; C{lost}, packets in each C{INTERVAL}, and
            in how many C{runs}.  Any, as they are of many types.
        """
        lost, runs = more.pop("lost", 0), more.pop("runs", 1)
        port = self.legs.port
        assert port is not None
        for _ in range(round(seconds / INTERVAL)):
            last, packets = port.figures, round(INTERVAL * 50)
            port.figures = replace(
                GOOD,
                packetsReceived=last.packetsReceived + packets - lost,
                packetsExpected=last.packetsExpected + packets,
                packetsLost=last.packetsLost + lost,
                lostRuns=last.lostRuns + (runs if lost else 0),
                packetsSent=last.packetsSent + packets,
                octetsReceived=last.octetsReceived + 160 * packets,
                octetsSent=last.octetsSent + 160 * packets,
                **more,
            )
            self.clock.advance(INTERVAL)

    @property
    def quality(self) -> LegQuality:
        quality = self.qualities.of(LEG)
        assert quality is not None
        return quality


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.join()
    return scene


def test_nothingIsKnownBeforeThereWereTwoLooks(scene: Scene) -> None:
    scene.hear(INTERVAL)
    assert scene.qualities.of(LEG) is None
    assert list(scene.qualities.all()) == []
    scene.hear(INTERVAL)
    assert scene.quality.grade is Grade.GOOD


def test_bothWaysHaveTheirFigures(scene: Scene) -> None:
    scene.hear(10.0)
    incoming, outgoing = scene.quality.incoming, scene.quality.outgoing
    assert (incoming.loss, incoming.jitter, incoming.bitRate) == (0.0, 0.002, 64_000.0)
    assert (outgoing.loss, outgoing.jitter, outgoing.bitRate) == (0.0, 0.003, 64_000.0)
    assert incoming.delay == pytest.approx(0.01 + 0.03)
    assert outgoing.delay == pytest.approx(0.01 + REMOTE_DELAY)
    assert incoming.mos == pytest.approx(4.37, abs=0.02)


def test_whatWasLongAgoDoesNotCount(scene: Scene) -> None:
    scene.hear(60.0)
    scene.hear(4.0, lost=10)
    lossy = scene.quality
    scene.hear(10.0)
    assert lossy.incoming.loss == pytest.approx(20 / 500)
    assert scene.quality.incoming.loss == 0.0
    assert (lossy.grade, scene.quality.grade) == (Grade.POOR, Grade.GOOD)


def test_whatCameTooLateIsAsGoodAsLost(scene: Scene) -> None:
    scene.hear(2.0)
    scene.hear(2.0, packetsLate=2)
    assert scene.quality.incoming.loss == pytest.approx(0.02)


def test_lossInARowIsWorseThanLossByChance(scene: Scene) -> None:
    scene.hear(10.0, lost=4, runs=4)
    byChance = scene.quality.incoming.mos
    scene.hear(12.0, lost=4)
    inARow = scene.quality.incoming.mos
    assert byChance is not None
    assert inARow is not None
    assert inARow < byChance


def test_withoutARoundTripThereIsNoDelayAndNoOpinion(scene: Scene) -> None:
    scene.hear(10.0, roundTrip=None, remoteLost=None, remoteJitter=None)
    quality = scene.quality
    assert (quality.incoming.delay, quality.incoming.mos) == (None, None)
    assert quality.incoming.grade is Grade.GOOD
    assert quality.outgoing == DirectionQuality(bitRate=64_000.0)


def test_whoSendsNothingHasNeitherLossNorJitter(scene: Scene) -> None:
    scene.hear(2.0)
    scene.clock.advance(INTERVAL)
    incoming, outgoing = scene.quality.incoming, scene.quality.outgoing
    assert (incoming.loss, incoming.jitter, incoming.delay, incoming.mos) == (None,) * 4
    assert outgoing == DirectionQuality()


def test_anotherSourceIsCountedFromItsBeginning(scene: Scene) -> None:
    scene.hear(6.0, lost=30)
    port = scene.legs.port
    assert port is not None
    port.figures = replace(port.figures, packetsExpected=0, packetsReceived=0, packetsLost=0)
    scene.hear(2.0)
    assert scene.qualities.of(LEG) is None
    scene.hear(2.0)
    assert scene.quality.incoming.loss == 0.0
    scene.leave()
    assert scene.told[0].quality.quality is Grade.POOR


def test_whatThePeerTellsOfItselfIsTaken(scene: Scene) -> None:
    scene.hear(10.0, remoteDelay=0.2, remoteDiscarded=0.05, remoteMOS=3.2)
    outgoing = scene.quality.outgoing
    assert outgoing.delay == pytest.approx(0.21)
    assert (outgoing.loss, outgoing.reported) == (0.05, 3.2)
    assert outgoing.grade is Grade.POOR


def test_eachLegIsToldWithWhatItSpeaks(scene: Scene) -> None:
    scene.hear(10.0)
    (heard,) = scene.qualities.all()
    assert (heard.callId, heard.legId) == (CALL, LEG)
    assert (heard.received, heard.sent) == (G711_ULAW, G711_ULAW)
    assert heard.quality == scene.quality


def test_whenItIsOverTheWorstTenSecondsAreTold(scene: Scene) -> None:
    scene.hear(20.0)
    scene.hear(10.0, lost=10)
    scene.hear(30.0)
    scene.leave()
    (fact,) = scene.told
    assert (fact.at, fact.callId, fact.legId) == (9.0, CALL, LEG)
    quality = fact.quality
    assert quality.quality is Grade.POOR
    assert quality.mosReceivedLowest is not None
    assert quality.mosReceived is not None
    assert quality.mosSent == quality.mosSentLowest == pytest.approx(4.36, abs=0.02)
    assert quality.mosReceivedLowest < 3.7 < quality.mosReceived < 4.4


def test_aShortCallIsToldOfToo(scene: Scene) -> None:
    scene.hear(4.0)
    scene.leave()
    assert [each.quality.quality for each in scene.told] == [Grade.GOOD]


def test_nothingIsToldOfOneThatWasHardlyThere(scene: Scene) -> None:
    scene.hear(2.0)
    scene.leave()
    assert scene.told == []


def test_opinionsOfTwoScalesAreNotAdded(scene: Scene) -> None:
    scene.hear(12.0, lost=10)
    assert scene.legs.port is not None
    scene.legs.port.speak(MediaFormat("G722"))
    scene.hear(20.0)
    assert scene.quality.incoming.rating is not None
    assert scene.quality.incoming.rating.scale is Scale.WIDEBAND
    scene.leave()
    (fact,) = scene.told
    assert fact.quality.mosReceivedLowest == fact.quality.mosReceived
    assert fact.quality.quality is Grade.POOR


def test_nobodyIsLookedAtAfterTheLastIsGone(scene: Scene) -> None:
    scene.hear(4.0)
    scene.leave()
    assert scene.clock.getDelayedCalls() == []
    assert scene.qualities.of(LEG) is None


def test_whoseMediaIsElsewhereIsPassedOver(scene: Scene) -> None:
    scene.hear(4.0)
    before, scene.legs.port = scene.quality, None
    scene.clock.advance(INTERVAL)
    assert scene.quality == before


def test_callsThroughTheGatewayAreLookedAtToo() -> None:
    scene = Scene()
    scene.events.publish(SoundBegan(0.0, CALL, LEG, "PCMU/8000"))
    scene.hear(10.0)
    assert scene.quality.grade is Grade.GOOD
    scene.events.publish(SoundEnded(9.0, CALL, LEG, SILENT))
    assert len(scene.told) == 1
