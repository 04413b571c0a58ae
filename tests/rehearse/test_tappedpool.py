"""
What the tap before a party's media ports tells, and changes.
"""

from __future__ import annotations

import pytest
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.homes import Home
from h323d.call.media import IMediaPool, IMediaPort, IMediaPortObserver, Signalling
from h323d.errors import RemoteProtocolError
from h323d.rehearse.relay import doorOf
from h323d.rehearse.tappedpool import TappedPool
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.streams import Stream, TransmitFormat
from tests.support.fakemedia import FakePool

HOME, SERVER = Home.at("127.0.0.11"), TransportAddress("127.0.0.1", 16384)
THERE = Stream(TransmitFormat(G711_ULAW, 0, 20, SERVER, TransportAddress("127.0.0.1", 16385)))
SIGNALLING = Signalling("127.0.0.1", called=True)


class Taps:
    def __init__(self, isRelayed: bool) -> None:
        self.isRelayed = isRelayed
        self.told: list[object] = []

    def soundArrived(self) -> None:
        self.told.append("sound")

    def soundAimed(self, port: int, peer: TransportAddress) -> None:
        self.told.append((port, peer))


@implementer(IMediaPortObserver)
class Leg:
    def __init__(self) -> None:
        self.told: list[object] = []

    def portHeard(self, port: IMediaPort, source: TransportAddress) -> None:
        self.told.append((port, source))

    def portDigit(self, port: IMediaPort, digit: str, milliseconds: int) -> None:
        self.told.append((port, digit, milliseconds))

    def portFailed(self, port: IMediaPort, error: RemoteProtocolError) -> None:
        self.told.append((port, error))


@pytest.mark.parametrize("isRelayed", [False, True])
def test_itIsAPoolWithPorts(isRelayed: bool) -> None:
    pool = TappedPool(FakePool(), Taps(isRelayed))
    verifyObject(IMediaPool, pool)
    verifyObject(IMediaPort, pool.openPort(Leg(), HOME))


def test_withoutARelayNothingIsChanged() -> None:
    inner, taps = FakePool(), Taps(isRelayed=False)
    port = TappedPool(inner, taps).openPort(Leg(), HOME)
    port.configure(THERE, SIGNALLING)
    assert inner.ports[0].configured == [THERE]
    assert port.rtp == inner.ports[0].rtp
    assert taps.told == []


def test_bothSidesSendToTheDoor() -> None:
    inner, taps = FakePool(), Taps(isRelayed=True)
    port = TappedPool(inner, taps).openPort(Leg(), HOME)
    (real,) = inner.ports
    door = TransportAddress("127.0.0.11", doorOf(real.rtp.port))
    assert (port.rtp, port.rtcp) == (door, TransportAddress("127.0.0.11", door.port + 1))
    port.configure(THERE, SIGNALLING)
    assert real.stream.transmit is not None
    assert (real.stream.transmit.rtp, real.stream.transmit.rtcp) == (port.rtp, port.rtcp)
    assert real.signalling == Signalling("127.0.0.11", called=True)
    assert taps.told == [(real.rtp.port, SERVER)]


def test_theLegIsToldOfThePortThatItKnows() -> None:
    inner, taps, leg = FakePool(), Taps(isRelayed=True), Leg()
    port = TappedPool(inner, taps).openPort(leg, HOME)
    observer = inner.ports[0].observer
    observer.portHeard(inner.ports[0], SERVER)
    observer.portDigit(inner.ports[0], "5", 100)
    assert leg.told == [(port, SERVER), (port, "5", 100)]
    assert taps.told == ["sound"]
    port.close()
    assert inner.ports == []
