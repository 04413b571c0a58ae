"""
Where the sides of a routed call may have us connect to, and who may connect to us for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from h323d.asn1 import h245
from h323d.config.sections import Configuration
from h323d.events.doors import BadInput
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.gatekeeper.routing.config import RoutingConfig, StaticRoute
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.h323.signalling import tpkt, uuie
from h323d.h323.signalling.addresses import transportToValue
from h323d.h323.signalling.q931 import MessageType
from h323d.h323.signalling.uuie import Start
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.h323 import ScriptedCallee, ScriptedControl, ScriptedPeer
from tests.support.simulation import SimulatedServer, Simulation

SERVER, AT_CALLER, AT_BOB, ELSEWHERE = "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.66"
THROUGH_US = [CallModel.ROUTED_H245, CallModel.PROXIED]
CONTROL = h245.encode(
    "MultimediaSystemControlMessage",
    ("request", ("masterSlaveDetermination", {"terminalType": 50, "statusDeterminationNumber": 1})),
)


class Zone:
    """
    A server that routes 2000 to Bob, who is called there.
    """

    def __init__(self, world: Simulation, model: CallModel, *thirdParties: str) -> None:
        self.world = world
        self.server: SimulatedServer = world.server(
            SERVER,
            replace(
                Configuration(),
                routing=RoutingConfig(routes=(StaticRoute(name="2000", to=(AT_BOB,)),)),
                routed=RoutedConfig(model=model, acceptUnregistered=True),
                security=SecurityConfig(thirdParties=thirdParties),
            ),
        )
        self.bob = ScriptedCallee(world.network, AT_BOB)
        self.caller = ScriptedPeer(world.network, AT_CALLER, TransportAddress(SERVER, 1720))

    def call(self, control: TransportAddress | None = None) -> TransportAddress | None:
        """
        Call, with the caller's H.245 there.

        @return: where Bob is told that it is.
        """
        self.caller.send(self.caller.makeSetup(Start(h245Address=control), False, called="2000"))
        return self.bob.received[0][1].start.h245Address

    def answer(self, control: TransportAddress | None) -> TransportAddress | None:
        """
        Let Bob answer, with his H.245 there.

        @return: where the caller is told that it is.
        """
        self.bob.connect(Start(h245Address=control))
        return self.caller.received[-1][1].start.h245Address

    @property
    def told(self) -> list[tuple[str, str, str]]:
        return [(each.door, each.source.host, each.place) for each in self.server.told(BadInput)]


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation() as world:
        yield world
        assert world.failures == []


@pytest.mark.parametrize("model", THROUGH_US)
@pytest.mark.parametrize("host", [ELSEWHERE, "127.0.0.1", SERVER])
def test_aPlaceForH245ThatIsNotItsOwnIsNotPassedOn(
    host: str, model: CallModel, world: Simulation
) -> None:
    zone = Zone(world, model)
    there = TransportAddress(host, 5000)
    assert zone.call(there) is None
    assert zone.answer(there) is None
    field = "h245Address"
    assert zone.told == [("h225", AT_CALLER, field), ("h225", AT_BOB, field)]
    assert zone.caller.kinds == [MessageType.CALL_PROCEEDING, MessageType.CONNECT]


def test_aThirdPartyThatTheOperatorNamedIsConnectedTo(world: Simulation) -> None:
    zone = Zone(world, CallModel.ROUTED_H245, ELSEWHERE)
    gateway = ScriptedControl(world.network, ELSEWHERE, None)
    ours = zone.call(gateway.address)
    assert ours is not None
    ScriptedControl(world.network, AT_BOB, ours).write(tpkt.encode(CONTROL))
    assert gateway.names == ["masterSlaveDetermination"]
    assert zone.told == []


def test_aStrangerDoesNotTakeTheH245OfACall(world: Simulation) -> None:
    zone = Zone(world, CallModel.ROUTED_H245)
    waiting = ScriptedControl(world.network, AT_CALLER, None)
    ours = zone.call(waiting.address)
    assert ours is not None
    assert ScriptedControl(world.network, ELSEWHERE, ours).closed
    assert waiting.count == 0
    assert zone.told == [("h245", ELSEWHERE, "h245Address")]
    ScriptedControl(world.network, AT_BOB, ours).write(tpkt.encode(CONTROL))
    assert waiting.names == ["masterSlaveDetermination"]


@pytest.mark.parametrize("host", ["127.0.0.1", SERVER])
def test_aCallIsNotForwardedToThisMachine(host: str, world: Simulation) -> None:
    zone = Zone(world, CallModel.ROUTED)
    victim = ScriptedCallee(world.network, host, 2222)
    zone.call()
    kind, fields = uuie.facility(zone.bob.identity, "callForwarded")
    fields["alternativeAddress"] = transportToValue(victim.address)
    zone.bob.say(MessageType.FACILITY, (kind, fields))
    assert victim.received == []
    assert zone.told == [("h225", AT_BOB, "alternativeAddress")]
    assert zone.caller.cause == Cause.EXCHANGE_ROUTING_ERROR


def test_aCallThatIsForwardedToANameTooGoesToTheName(world: Simulation) -> None:
    zone = Zone(world, CallModel.ROUTED)
    zone.call()
    kind, fields = uuie.facility(zone.bob.identity, "callForwarded")
    fields["alternativeAddress"] = transportToValue(TransportAddress("127.0.0.1", 2222))
    fields["alternativeAliasAddress"] = [("dialledDigits", "2000")]
    zone.bob.say(MessageType.FACILITY, (kind, fields))
    assert zone.bob.kinds.count(MessageType.SETUP) == 2


def test_aThirdPartyThatIsNamedLaterIsConnectedToFromThenOn(world: Simulation) -> None:
    zone = Zone(world, CallModel.ROUTED_H245)
    server = zone.server.server
    security = SecurityConfig(thirdParties=(ELSEWHERE,))
    server.reload(replace(server.configuration, security=security))
    assert zone.call(TransportAddress(ELSEWHERE, 5000)) is not None
    assert zone.told == []
