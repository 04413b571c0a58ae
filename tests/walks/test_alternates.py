"""
The walk of an endpoint from one gatekeeper to another, and of a call to its second way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from h323d.conference.config import ConferenceConfig
from h323d.config.sections import Configuration
from h323d.events.gatekeeper import RASAdmissionGranted
from h323d.gatekeeper.alternates import AlternateConfig
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.routing.config import NeighbourConfig, RoutingConfig, StaticRoute
from h323d.media.config import MediaConfig
from h323d.values.address import TransportAddress
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation

NORTH, SOUTH = "10.0.0.1", "10.0.0.2"
NOBODY = "10.0.9.9:1720"
TIME_TO_LIVE = 30  # seconds


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation() as world:
        yield world


def zone(
    world: Simulation, address: str, routing: RoutingConfig | None = None, **more: Any
) -> SimulatedServer:
    gatekeeper = GatekeeperConfig(
        gatekeeperIdentifier=address, multicast=False, timeToLive=TIME_TO_LIVE, **more
    )
    return world.server(
        address,
        Configuration(
            gatekeeper=gatekeeper,
            routing=routing or RoutingConfig(),
            media=MediaConfig(tickMs=20),
            conference=ConferenceConfig(patterns=("8xxxx",)),
        ),
    )


def registered(world: Simulation, address: str, alias: str) -> Telephone:
    phone = Telephone(world, address, alias, gatekeeper=TransportAddress(NORTH, 1719))
    phone.register()
    world.until(lambda: phone.registrations == ["registered"])
    return phone


def names(server: SimulatedServer) -> list[str]:
    """
    Who is registered.
    """
    assert server.server.zone is not None
    return [str(each.aliases[0]) for each in server.server.zone.registrations()]


def test_whoFindsTheGatekeeperFullMakesTheCallThroughItsAlternate(world: Simulation) -> None:
    north = zone(world, NORTH, maxCalls=1, alternates=(AlternateConfig(SOUTH, SOUTH),))
    south = zone(world, SOUTH)
    bert, anna = (registered(world, f"10.0.1.{n}", name) for n, name in ((1, "bert"), (2, "anna")))
    bert.call("80001")
    world.until(lambda: bert.speaking)
    anna.call("80002")
    world.until(lambda: anna.speaking)
    assert (list(north.server.conference.rooms), list(south.server.conference.rooms)) == (
        ["80001"],
        ["80002"],
    )
    assert names(south) == ["anna"]
    assert len(south.told(RASAdmissionGranted)) == 1
    world.leave()
    assert world.leftOver() == []


def test_inMaintenanceWhoCallsIsServedByTheAlternate(world: Simulation) -> None:
    north = zone(world, NORTH, alternates=(AlternateConfig(SOUTH, SOUTH),))
    south = zone(world, SOUTH)
    anna = registered(world, "10.0.1.1", "anna")
    north.server.operator.maintenance("on")
    anna.call("80001")
    world.until(lambda: anna.speaking)
    assert list(south.server.conference.rooms) == ["80001"]
    world.leave()
    assert world.leftOver() == []


def test_inMaintenanceWhoRenewsMovesToTheAlternate(world: Simulation) -> None:
    north = zone(world, NORTH, alternates=(AlternateConfig(SOUTH, SOUTH),))
    south = zone(world, SOUTH)
    anna = registered(world, "10.0.1.1", "anna")
    north.server.operator.maintenance("on")
    world.run(2 * TIME_TO_LIVE)
    assert (names(north), names(south)) == ([], ["anna"])
    anna.call("80001")
    world.until(lambda: anna.speaking)
    world.leave()
    assert world.leftOver() == []


def test_aCallGoesTheSecondWayWhenNobodyIsAtTheEndOfTheFirst(world: Simulation) -> None:
    route = StaticRoute(name="4711", to=(NOBODY, "10.0.1.2:1720"))
    north = zone(world, NORTH, RoutingConfig(routes=(route,)))
    anna, bert = (registered(world, f"10.0.1.{n}", name) for n, name in ((1, "anna"), (2, "bert")))
    anna.call("4711")
    world.until(lambda: anna.speaking and bert.speaking)
    assert [fact.answerCall for fact in north.told(RASAdmissionGranted)] == [False, True]
    anna.hangup()
    world.run(1)
    assert north.server.zone is not None
    assert len(north.server.zone.admissions) == 0
    world.leave()
    assert world.leftOver() == []


def test_theWaysOfANeighbourAreTriedInTheirOrder(world: Simulation) -> None:
    neighbours = RoutingConfig(neighbours=(NeighbourConfig("south", SOUTH),))
    zone(world, NORTH, neighbours)
    route = StaticRoute(name="4711", to=(NOBODY, "10.0.1.2:1720"))
    zone(
        world,
        SOUTH,
        RoutingConfig(routes=(route,), neighbours=(NeighbourConfig("north", NORTH),)),
    )
    anna, bert = (registered(world, f"10.0.1.{n}", name) for n, name in ((1, "anna"), (2, "bert")))
    anna.call("4711")
    world.until(lambda: anna.speaking and bert.speaking)
    world.leave()
    assert world.leftOver() == []
