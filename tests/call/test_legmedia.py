"""
A leg's media: two directions of each medium, one stream.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.call.applications import Priority
from h323d.call.homes import Home
from h323d.call.legmedia import LegMedia, LegMedium
from h323d.call.media import IMediaPort, IMediaPortObserver, PortStatistics, Signalling
from h323d.errors import RemoteProtocolError, ResourceUnavailable
from h323d.values.address import TransportAddress
from h323d.values.media.digits import HOOK_FLASH
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat
from tests.support.fakemedia import FakePool

PATIENCE = 1.0  # seconds
TRANSMIT = TransmitFormat(G711_ULAW, 0, 20, TransportAddress("10.0.0.9", 5000))
RECEIVE = ReceiveFormat({0: G711_ULAW})
SOUND = MediaProfile.audio((G711_ULAW,))
PICTURE = MediaFormat("VP8", 90000, kind=Medium.VIDEO)
BOTH = MediaProfile((*SOUND.media, MediumProfile(Medium.VIDEO, (PICTURE,))))
SHOWS = TransmitFormat(PICTURE, 96, 0, TransportAddress("10.0.0.9", 5002))
SEES = ReceiveFormat({96: PICTURE})


@implementer(IMediaPortObserver)
class Leg:
    """
    Remembers what is reported.
    """

    home = Home.at("10.0.0.1")
    signalling = Signalling("10.0.0.2")
    priority: Priority | None = None

    def __init__(self) -> None:
        self.ready: list[Stream] = []
        self.lost: list[Medium] = []

    def mediaReady(self, port: IMediaPort, stream: Stream) -> None:
        self.ready.append(stream)

    def mediaLost(self, medium: Medium) -> None:
        self.lost.append(medium)

    def portHeard(self, port: IMediaPort, source: TransportAddress) -> None:
        raise NotImplementedError

    def portDigit(self, port: IMediaPort, digit: str, milliseconds: int) -> None:
        raise NotImplementedError

    def portFailed(self, port: IMediaPort, error: RemoteProtocolError) -> None:
        raise NotImplementedError


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def leg() -> Leg:
    return Leg()


@pytest.fixture
def pool() -> FakePool:
    return FakePool()


@pytest.fixture
def media(leg: Leg, pool: FakePool, clock: Clock) -> LegMedia:
    return LegMedia(leg, leg, pool, clock, PATIENCE)


@pytest.fixture
def sound(media: LegMedia) -> LegMedium:
    media.open(SOUND)
    return media.of(Medium.AUDIO)


def test_bothDirectionsAreReportedOnce(sound: LegMedium, leg: Leg, clock: Clock) -> None:
    sound.setReceive(RECEIVE)
    assert leg.ready == []
    sound.setTransmit(TRANSMIT)
    assert leg.ready == [Stream(TRANSMIT, RECEIVE)]
    assert clock.getDelayedCalls() == []


def test_thePortIsConfiguredWithoutWaiting(sound: LegMedium, leg: Leg, pool: FakePool) -> None:
    sound.setReceive(RECEIVE)
    (port,) = pool.ports
    assert (port.stream, port.signalling) == (Stream(None, RECEIVE), leg.signalling)


def test_oneDirectionIsReportedAfterAWhile(sound: LegMedium, leg: Leg, clock: Clock) -> None:
    sound.setReceive(RECEIVE)
    clock.advance(PATIENCE)
    assert leg.ready == [Stream(None, RECEIVE)]
    sound.setTransmit(TRANSMIT)
    assert leg.ready[-1] == Stream(TRANSMIT, RECEIVE)


def test_oneDirectionIsReportedAtOnceWhereBothAreToldTogether(
    leg: Leg, pool: FakePool, clock: Clock
) -> None:
    media = LegMedia(leg, leg, pool, clock)
    media.open(SOUND)
    media.of(Medium.AUDIO).agree(Stream(None, RECEIVE), False)
    assert leg.ready == [Stream(None, RECEIVE)]


def test_whatDoesNotChangeIsNotReported(sound: LegMedium, leg: Leg) -> None:
    sound.adopt(TRANSMIT, RECEIVE)
    sound.setTransmit(TRANSMIT)
    assert len(leg.ready) == 1


def test_aRestrictedDirectionIsNotUsed(sound: LegMedium, leg: Leg, pool: FakePool) -> None:
    sound.adopt(TRANSMIT, RECEIVE)
    sound.restrict(Direction.RECVONLY)
    assert pool.ports[0].stream == Stream(None, RECEIVE)
    sound.restrict(Direction.INACTIVE)
    assert leg.lost == [Medium.AUDIO]
    sound.restrict(Direction.SENDRECV)
    assert leg.ready[-1] == Stream(TRANSMIT, RECEIVE)


def test_whoStopsListeningHolds(
    sound: LegMedium, media: LegMedia, leg: Leg, pool: FakePool
) -> None:
    sound.adopt(TRANSMIT, RECEIVE)
    sound.refuse(True)
    sound.setTransmit(None)
    assert (leg.lost, len(leg.ready), media.held) == ([Medium.AUDIO], 1, True)
    assert pool.ports[0].stream == Stream(None, RECEIVE)
    sound.refuse(False)
    sound.setTransmit(TRANSMIT)
    assert (leg.lost, leg.ready[-1]) == ([Medium.AUDIO], Stream(TRANSMIT, RECEIVE))
    assert not media.held


def test_whatIsOfferedRestrictsNothingBeforeItIsAgreed(
    sound: LegMedium, media: LegMedia, leg: Leg
) -> None:
    sound.agree(Stream(TRANSMIT, RECEIVE), False)
    media.open(SOUND.directed(Direction.SENDONLY))
    sound.agree(Stream(TRANSMIT, RECEIVE), False)
    assert leg.ready == [Stream(TRANSMIT, RECEIVE)]


def test_anAnswerThatRefusesWhatWeWouldSendHoldsOnce(sound: LegMedium, leg: Leg) -> None:
    sound.agree(Stream(TRANSMIT, RECEIVE), False)
    sound.agree(Stream(None, RECEIVE), True)
    assert (leg.lost, len(leg.ready), sound.held) == ([Medium.AUDIO], 1, True)
    sound.agree(Stream(TRANSMIT, RECEIVE), False)
    assert (leg.lost, len(leg.ready), sound.held) == ([Medium.AUDIO], 2, False)


def test_aChannelThatIsReplacedIsNoHold(sound: LegMedium, leg: Leg) -> None:
    sound.adopt(TRANSMIT, RECEIVE)
    sound.setTransmit(None)
    sound.setTransmit(TRANSMIT)
    assert (leg.lost, len(leg.ready)) == ([], 3)


def test_whoNeverListenedIsASource(sound: LegMedium, leg: Leg, clock: Clock) -> None:
    sound.refuse(True)
    sound.setReceive(RECEIVE)
    clock.advance(PATIENCE)
    sound.refuse(True)
    assert (leg.ready, leg.lost) == ([Stream(None, RECEIVE)], [])
    assert not sound.held


def test_whatIsExpectedEarlyIsNotReported(
    sound: LegMedium, leg: Leg, pool: FakePool, clock: Clock
) -> None:
    sound.expect(RECEIVE)
    assert pool.ports[0].stream == Stream(None, RECEIVE)
    clock.advance(10)
    assert leg.ready == []


def test_aClosedPortReportsNothing(
    sound: LegMedium, media: LegMedia, leg: Leg, pool: FakePool, clock: Clock
) -> None:
    sound.setReceive(RECEIVE)
    media.close()
    sound.setTransmit(TRANSMIT)
    assert (pool.ports, media.ports) == ([], {})
    assert leg.ready == []
    assert clock.getDelayedCalls() == []


def test_digitsGoWithTheSound(sound: LegMedium, media: LegMedia, pool: FakePool) -> None:
    sound.adopt(TRANSMIT, RECEIVE)
    assert not media.takesEvent("5")
    sound.setTransmit(replace(TRANSMIT, telephoneEventType=101))
    assert media.takesEvent("5")
    media.sendDigit("5", 100)
    assert pool.ports[0].digits == [("5", 100)]


@pytest.mark.parametrize("flashes", [True, False])
def test_aHookFlashGoesWithTheSoundToWhomTakesIt(
    sound: LegMedium, media: LegMedia, flashes: bool
) -> None:
    sound.adopt(replace(TRANSMIT, telephoneEventType=101, hookFlash=flashes), RECEIVE)
    assert media.takesEvent(HOOK_FLASH) is flashes


# A second medium.


def test_eachMediumHasAPortOfItsOwn(media: LegMedia, pool: FakePool) -> None:
    assert media.open(BOTH) == media.open(BOTH) == BOTH
    assert [port.medium for port in pool.ports] == [Medium.AUDIO, Medium.VIDEO]
    assert list(media.ports) == [Medium.AUDIO, Medium.VIDEO]


def test_eachMediumIsReportedByItself(media: LegMedia, leg: Leg, pool: FakePool) -> None:
    media.open(BOTH)
    media.of(Medium.AUDIO).adopt(TRANSMIT, RECEIVE)
    media.of(Medium.VIDEO).adopt(SHOWS, SEES)
    assert leg.ready == [Stream(TRANSMIT, RECEIVE), Stream(SHOWS, SEES, Medium.VIDEO)]
    assert [port.stream.medium for port in pool.ports] == [Medium.AUDIO, Medium.VIDEO]


def test_aFurtherMediumThatClosesIsNoHold(media: LegMedia, leg: Leg) -> None:
    media.open(BOTH)
    media.of(Medium.AUDIO).adopt(TRANSMIT, RECEIVE)
    media.of(Medium.VIDEO).adopt(SHOWS, SEES)
    media.of(Medium.VIDEO).adopt(None, None)
    assert (leg.lost, media.held) == ([Medium.VIDEO], False)


def test_aCallOnHoldMayGoOnShowing(media: LegMedia, leg: Leg) -> None:
    media.open(BOTH)
    media.of(Medium.AUDIO).adopt(TRANSMIT, RECEIVE)
    media.of(Medium.VIDEO).adopt(SHOWS, SEES)
    media.of(Medium.AUDIO).adopt(None, None)
    assert (leg.lost, media.held) == ([Medium.AUDIO], True)
    assert media.of(Medium.VIDEO).flows


def test_aMediumThatNoPortIsLeftForIsDoneWithout(leg: Leg, clock: Clock) -> None:
    pool = FakePool(left=1)
    media = LegMedia(leg, leg, pool, clock)
    assert media.open(BOTH) == SOUND
    media.of(Medium.VIDEO).agree(Stream(SHOWS, SEES, Medium.VIDEO), False)
    assert (list(media.ports), leg.ready) == ([Medium.AUDIO], [])


def test_withoutAPortForTheFirstMediumThereIsNoCall(leg: Leg, clock: Clock) -> None:
    with pytest.raises(ResourceUnavailable):
        LegMedia(leg, leg, FakePool(left=0), clock).open(BOTH)


def test_aMediumThatIsWantedNoMoreIsRestrictedAway(media: LegMedia, leg: Leg) -> None:
    media.open(BOTH)
    media.of(Medium.AUDIO).adopt(TRANSMIT, RECEIVE)
    media.of(Medium.VIDEO).adopt(SHOWS, SEES)
    media.restrict(SOUND)
    assert (leg.lost, media.of(Medium.AUDIO).flows) == ([Medium.VIDEO], True)


def test_whoIsSeenIsNotSilent(media: LegMedia, pool: FakePool) -> None:
    media.open(BOTH)
    media.of(Medium.AUDIO).adopt(TRANSMIT, RECEIVE)
    heard, seen = pool.ports
    heard.figures, seen.figures = PortStatistics(silence=40.0), PortStatistics(silence=0.5)
    assert media.silence == 40.0  # what is not negotiated does not count
    media.of(Medium.VIDEO).adopt(SHOWS, SEES)
    assert media.silence == 0.5
    media.of(Medium.AUDIO).adopt(None, None)
    assert media.silence == 0.0


def test_anyMediumIsMedia(media: LegMedia) -> None:
    media.open(BOTH)
    assert not media.everReady
    media.of(Medium.VIDEO).setReceive(SEES)
    assert media.everReady


def test_portsAreOpenedWithThePriorityOfTheLeg(clock: Clock) -> None:
    pool, leg = FakePool(), Leg()
    for priority in (None, Priority.HIGH):
        leg.priority = priority
        LegMedia(leg, leg, pool, clock).open(SOUND)
    assert [each.priority for each in pool.ports] == [Priority.NORMAL, Priority.HIGH]
