"""
A leg's media: two directions, one stream.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.call.homes import Home
from h323d.call.media import IMediaPort, Signalling
from h323d.h323.calls.legmedia import PARTIAL, LegMedia
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat
from tests.support.fakemedia import FakePool
from tests.support.h323 import PROFILE, Party

TRANSMIT = TransmitFormat(G711_ULAW, 0, 20, TransportAddress("10.0.0.9", 5000))
RECEIVE = ReceiveFormat({0: G711_ULAW})


class Owner:
    """
    Remembers what is reported.
    """

    def __init__(self) -> None:
        self.ready: list[Stream] = []
        self.lost = 0

    def mediaReady(self, port: IMediaPort, stream: Stream) -> None:
        self.ready.append(stream)

    def mediaLost(self) -> None:
        self.lost += 1


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def pool() -> FakePool:
    return FakePool()


@pytest.fixture
def media(owner: Owner, pool: FakePool, clock: Clock) -> LegMedia:
    media = LegMedia(owner, Party(), pool, Home.at("10.0.0.1"), clock)  # type: ignore[arg-type]  # not asked
    media.open(PROFILE, Signalling("10.0.0.2"))
    return media


def test_bothDirectionsAreReportedOnce(media: LegMedia, owner: Owner, clock: Clock) -> None:
    media.setReceive(RECEIVE)
    assert owner.ready == []
    media.setTransmit(TRANSMIT)
    assert owner.ready == [Stream(TRANSMIT, RECEIVE)]
    assert clock.getDelayedCalls() == []


def test_thePortIsConfiguredWithoutWaiting(media: LegMedia, pool: FakePool) -> None:
    media.setReceive(RECEIVE)
    assert pool.ports[0].stream == Stream(None, RECEIVE)


def test_oneDirectionIsReportedAfterAWhile(media: LegMedia, owner: Owner, clock: Clock) -> None:
    media.setReceive(RECEIVE)
    clock.advance(PARTIAL)
    assert owner.ready == [Stream(None, RECEIVE)]
    media.setTransmit(TRANSMIT)
    assert owner.ready[-1] == Stream(TRANSMIT, RECEIVE)


def test_whatDoesNotChangeIsNotReported(media: LegMedia, owner: Owner) -> None:
    media.adopt(TRANSMIT, RECEIVE)
    media.setTransmit(TRANSMIT)
    assert len(owner.ready) == 1


def test_aRestrictedDirectionIsNotUsed(media: LegMedia, owner: Owner, pool: FakePool) -> None:
    media.adopt(TRANSMIT, RECEIVE)
    media.restrict(Direction.RECVONLY)
    assert pool.ports[0].stream == Stream(None, RECEIVE)
    media.restrict(Direction.INACTIVE)
    assert owner.lost == 1
    media.restrict(Direction.SENDRECV)
    assert owner.ready[-1] == Stream(TRANSMIT, RECEIVE)


def test_whoStopsListeningHolds(media: LegMedia, owner: Owner, pool: FakePool) -> None:
    media.adopt(TRANSMIT, RECEIVE)
    media.refuseSound(True)
    media.setTransmit(None)
    assert (owner.lost, len(owner.ready), media.held) == (1, 1, True)
    assert pool.ports[0].stream == Stream(None, RECEIVE)
    media.refuseSound(False)
    media.setTransmit(TRANSMIT)
    assert (owner.lost, owner.ready[-1]) == (1, Stream(TRANSMIT, RECEIVE))
    assert not media.held


def test_aChannelThatIsReplacedIsNoHold(media: LegMedia, owner: Owner) -> None:
    media.adopt(TRANSMIT, RECEIVE)
    media.setTransmit(None)
    media.setTransmit(TRANSMIT)
    assert (owner.lost, len(owner.ready)) == (0, 3)


def test_whoNeverListenedIsASource(media: LegMedia, owner: Owner, clock: Clock) -> None:
    media.refuseSound(True)
    media.setReceive(RECEIVE)
    clock.advance(PARTIAL)
    media.refuseSound(True)
    assert (owner.ready, owner.lost) == ([Stream(None, RECEIVE)], 0)
    assert not media.held


def test_whatIsExpectedEarlyIsNotReported(
    media: LegMedia, owner: Owner, pool: FakePool, clock: Clock
) -> None:
    media.expect(RECEIVE)
    assert pool.ports[0].stream == Stream(None, RECEIVE)
    clock.advance(10)
    assert owner.ready == []


def test_aClosedPortReportsNothing(
    media: LegMedia, owner: Owner, pool: FakePool, clock: Clock
) -> None:
    media.setReceive(RECEIVE)
    media.close()
    media.setTransmit(TRANSMIT)
    assert pool.ports == []
    assert owner.ready == []
    assert clock.getDelayedCalls() == []
