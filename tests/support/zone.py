"""
A gatekeeper on a simulated network, for tests of it and of its endpoints.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.call.applications import IGate
from h323d.call.gates import Gates
from h323d.call.site import siteAt
from h323d.call.surroundings import Surroundings
from h323d.events.bus import EventBus, Fact
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.identity import ILocalNumbers
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.gatekeeper.settings import ZoneSettings
from h323d.gatekeeper.traversalconfig import TraversalConfig
from h323d.gatekeeper.zone import Zone
from h323d.h323.config import H323Config
from h323d.h323.ras.messages import RASMessage
from h323d.values.address import PartyAddress
from tests.support.fakemedia import FakePool
from tests.support.network import SimulatedHost, SimulatedNetwork
from tests.support.ras import Peer, rrq
from tests.support.sealed import sealedStreams
from tests.support.surroundings import surroundingsOf

__all__ = ["START", "EightDigits", "World", "makeWorld", "newWorld", "surroundings", "world"]

START = 1_700_000_000.0


@implementer(ILocalNumbers)
class EightDigits:
    """
    Rooms 80000 to 89999.
    """

    def serves(self, address: PartyAddress) -> bool:
        return len(address.value) == 5 and address.value[0] == "8"


@dataclass
class World:
    """
    A gatekeeper at 10.0.0.1, and whoever is made to talk to it.
    """

    clock: Clock
    network: SimulatedNetwork
    facts: list[Fact]
    zone: Zone
    events: EventBus
    gates: Gates
    settings: ZoneSettings
    sequence: int = 0
    peers: list[Peer] = field(default_factory=list)

    def peer(self, host: str, port: int = 1719) -> Peer:
        return Peer(self.network, host, port)

    def registered(self, host: str, *aliases: tuple[str, Any], **more: Any) -> tuple[Peer, str]:
        """
        An endpoint that has registered, and its identifier.
        """
        peer = self.peer(host)
        self.sequence += 1
        answer = peer.ask(rrq(self.sequence, host, *aliases, **more))
        assert answer.name == "registrationConfirm", answer
        return peer, answer.fields["endpointIdentifier"]

    def query(self, endpointId: str, answered: Callable[[RASMessage | None], None]) -> None:
        """
        Ask an endpoint for all its calls (IRQ).
        """
        registration = self.zone.registry.byId(endpointId)
        assert registration is not None
        fields = {"callReferenceValue": 0, "callIdentifier": {"guid": bytes(16)}}
        self.zone.ask("infoRequest", fields, registration.source, answered, 3.0)

    def reload(self, **sections: Any) -> None:
        """
        Change sections of the configuration.
        """
        settings = replace(self.settings, **sections)
        self.zone.prepare(settings).commit()
        self.settings = settings

    def told(self, kind: type[Fact]) -> list[Any]:
        return [fact for fact in self.facts if isinstance(fact, kind)]


def surroundings(
    network: SimulatedNetwork, clock: Clock, host: str, events: EventBus
) -> Surroundings:
    """
    What a gatekeeper on a simulated host needs; its media carries nothing.
    """
    return surroundingsOf(SimulatedHost(network, host), clock, random.Random(2), FakePool(), events)


def newWorld(
    routing: RoutingConfig | None = None,
    security: SecurityConfig | None = None,
    traversal: TraversalConfig | None = None,
    securePort: int = 0,
    gates: Sequence[IGate] = (),
    after: World | None = None,
    **config: Any,
) -> World:
    """
    @param gates: what registrations and calls pass.
    @param after: goes on where that one has ended.
    """
    if after is None:
        clock = Clock()
        clock.advance(START)
        network = SimulatedNetwork(clock, random.Random(1))
    else:
        clock, network = after.clock, after.network
    events = EventBus()
    facts: list[Fact] = []
    events.subscribe(Fact, facts.append)
    world = surroundings(network, clock, "10.0.0.1", events)
    if securePort:
        world = replace(world, secure=sealedStreams(SimulatedHost(network, "10.0.0.1")))
    settings = ZoneSettings(
        GatekeeperConfig(**config),
        routing or RoutingConfig(),
        security or SecurityConfig(),
        traversal or TraversalConfig(),
        h323=H323Config(tlsPort=securePort, certificate="server.pem", privateKey="server.key"),
    )
    passed = Gates(clock, events, gates)
    zone = Zone(settings, world, siteAt("10.0.0.1"), EightDigits(), passed)
    zone.start()
    return World(clock, network, facts, zone, events, passed, settings)


@pytest.fixture
def makeWorld() -> Iterator[Any]:
    """
    Makes a world with a configuration; no timer may outlive it.
    """
    made: list[World] = []

    def make(*routing: Any, **config: Any) -> World:
        made.append(newWorld(*routing, **config))
        return made[-1]

    yield make
    for world in made:
        world.clock.advance(1)
        world.zone.close()
        assert world.clock.getDelayedCalls() == []


@pytest.fixture
def world(makeWorld: Any) -> World:
    result: World = makeWorld()
    return result
