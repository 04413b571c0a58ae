"""
Several addresses, which are one port for whoever listens.
"""

from __future__ import annotations

import random

import pytest
from twisted.internet.task import Clock
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.listeners import bindAll, listenAll
from h323d.call.transport import IDatagramPort, IDatagramUser, IListening
from h323d.errors import ResourceUnavailable
from h323d.net.datagram import Datagrams
from h323d.net.stream import StreamListener, StreamOpener
from h323d.values.address import TransportAddress
from tests.support.network import SimulatedNetwork
from tests.support.sippeers import Wire

FIRST, SECOND, SIX = "10.0.0.1", "172.16.0.1", "2001:db8::1"


@implementer(IDatagramUser)
class Heard:
    def __init__(self) -> None:
        self.datagrams: list[tuple[bytes, TransportAddress]] = []

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self.datagrams.append((data, source))


class World:
    """
    A machine with several addresses, and a peer.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.network = SimulatedNetwork(self.clock, random.Random(1))
        self.machine = self.network.host(FIRST, SECOND, SIX)
        self.sent: list[tuple[str, str]] = []
        self.network.observers.append(self._observe)
        self.user = Heard()

    def _observe(
        self, kind: str, source: tuple[str, int], destination: tuple[str, int], data: bytes
    ) -> None:
        self.sent.append((source[0], destination[0]))

    def bind(self, *hosts: str) -> IDatagramPort:
        port = bindAll(Datagrams(self.machine), hosts, 5060, self.user)
        verifyObject(IDatagramPort, port)
        return port

    def hear(self, peer: str, at: str) -> TransportAddress:
        """
        Have a peer send to one of our addresses.
        """
        here = TransportAddress(peer, 4000)
        door = Datagrams(self.network.host(peer)).bind(here, Heard())
        door.send(b"x", TransportAddress(at, 5060))
        self.clock.advance(0.1)
        door.close()
        self.sent.clear()
        return here


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("hosts", [("0.0.0.0",), (FIRST, SECOND), ("0.0.0.0", "::")])
def test_anAnswerLeavesFromWhereThePeerWasHeard(world: World, hosts: tuple[str, ...]) -> None:
    port = world.bind(*hosts)
    peer = world.hear("10.0.0.9", SECOND)
    assert port.heardAt(peer) == SECOND
    port.send(b"y", peer)
    assert world.sent == [(SECOND, "10.0.0.9")]


@pytest.mark.parametrize("hosts", [("0.0.0.0",), (FIRST, SECOND), ("0.0.0.0", "::")])
def test_soDoesWhatIsSentToAnotherPortOfTheHost(world: World, hosts: tuple[str, ...]) -> None:
    port = world.bind(*hosts)
    world.hear("10.0.0.9", SECOND)
    port.send(b"y", TransportAddress("10.0.0.9", 5060))
    assert world.sent == [(SECOND, "10.0.0.9")]


@pytest.mark.parametrize("hosts", [("0.0.0.0",), (FIRST, SECOND)])
def test_itLeavesFromAnotherThatIsNamed(world: World, hosts: tuple[str, ...]) -> None:
    port = world.bind(*hosts)
    port.send(b"y", world.hear("10.0.0.9", FIRST), SECOND)
    assert world.sent == [(SECOND, "10.0.0.9")]


def test_whoWasNeverHeardIsSentToByTheirFamily(world: World) -> None:
    port = world.bind("0.0.0.0", "::")
    peer = TransportAddress("2001:db8::9", 4000)
    assert port.heardAt(peer) == ""
    port.send(b"y", peer)
    assert world.sent == [(SIX, "2001:db8::9")]


def test_allOfThemAreClosed(world: World) -> None:
    world.bind("0.0.0.0", "::").close()
    assert world.network.udp == {}


def test_ifOneCannotBeBoundNoneIs(world: World) -> None:
    taken = Datagrams(world.machine).bind(TransportAddress(SECOND, 5060), Heard())
    with pytest.raises(ResourceUnavailable):
        world.bind(FIRST, SECOND)
    taken.close()
    assert world.network.udp == {}


def test_listenersAreOneToo(world: World) -> None:
    wires: list[Wire] = []

    def newWire(peer: TransportAddress) -> Wire:
        wires.append(Wire())
        return wires[-1]

    listening = listenAll(StreamListener(world.machine), (FIRST, SIX), 5060, newWire)
    verifyObject(IListening, listening)
    for peer, at in (("10.0.0.9", FIRST), ("2001:db8::9", SIX)):
        opener = StreamOpener(world.network.host(peer))
        opener.open(TransportAddress(at, 5060), Wire(), 5.0)
    world.clock.pump([0.01] * 5)
    assert [wire.stream and wire.stream.local.host for wire in wires] == [FIRST, SIX]
    listening.stop()
    assert world.network.tcp == {}


def test_ifOneCannotBeListenedAtNoneIs(world: World) -> None:
    listener = StreamListener(world.machine)
    taken = listener.listen(TransportAddress(SIX, 5060), lambda peer: Wire())
    with pytest.raises(ResourceUnavailable):
        listenAll(listener, (FIRST, SIX), 5060, lambda peer: Wire())
    taken.stop()
    assert world.network.tcp == {}
