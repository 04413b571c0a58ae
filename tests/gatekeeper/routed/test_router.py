"""
The book of routed calls: which Setup becomes one, who may have one, and what can be asked of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from h323d.config.sections import Configuration
from h323d.events.calls import CallEnded, CallRefused
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.gatekeeper.routed.router import MAXIMUM_PASSES, RoutedCalls
from h323d.gatekeeper.routed.side import CALLER
from h323d.gatekeeper.routing.chain import Called, FoundWay
from h323d.gatekeeper.routing.config import RoutingConfig, StaticRoute
from h323d.h323.signalling import messages, uuie
from h323d.h323.signalling.q931 import MessageType
from h323d.h323.signalling.uuie import CallIdentity
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from tests.support.h323 import ScriptedCallee, ScriptedPeer
from tests.support.registrations import endpoint
from tests.support.simulation import Simulation

SERVER, AT_CALLER, AT_BOB = "10.0.0.1", "10.0.0.2", "10.0.0.3"
SIGNALLING = TransportAddress(SERVER, 1720)
BOB = PartyAddress(AddressKind.DIALLED_DIGITS, "2000")
RELEASE = MessageType.RELEASE_COMPLETE
UNKNOWN = CallID("nobody's")


class Exchange:
    """
    A server that routes 2000 to Bob, whoever calls.
    """

    def __init__(self, world: Simulation, **routed: Any) -> None:
        self.world = world
        defaults: dict[str, Any] = {"model": CallModel.ROUTED, "acceptUnregistered": True}
        self.configuration = replace(
            Configuration(),
            routing=RoutingConfig(routes=(StaticRoute(name="2000", to=(AT_BOB,)),)),
            routed=RoutedConfig(**(defaults | routed)),
        )
        self.server = world.server(SERVER, self.configuration)
        self.bob = ScriptedCallee(world.network, AT_BOB)

    @property
    def router(self) -> RoutedCalls:
        zone = self.server.server.zone
        assert zone is not None
        return zone.routed

    def reload(self, **routed: Any) -> None:
        self.configuration = replace(
            self.configuration, routed=replace(self.configuration.routed, **routed)
        )
        self.server.server.reload(self.configuration)

    def caller(self, number: int = 0, host: str = AT_CALLER) -> ScriptedPeer:
        """
        Somebody who has connected, and whose calls have an identifier of their own.
        """
        peer = ScriptedPeer(self.world.network, host, SIGNALLING)
        peer.identity = CallIdentity(bytes((number,) * 16), bytes(16))
        return peer

    def call(self, number: int = 0, called: str = "2000") -> ScriptedPeer:
        peer = self.caller(number)
        peer.send(peer.makeSetup(called=called))
        return peer

    def refusals(self) -> list[str]:
        return [each.reason for each in self.server.told(CallRefused)]


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation() as world:
        yield world
        assert world.failures == []


def identifier(number: int = 0) -> bytes:
    return bytes((number,) * 16)


# Which Setup becomes one.


def test_aCallToSomebodyElseIsOneOfThem(world: Simulation) -> None:
    exchange = Exchange(world)
    exchange.call()
    (call,) = exchange.router
    assert exchange.router.byId(call.callId) is call
    assert (len(exchange.router), call.called) == (1, (BOB,))
    assert exchange.bob.kinds == [MessageType.SETUP]


def test_aCallToARoomIsLeftToTheEndpoint(world: Simulation) -> None:
    exchange = Exchange(world)
    peer = exchange.call(called="80001")
    assert len(exchange.router) == 0
    assert MessageType.CONNECT in peer.kinds


def test_whoNamesNobodyMeansUs(world: Simulation) -> None:
    exchange = Exchange(world)
    peer = exchange.caller()
    body = uuie.read(peer.makeSetup().userUser or b"").pdu["h323-message-body"]
    fields = {key: value for key, value in body[1].items() if key != "destinationAddress"}
    peer.send(messages.setup(uuie.write((body[0], fields), True), "Peer", (), ()))
    assert len(exchange.router) == 0
    assert exchange.bob.received == []


@pytest.mark.parametrize("routed", [{"acceptUnregistered": False}, {"model": CallModel.DIRECT}])
def test_aStrangersCallAndADirectOneAreNot(routed: dict[str, Any], world: Simulation) -> None:
    exchange = Exchange(world, **routed)
    peer = exchange.call()
    assert len(exchange.router) == 0
    assert peer.kinds[-1] == RELEASE
    assert exchange.bob.received == []


def test_anotherConfigurationHoldsForTheNextCall(world: Simulation) -> None:
    exchange = Exchange(world)
    exchange.call(1)
    exchange.reload(acceptUnregistered=False)
    exchange.call(2)
    assert [each.identity.callIdentifier for each in exchange.router] == [identifier(1)]


# Who may have one.


def test_oneMoreThanThereMayBeIsRefused(world: Simulation) -> None:
    exchange = Exchange(world, maxCalls=1)
    exchange.call(1)
    peer = exchange.call(2)
    assert (peer.kinds[-1], peer.cause) == (RELEASE, Cause.RESOURCE_UNAVAILABLE)
    assert exchange.refusals() == ["tooManyCalls"]
    assert len(exchange.router) == 1


def test_whoHasEndedMakesPlace(world: Simulation) -> None:
    exchange = Exchange(world, maxCalls=1)
    peer = exchange.call(1)
    peer.close()
    assert len(exchange.router) == 0
    exchange.call(2)
    assert exchange.refusals() == []
    assert len(exchange.router) == 1


def test_aCallThatComesByOnceTooOftenIsALoop(world: Simulation) -> None:
    exchange = Exchange(world)
    for _ in range(MAXIMUM_PASSES):
        exchange.call(1)
    assert (exchange.refusals(), len(exchange.router)) == ([], MAXIMUM_PASSES)
    peer = exchange.call(1)
    assert peer.cause == Cause.EXCHANGE_ROUTING_ERROR
    assert (exchange.refusals(), len(exchange.router)) == (["loop"], MAXIMUM_PASSES)


# What can be asked of it.


def test_aCallThatPassesIsKnownByItsIdentifierUntilItEnds(world: Simulation) -> None:
    exchange = Exchange(world)
    assert not exchange.router.carries(identifier(1))
    first, second = exchange.call(1), exchange.call(1)
    for peer in (first, second):
        assert exchange.router.carries(identifier(1))
        peer.close()
    assert not exchange.router.carries(identifier(1))


def test_itsSidesAreKnownByWhereTheyAre(world: Simulation) -> None:
    exchange = Exchange(world)
    exchange.call(1)
    router = exchange.router
    assert router.involves(identifier(1), "e1", (AT_CALLER,))
    assert router.involves(identifier(1), "e1", (AT_BOB,))
    assert not router.involves(identifier(1), "e1", ("10.0.0.9",))
    assert not router.involves(identifier(2), "e1", (AT_CALLER,))


def test_aCallIsEndedByOurIdentifierWithItsCause(world: Simulation) -> None:
    exchange = Exchange(world)
    peer = exchange.call(1)
    (call,) = exchange.router
    assert exchange.router.hangup(call.callId, Cause.TEMPORARY_FAILURE)
    peer.settle()
    assert peer.cause == Cause.TEMPORARY_FAILURE
    assert exchange.router.byId(call.callId) is None
    assert not exchange.router.hangup(call.callId)


def test_allPassesOfACallAreClearedTogether(world: Simulation) -> None:
    exchange = Exchange(world)
    peers = [exchange.call(number) for number in (1, 1, 2)]
    exchange.router.clear(identifier(1), Cause.CALL_REJECTED)
    peers[0].settle()
    assert [peer.kinds[-1] == RELEASE for peer in peers] == [True, True, False]
    assert [each.identity.callIdentifier for each in exchange.router] == [identifier(2)]
    exchange.router.clear(identifier(3), Cause.CALL_REJECTED)
    assert len(exchange.router) == 1


def test_nobodyIsTransferredWhoIsNotInAnAnsweredCall(world: Simulation) -> None:
    exchange = Exchange(world)
    exchange.call(1)
    (call,) = exchange.router
    assert not exchange.router.transfer(UNKNOWN, CALLER, BOB)
    assert not exchange.router.transfer(call.callId, CALLER, BOB)
    exchange.bob.connect()
    assert exchange.router.transfer(call.callId, CALLER, BOB)


def test_atTheEndAllCallsEnd(world: Simulation) -> None:
    exchange = Exchange(world)
    peers = [exchange.call(number) for number in (1, 2)]
    exchange.router.close()
    peers[0].settle()
    assert [peer.kinds[-1] for peer in peers] == [RELEASE, RELEASE]
    assert len(exchange.router) == 0
    ended = {each.cause for each in exchange.server.told(CallEnded)}
    assert ended == {Cause.NORMAL_CALL_CLEARING}


# What an ARQ asks.

ANNA = endpoint(1, "anna", source=TransportAddress(AT_CALLER, 1719))
AT_BOBS = FoundWay("h323", TransportAddress(AT_BOB, 1720))


@pytest.mark.parametrize("model", list(CallModel))
def test_aCallThatIsAboutToBeAdmittedHasTheModelOfItsParties(
    model: CallModel, world: Simulation
) -> None:
    exchange = Exchange(world, model=model)
    assert exchange.router.modelFor(Called((BOB,), caller=ANNA), AT_BOBS) is model


def test_oneToOurselvesIsDirectAsThereIsNothingToRoute(world: Simulation) -> None:
    exchange = Exchange(world)
    here = FoundWay("h323", SIGNALLING)
    assert exchange.router.modelFor(Called((BOB,), caller=ANNA), here) is CallModel.DIRECT


@pytest.mark.parametrize("model", list(CallModel))
def test_oneToAGatekeeperThatWeAreRegisteredWithGoesThroughUs(
    model: CallModel, world: Simulation
) -> None:
    exchange = Exchange(world, model=model)
    onward = FoundWay("h323", SIGNALLING, parent="world")
    expected = CallModel.ROUTED if model is CallModel.DIRECT else model
    assert exchange.router.modelFor(Called((BOB,), caller=ANNA), onward) is expected


@pytest.mark.parametrize("behind", ["caller", "called"])
def test_whoCannotBeConnectedToIsOnlyReachedThroughUs(behind: str, world: Simulation) -> None:
    exchange = Exchange(world, model=CallModel.DIRECT)
    natted = replace(ANNA, traversal=True)
    caller, called = (natted, None) if behind == "caller" else (ANNA, natted)
    found = replace(AT_BOBS, registration=called)
    asked = Called((BOB,), caller=caller)
    assert exchange.router.modelFor(asked, found) is CallModel.PROXIED


def test_whatWasAdmittedGoesWhereItWasToldTo(world: Simulation) -> None:
    exchange = Exchange(world, acceptUnregistered=False)
    asked = Called((BOB,), caller=ANNA, call=identifier(1))
    exchange.router.remember(asked, CallModel.ROUTED, (AT_BOBS,))
    exchange.call(1, called="anything")
    assert len(exchange.router) == 1
    assert exchange.bob.kinds == [MessageType.SETUP]
