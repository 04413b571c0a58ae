"""
Separate H.245 connections.
"""

from __future__ import annotations

from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.call.homes import Home
from h323d.call.transport import IStream, IStreamUser
from h323d.errors import DecodeError
from h323d.h323.h245.connection import (
    MAXIMUM_STRANGERS,
    PACKET_TIMEOUT,
    ControlChannel,
    ControlListener,
    dialControl,
)
from h323d.h323.signalling import tpkt
from h323d.net.stream import StreamListener, StreamOpener
from h323d.values.address import TransportAddress
from tests.support.network import SimulatedNetwork


class User:
    """
    Remembers what channels report.
    """

    def __init__(self) -> None:
        self.channel: ControlChannel | None = None
        self.opened = 0
        self.packets: list[bytes] = []
        self.closed: list[DecodeError | None] = []
        self.strangers: list[str] = []

    def admitsControl(self, source: TransportAddress) -> bool:
        return source.host not in self.strangers

    def controlOpened(self, channel: ControlChannel) -> None:
        self.opened += 1
        self.channel = channel

    def controlReceived(self, channel: ControlChannel, octets: bytes) -> None:
        self.packets.append(octets)

    def controlClosed(self, channel: ControlChannel, error: DecodeError | None) -> None:
        self.closed.append(error)


@implementer(IStreamUser)
class Stammerer:
    """
    Writes a part of a packet, and no more.
    """

    def __init__(self, part: bytes) -> None:
        self.closed = False
        self._part = part

    def streamOpened(self, stream: IStream) -> None:
        stream.write(self._part)

    def streamReceived(self, data: bytes) -> None:
        pass

    def streamClosed(self, reason: str) -> None:
        self.closed = True


def listen(network: SimulatedNetwork, user: User) -> ControlListener:
    listener = StreamListener(network.host("10.0.0.1"))
    return ControlListener(user, network.clock, listener, Home.at("10.0.0.1"))


def dial(
    network: SimulatedNetwork, user: User, address: TransportAddress, host: str = "10.0.0.2"
) -> None:
    opener = StreamOpener(network.host(host))
    dialControl(user, network.clock, opener, address, 5.0, Home.at(host))
    network.clock.pump([0.005] * 5)


def test_packetsTravelBothWays(network: SimulatedNetwork) -> None:
    near, far = User(), User()
    dial(network, near, listen(network, far).address)
    assert near.channel is not None
    assert far.channel is not None
    near.channel.send(b"one")
    far.channel.send(b"two")
    network.clock.pump([0.005] * 3)
    assert (near.packets, far.packets) == ([b"two"], [b"one"])


def test_oneConnectionIsTakenAndNoOther(network: SimulatedNetwork) -> None:
    near, late, far = User(), User(), User()
    address = listen(network, far).address
    dial(network, near, address)
    dial(network, late, address)
    assert far.opened == 1
    assert late.opened == 0
    assert late.closed == [None]


def test_aStrangerIsTurnedAwayAndTheRightOneStillComes(network: SimulatedNetwork) -> None:
    stranger, near, far = User(), User(), User()
    far.strangers.append("10.0.0.66")
    address = listen(network, far).address
    dial(network, stranger, address, "10.0.0.66")
    assert (far.opened, stranger.closed) == (0, [None])
    dial(network, near, address)
    assert far.opened == 1
    assert far.closed == []
    assert network.tcp == {}


def test_strangersDoNotKnockForEver(network: SimulatedNetwork) -> None:
    far = User()
    far.strangers.append("10.0.0.66")
    address = listen(network, far).address
    for _ in range(MAXIMUM_STRANGERS):
        assert network.tcp != {}
        dial(network, User(), address, "10.0.0.66")
    assert network.tcp == {}
    assert far.opened == 0


def test_theAdvertisedHostMayBeAnother(network: SimulatedNetwork) -> None:
    listener = StreamListener(network.host("10.0.0.1"))
    waiting = ControlListener(User(), network.clock, listener, Home("10.0.0.1", "192.0.2.1"))
    assert waiting.address.host == "192.0.2.1"
    waiting.stop()
    assert network.tcp == {}


def test_aPacketThatTakesTooLongEndsIt(network: SimulatedNetwork, clock: Clock) -> None:
    near, far = Stammerer(tpkt.encode(b"half")[:6]), User()
    opener = StreamOpener(network.host("10.0.0.2"))
    opener.open(listen(network, far).address, near, 5.0)
    clock.pump([0.005] * 5)
    clock.advance(PACKET_TIMEOUT)
    assert [str(error) for error in far.closed] == ["TPKT: a packet took too long"]
    clock.pump([0.005] * 3)
    assert near.closed
    assert clock.getDelayedCalls() == []


def test_afterCloseNothingIsReported(network: SimulatedNetwork, clock: Clock) -> None:
    near, far = User(), User()
    dial(network, near, listen(network, far).address)
    assert near.channel is not None
    near.channel.close()
    near.channel.send(b"late")
    clock.pump([0.005] * 5)
    assert near.closed == []
    assert far.closed == [None]
    assert far.packets == []
