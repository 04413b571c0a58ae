"""
How endpoints that cannot be connected to are made to connect.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from zope.interface.verify import verifyObject

from h323d.call.transport import IOpening
from h323d.errors import ResourceUnavailable
from h323d.events.doors import CallFromElsewhere
from h323d.gatekeeper.dialbacks import DialBacks
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.security.config import HostMismatch, SecurityConfig
from h323d.gatekeeper.traversalconfig import TraversalConfig
from h323d.h323.config import H323Config
from h323d.h323.ras.transactions import RASAsked
from h323d.h323.signalling import messages
from h323d.h323.signalling.connection import SignallingConnection
from h323d.h323.signalling.q931 import Q931Message
from h323d.h323.signalling.uuie import Content
from h323d.net.stream import StreamListener, StreamOpener
from h323d.values.address import TransportAddress
from tests.support.network import SimulatedHost
from tests.support.recorder import Recorder
from tests.support.traversal import TraversalEndpoint, traversalRRQ
from tests.support.zone import World, makeWorld, world

__all__ = ["makeWorld", "world"]

ALICE = ("dialledDigits", "1001")
NAT = "198.51.100.7"
CALL = bytes(range(16))


class Call:
    """
    What waits for a connection.
    """

    def __init__(self) -> None:
        self.connections: list[SignallingConnection] = []
        self.lost: list[str] = []

    def messageReceived(self, message: Q931Message, content: Content) -> None:
        raise AssertionError("the endpoint says nothing")

    def connectionOpened(self, connection: SignallingConnection) -> None:
        self.connections.append(connection)

    def connectionLost(self, reason: str) -> None:
        self.lost.append(reason)


def registered(world: World) -> tuple[TraversalEndpoint, Registration]:
    endpoint = TraversalEndpoint(world.network, NAT)
    answer = endpoint.ask(traversalRRQ(1, ALICE))
    found = world.zone.registry.byId(answer.fields["endpointIdentifier"])
    assert found is not None
    return endpoint, found


class Door:
    """
    The signalling port of the gatekeeper's server, which takes dial-backs alone.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.stray: list[Content] = []
        here = SimulatedHost(world.network, "10.0.0.1")
        StreamListener(here).listen(TransportAddress("10.0.0.1", 1720), self._accept)

    def _accept(self, peer: TransportAddress) -> SignallingConnection:
        return SignallingConnection(self, self._world.clock, H323Config(), False)

    def facilityReceived(self, connection: SignallingConnection, content: Content) -> bool:
        taken = self._world.zone.dialBacks.facilityReceived(connection, content)
        if not taken:
            self.stray.append(content)
        return taken

    def setupReceived(self, *_: object) -> None:
        raise AssertionError("nobody calls us here")

    def badInput(self, *_: object) -> None:
        raise AssertionError("everything can be read here")

    def connectionGone(self, connection: SignallingConnection) -> None:
        pass


@pytest.fixture
def door(world: World) -> Door:
    return Door(world)


def test_anEndpointThatIsToldOfACallConnects(world: World, door: Door) -> None:
    endpoint, registration = registered(world)
    call = Call()
    world.zone.dialBacks.summon(registration, CALL, 7, call)
    world.clock.pump([0.01] * 20)
    setup = messages.addressed(messages.setup(b"", "", (), ()), 7, False)
    (connection,) = call.connections
    connection.send(setup)
    world.clock.pump([0.01] * 5)
    assert [message.callReference for message in endpoint.received] == [7]
    assert len(world.zone.dialBacks) == 0
    connection.close()
    world.clock.pump([0.01] * 5)


def failureOf(world: World, registration: Registration, seconds: float) -> str:
    call = Call()
    world.zone.dialBacks.summon(registration, CALL, 7, call)
    world.clock.pump([0.1] * round(seconds * 10))
    (reason,) = call.lost
    assert call.connections == []
    return reason


def test_oneThatDoesNotConnectHasNotResponded(world: World, door: Door) -> None:
    endpoint, registration = registered(world)
    endpoint.connects = False
    assert failureOf(world, registration, 8.2) == "the endpoint has not connected"


def test_oneThatDoesNotAnswerHasNotResponded(world: World, door: Door) -> None:
    endpoint, registration = registered(world)
    endpoint.answers = False
    assert failureOf(world, registration, 8.2) == "the endpoint does not answer"
    told = [each.name for each in endpoint.ras].count("serviceControlIndication")
    assert told > 1  # a lost datagram does not lose the call


def test_aCallIsSummonedForOnce(world: World, door: Door) -> None:
    endpoint, registration = registered(world)
    endpoint.connects = False
    first = Call()
    summoned = world.zone.dialBacks.summon(registration, CALL, 7, first)
    again = failureOf(world, registration, 0.0)
    assert again == "the endpoint is summoned for it already"
    assert (first.lost, len(world.zone.dialBacks)) == ([], 1)
    summoned.cancel()
    world.clock.pump([0.01] * 5)


