"""
The walk of a registration with a trunk: with another server of ours, which asks for a password,
calls us by it, and hears that we leave.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from h323d.config.sections import Configuration
from h323d.events.gatekeeper import TrunkRegistered
from h323d.gatekeeper.routing.config import RewriteRule, RoutingConfig
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.operation.trunkviews import TrunkView
from h323d.sip.config import SIPConfig
from h323d.sip.digest.algorithms import Algorithm, secretOf
from tests.support.bridged import SERVER
from tests.support.digest import REALM, userOf
from tests.support.graph import hidden
from tests.support.simulation import SimulatedServer, Simulation
from tests.walks.test_switchboard import isBeyond

THERE = "10.0.2.1"
TRUNK = TrunkConfig(
    "there",
    THERE,
    prefixes=("8",),
    user="us",
    realm=REALM,
    sha256=secretOf(Algorithm.SHA_256, "us", REALM, "secret"),
    register=True,
)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=14) as simulation:
        yield simulation


def us(world: Simulation, trunk: TrunkConfig = TRUNK) -> SimulatedServer:
    rewrites = (RewriteRule(name="us", to="80001"),)
    return world.server(
        SERVER, Configuration(routing=RoutingConfig(rewrites=rewrites, trunks=(trunk,)))
    )


def registrar(world: Simulation) -> SimulatedServer:
    security = SecurityConfig(users=(userOf("us", "secret"),))
    return world.server(THERE, Configuration(security=security, sip=SIPConfig(maxExpires=60)))


def viewOf(server: SimulatedServer) -> TrunkView:
    (view,) = server.server.operator.trunks()
    return view


def users(server: SimulatedServer) -> list[str]:
    return [each.user for each in server.server.operator.registrations("-")]


def test_whoHasAPasswordIsRegistered(world: Simulation) -> None:
    there, here = registrar(world), us(world)
    world.until(lambda: viewOf(here).registration == "registered")
    assert users(there) == ["us"]
    assert viewOf(here).expires == 60.0
    world.run(150.0)  # and stays so
    assert users(there) == ["us"]
    assert len(here.told(TrunkRegistered)) == 1


def test_whoHasAnotherIsNot(world: Simulation) -> None:
    there = registrar(world)
    here = us(world, replace(TRUNK, sha256=secretOf(Algorithm.SHA_256, "us", REALM, "other")))
    world.until(lambda: viewOf(here).registration == "not registered: 401 Unauthorized")
    assert users(there) == []
    assert viewOf(here).expires is None


def test_whoCallsUsThereReachesWhatOurNameLeadsTo(world: Simulation) -> None:
    there, here = registrar(world), us(world)
    world.until(lambda: viewOf(here).registration == "registered")
    there.server.operator.call("us", "sip:anna@10.0.1.1")
    world.until(lambda: here.server.conference.rooms)
    assert list(here.server.conference.rooms) == ["80001"]


def test_whoStopsIsNotRegisteredAnyMore(world: Simulation) -> None:
    there, here = registrar(world), us(world)
    world.until(lambda: viewOf(here).registration == "registered")
    here.stop()
    world.run(1.0)
    assert users(there) == []


def test_nothingIsLeftOfItAndAllCanBeWrittenDown(world: Simulation) -> None:
    found: dict[str, str] = {}

    def look() -> None:
        calls = ((f"{each}", each) for each in world.clock.getDelayedCalls())
        found.update(hidden([("server", here.server), *calls], isBeyond))

    registrar(world)
    here = us(world)
    world.watch(look, 3)
    world.until(lambda: viewOf(here).registration == "registered")
    world.run(5.0)
    assert found == {}
    world.leave()
    assert world.leftOver() == []
