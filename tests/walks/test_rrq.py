"""
The walk of an RRQ: discovery, registration, keepalives, repetition, expiry, farewell.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.config.sections import Configuration
from h323d.events.gatekeeper import EndpointRegistered, EndpointUnregistered
from h323d.gatekeeper.registry.registrations import GRACE
from h323d.h323.ras.channel import DISCOVERY_GROUP
from h323d.media.config import MediaConfig
from h323d.values.address import TransportAddress
from tests.support.simulatedphone import Telephone, named
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.tracerecorder import readable

SERVER = "10.0.0.1"
RAS = TransportAddress(SERVER, 1719)
PHONE = "10.0.1.1"
TIME_TO_LIVE = 10  # seconds, the least; renewed 5 s before


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation() as world:
        yield world


@pytest.fixture
def server(world: Simulation) -> SimulatedServer:
    return world.server(SERVER, Configuration(media=MediaConfig(tickMs=20)))


def registered(world: Simulation, gatekeeper: TransportAddress = RAS) -> Telephone:
    phone = Telephone(world, PHONE, "alice", gatekeeper=gatekeeper, timeToLive=TIME_TO_LIVE)
    phone.register()
    world.until(lambda: phone.registrations)
    return phone


def said(world: Simulation) -> list[str]:
    """
    The RAS messages of the trace, by name.
    """
    return [entry.text.split()[3] for entry in world.trace.of("udp")]


def test_theGatekeeperIsFoundByMulticastAndAnswersFromItsRASPort(
    world: Simulation, server: SimulatedServer
) -> None:
    phone = registered(world, DISCOVERY_GROUP)
    assert phone.registrations == ["registered"]
    ends = [" ".join(entry.text.split()[:4]) for entry in world.trace.of("udp")]
    assert ends == [
        f"{PHONE}:40000 > 224.0.1.41:1718 gatekeeperRequest",
        f"{SERVER}:1719 > {PHONE}:40000 gatekeeperConfirm",
        f"{PHONE}:40000 > {SERVER}:1719 registrationRequest",
        f"{SERVER}:1719 > {PHONE}:40000 registrationConfirm",
    ]


def test_theRegistrationIsTold(world: Simulation, server: SimulatedServer) -> None:
    registered(world)
    (fact,) = server.told(EndpointRegistered)
    assert fact.signalling == TransportAddress(PHONE, 1720)
    assert fact.aliases == (named("alice"),)
    assert fact.timeToLive == TIME_TO_LIVE


def test_keepalivesKeepTheRegistrationAndAreNoNewOnes(
    world: Simulation, server: SimulatedServer
) -> None:
    registered(world)
    world.run(2 * TIME_TO_LIVE + 1.0)
    assert said(world).count("registrationConfirm") == 1 + 4  # every 5 s
    assert len(server.told(EndpointRegistered)) == 1
    assert not server.told(EndpointUnregistered)


def test_aRepetitionGetsTheSameOctetsAndRegistersNobodyTwice(
    world: Simulation, server: SimulatedServer
) -> None:
    confirms: list[bytes] = []

    def loseTheFirst(source: tuple[str, int], destination: tuple[str, int], data: bytes) -> bool:
        if readable("udp", source, destination, data) != "registrationConfirm":
            return True
        confirms.append(data)
        return len(confirms) > 1

    world.network.filters.append(loseTheFirst)
    phone = registered(world)
    assert phone.registrations == ["registered"]
    assert said(world).count("registrationRequest") == 2
    first, second = confirms
    assert first == second
    assert len(server.told(EndpointRegistered)) == 1


def test_whoIsSilentIsForgottenWhenTheTimeIsOver(
    world: Simulation, server: SimulatedServer
) -> None:
    phone = registered(world)
    phone.ras.close()
    world.run(TIME_TO_LIVE + GRACE - 1.0)
    assert not server.told(EndpointUnregistered)
    world.run(3.0)
    (gone,) = server.told(EndpointUnregistered)
    assert gone.reason == "expired"


def test_theOperatorSendsAnEndpointAwayAndItComesBack(
    world: Simulation, server: SimulatedServer
) -> None:
    phone = registered(world)
    zone = server.server.zone
    assert zone is not None
    (registration,) = zone.registrations()
    assert zone.unregister(registration.endpointId)
    world.run(1.0)
    assert phone.registrations == ["registered", "lost: unregistrationRequest", "registered"]
    assert [fact.reason for fact in server.told(EndpointUnregistered)] == ["operator"]
    assert len(server.told(EndpointRegistered)) == 2


def test_whoLeavesIsUnregisteredAndNothingIsLeftOver(
    world: Simulation, server: SimulatedServer
) -> None:
    phone = registered(world)
    world.leave()
    assert phone.registrations == ["registered", "unregistered"]
    assert [fact.reason for fact in server.told(EndpointUnregistered)] == ["request"]
    assert world.leftOver() == []
