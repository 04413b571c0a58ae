"""
The connections that one call's H.245 can go by.
"""

from __future__ import annotations

import pytest
from zope.interface import implementer

from h323d.call.homes import Home
from h323d.call.transport import IListening, IStream, IStreamListener, IStreamUser, NewUser
from h323d.errors import DecodeError, ResourceUnavailable
from h323d.h323.h245.connection import ControlNetwork
from h323d.h323.h245.connections import ControlConnections
from h323d.net.stream import StreamListener, StreamOpener
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.network import SimulatedNetwork
from tests.support.sealed import KEYS, sealedStreams


class Link:
    """
    Remembers what its connections tell.
    """

    def __init__(
        self,
        network: SimulatedNetwork,
        host: str,
        listener: IStreamListener | None = None,
        key: bytes | None = None,
    ) -> None:
        node = network.host(host)
        secure = sealedStreams(node)
        streams = ControlNetwork(
            listener or (StreamListener(node) if key is None else secure.listener),
            StreamOpener(node) if key is None else secure.opener,
            Home.at(host),
        )
        self.key = key
        self.told: list[str] = []
        self.packets: list[bytes] = []
        self.connections = ControlConnections(self, network.clock, streams)

    def admitsControl(self, source: TransportAddress) -> bool:
        return source.host != "10.0.0.66"

    def admitsKey(self, key: bytes | None) -> bool:
        return self.key in (None, key)

    def listens(self, address: TransportAddress) -> None:
        self.told.append("listens")

    def starved(self, cause: Cause) -> None:
        self.told.append(f"starved {cause.name}")

    def connected(self) -> None:
        self.told.append("connected")

    def packetReceived(self, octets: bytes) -> None:
        self.packets.append(octets)

    def disconnected(self) -> None:
        self.told.append("disconnected")

    def connectionFault(self, error: DecodeError) -> None:
        self.told.append("fault")


@implementer(IStreamListener)
class NoPorts:
    """
    Has no port left.
    """

    def listen(self, address: TransportAddress, newUser: NewUser) -> IListening:
        raise ResourceUnavailable("no port is left")


@implementer(IStreamUser)
class Babbler:
    """
    Writes what is no packet.
    """

    def streamOpened(self, stream: IStream) -> None:
        stream.write(b"babble!!")

    def streamReceived(self, data: bytes) -> None:
        """Nobody answers that."""

    def streamClosed(self, reason: str) -> None:
        """It is what was asked for."""


def joined(network: SimulatedNetwork) -> tuple[Link, Link]:
    near, far = Link(network, "10.0.0.1"), Link(network, "10.0.0.2")
    address = near.connections.listen()
    assert address is not None
    far.connections.dial(address)
    settle(network)
    return near, far


def settle(network: SimulatedNetwork) -> None:
    network.clock.pump([0.005] * 10)


def test_messagesTravelBothWays(network: SimulatedNetwork) -> None:
    near, far = joined(network)
    assert (near.told, far.told) == (["listens", "connected"], ["connected"])
    near.connections.send([b"one", b"two"])
    far.connections.send([b"three"])
    settle(network)
    assert (near.packets, far.packets) == ([b"three"], [b"one", b"two"])


def test_whereWeWaitIsKnownWhileWeWait(network: SimulatedNetwork) -> None:
    link = Link(network, "10.0.0.1")
    assert link.connections.advertised is None
    assert link.connections.listen() == link.connections.advertised
    link.connections.stopListening()
    assert link.connections.advertised is None
    assert network.tcp == {}


def test_whereNoPortIsLeftTheCauseIsTold(network: SimulatedNetwork) -> None:
    link = Link(network, "10.0.0.1", NoPorts())
    assert link.connections.listen() is None
    assert link.told == ["starved RESOURCE_UNAVAILABLE"]


def test_aConnectionThatEndsIsTold(network: SimulatedNetwork) -> None:
    near, far = joined(network)
    far.connections.closeChannel()
    settle(network)
    assert near.told[-1] == "disconnected"
    assert not far.connections.isOpen
    assert far.told == ["connected"]


def test_oneThatCannotBeOpenedIsTold(network: SimulatedNetwork) -> None:
    link = Link(network, "10.0.0.1")
    link.connections.dial(TransportAddress("10.0.0.9", 5000))
    settle(network)
    assert link.told == ["disconnected"]


def test_oneThatIsNotWantedAnyMoreIsNot(network: SimulatedNetwork) -> None:
    near, far = Link(network, "10.0.0.1"), Link(network, "10.0.0.2")
    address = near.connections.listen()
    assert address is not None
    far.connections.dial(address)
    far.connections.cancelDial()
    settle(network)
    assert far.told == []


def test_aSecondConnectionIsClosed(network: SimulatedNetwork) -> None:
    near, far = joined(network)
    third = Link(network, "10.0.0.3")
    address = third.connections.listen()
    assert address is not None
    near.connections.dial(address)
    settle(network)
    assert third.told[-1] == "disconnected"
    assert near.told == ["listens", "connected"]
    near.connections.send([b"still"])
    settle(network)
    assert far.packets == [b"still"]


def test_aStrangerIsNotTaken(network: SimulatedNetwork) -> None:
    near, stranger = Link(network, "10.0.0.1"), Link(network, "10.0.0.66")
    address = near.connections.listen()
    assert address is not None
    stranger.connections.dial(address)
    settle(network)
    assert near.told == ["listens"]


def test_whatIsNoPacketIsAFaultAndTheEnd(network: SimulatedNetwork) -> None:
    near = Link(network, "10.0.0.1")
    address = near.connections.listen()
    assert address is not None
    StreamOpener(network.host("10.0.0.2")).open(address, Babbler(), 5.0)
    settle(network)
    assert near.told[-2:] == ["fault", "disconnected"]
    assert not near.connections.isOpen


def test_closingWhatIsNotOpenDoesNothing(network: SimulatedNetwork) -> None:
    link = Link(network, "10.0.0.1")
    link.connections.closeChannel()
    link.connections.cancelDial()
    link.connections.stopListening()
    link.connections.send([b"nobody hears"])
    assert link.told == []


@pytest.mark.parametrize(("key", "isTheirs"), [(KEYS["10.0.0.70"], True), (b"another", False)])
@pytest.mark.parametrize("weDial", [True, False])
def test_whoeverIsThereShowsTheKeyOfTheCall(
    network: SimulatedNetwork, key: bytes, isTheirs: bool, weDial: bool
) -> None:
    near = Link(network, "10.0.0.1", key=key)
    far = sealedStreams(network.host("10.0.0.70"))
    if weDial:
        there = TransportAddress("10.0.0.70", 3000)
        far.listener.listen(there, lambda peer: Babbler())
        near.connections.dial(there)
    else:
        address = near.connections.listen()
        assert address is not None
        far.opener.open(address, Babbler(), 5.0)
    settle(network)
    assert ("connected" in near.told, "fault" in near.told) == (isTheirs, isTheirs)
    assert near.told[-1] == "disconnected"
    assert not near.connections.isOpen