def test_whenTheCallIsOverNobodyWaits(world: World, door: Door) -> None:
    endpoint, registration = registered(world)
    endpoint.connects = False
    call = Call()
    world.zone.dialBacks.summon(registration, CALL, 7, call).cancel()
    assert (call.lost, len(world.zone.dialBacks)) == ([], 0)
    world.clock.pump([0.01] * 5)


def test_oneThatCannotBeToldIsNotWaitedFor(world: World) -> None:
    _, registration = registered(world)

    def busy(*_: object) -> RASAsked:
        raise ResourceUnavailable("no requestSeqNum is free")

    here = TransportAddress("10.0.0.1", 1720)
    origins: Any = None  # nobody connects
    registrationAt = world.zone.registry.bySignalling
    dialBacks = DialBacks(
        TraversalConfig(), world.clock, lambda peer: here, registrationAt, busy, origins
    )
    call = Call()
    assert dialBacks.summonBehind(registration.signalling[0], CALL, 7, call) is not None
    assert call.lost == ["the endpoint cannot be told"]
    assert len(dialBacks) == 0


def test_whoCanBeConnectedToIsNotSummoned(world: World) -> None:
    world.registered("10.0.0.2")
    for host in ("10.0.0.2", "10.0.0.3"):  # of whom the second is nobody
        there = TransportAddress(host, 1720)
        assert world.zone.dialBacks.summonBehind(there, CALL, 7, Call()) is None


def connectFrom(world: World, host: str, call: bytes) -> bool:
    """
    @return: whether the connection was left open.
    """
    other = TraversalEndpoint(world.network, host, 40000)
    other.call = call
    opener = StreamOpener(SimulatedHost(world.network, host))
    opener.open(TransportAddress("10.0.0.1", 1720), other, 5.0)
    world.clock.pump([0.01] * 10)
    left = other.stream is not None
    if other.stream is not None:
        other.stream.close()
    world.clock.pump([0.01] * 5)
    return left


def test_aCallThatSomebodyElseNamesIsNotGivenAway(world: World, door: Door) -> None:
    endpoint, registration = registered(world)
    endpoint.connects = False
    call = Call()
    summoned = world.zone.dialBacks.summon(registration, CALL, 7, call)
    assert not connectFrom(world, "203.0.113.66", CALL)
    assert (call.connections, call.lost) == ([], [])
    assert len(door.stray) == 1
    (fact,) = world.told(CallFromElsewhere)
    assert (fact.what, fact.endpointId, fact.refused) == ("dialBack", registration.endpointId, True)
    assert (fact.source.host, fact.known) == ("203.0.113.66", registration.source)
    summoned.cancel()


def test_unlessThatIsOnlyToBeTold(world: World, door: Door) -> None:
    world.reload(security=SecurityConfig(hostMismatch=HostMismatch.LOG))
    endpoint, registration = registered(world)
    endpoint.connects = False
    call = Call()
    world.zone.dialBacks.summon(registration, CALL, 7, call)
    connectFrom(world, "203.0.113.66", CALL)
    assert len(call.connections) == 1
    assert [fact.refused for fact in world.told(CallFromElsewhere)] == [False]


def test_aCallThatNobodyWaitsForIsNotTaken(world: World, door: Door) -> None:
    assert connectFrom(world, NAT, bytes(16))
    assert len(door.stray) == 1
    assert world.told(CallFromElsewhere) == []


def test_itCanBeGivenUpLikeAnyOpening(world: World, door: Door) -> None:
    endpoint, registration = registered(world)
    endpoint.connects = False
    summoned = world.zone.dialBacks.summon(registration, CALL, 7, Call())
    assert verifyObject(IOpening, summoned)
    summoned.cancel()
    world.clock.pump([0.01] * 5)


def test_aConnectionThatCarriesTooManyIsAsGoodAsNone(world: World) -> None:
    _, registration = registered(world)
    asked = Recorder()
    ask: Any = lambda *_: asked  # noqa: E731 - Any: what was asked is only given up
    origins: Any = SimpleNamespace(takesDialBack=lambda *_: True)
    full: Any = SimpleNamespace(peer=registration.source, carry=lambda *_: False)
    content: Any = SimpleNamespace(callIdentifier=CALL)
    here = TransportAddress("10.0.0.1", 1720)
    dialBacks = DialBacks(
        TraversalConfig(), world.clock, lambda _: here, lambda _: None, ask, origins
    )
    call = Call()
    dialBacks.summon(registration, CALL, 7, call)
    assert dialBacks.facilityReceived(full, content)
    assert (call.connections, call.lost) == ([], ["it carries too many calls"])
    assert asked.take() == [("cancel",)]
