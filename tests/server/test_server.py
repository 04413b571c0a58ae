"""
A server as a whole: a changed configuration while it runs, what takes effect, and what waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from twisted.internet.protocol import Factory
from twisted.internet.task import Clock
from twisted.logger import capturedLogs, formatEvent

from h323d.call.parts import Commit
from h323d.conference.config import ConferenceConfig
from h323d.config.sections import Configuration, ServerConfig
from h323d.errors import ConfigurationError, ResourceUnavailable
from h323d.events.bus import EventBus
from h323d.events.server import ConfigurationReloaded
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.gatekeeper.routing.config import NeighbourConfig, RoutingConfig
from h323d.gatekeeper.security.config import PasswordEntry, SecurityConfig
from h323d.gatekeeper.security.defenceconfig import DefenceConfig
from h323d.gatekeeper.traversalconfig import TraversalConfig
from h323d.h323.config import H323Config
from h323d.server.server import Server
from h323d.sip.config import SIPConfig
from h323d.values.address import AddressKind, PartyAddress
from tests.support.network import SimulatedNetwork
from tests.support.sealed import sealedStreams
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.zone import surroundings


@pytest.fixture
def server() -> Iterator[SimulatedServer]:
    with Simulation() as world:
        yield world.server("10.0.0.1")


def reloaded(server: SimulatedServer, **sections: object) -> tuple[str, ...]:
    """
    The sections that took effect.
    """
    changed: Configuration = replace(server.server.configuration, **sections)  # type: ignore[arg-type]  # each is of its own type
    server.server.reload(changed)
    (*_, fact) = server.told(ConfigurationReloaded)
    taken: tuple[str, ...] = fact.sections
    return taken


def test_theGatekeepersLimitsTakeEffect(server: SimulatedServer) -> None:
    assert reloaded(server, gatekeeper=GatekeeperConfig(maxCalls=5)) == ("gatekeeper",)
    assert server.server.configuration.gatekeeper.maxCalls == 5


def test_itsNameWaitsForARestart(server: SimulatedServer) -> None:
    renamed = GatekeeperConfig(gatekeeperIdentifier="other")
    assert reloaded(server, gatekeeper=renamed) == ()
    both = replace(renamed, maxCalls=5)
    assert reloaded(server, gatekeeper=both) == ("gatekeeper",)
    assert server.server.configuration.gatekeeper.gatekeeperIdentifier == "h323d"


def test_aPasswordAndAnAddressListTakeEffect(server: SimulatedServer) -> None:
    security = SecurityConfig(passwords=(PasswordEntry("anna", "hush"),), deny=("10.0.0.66",))
    assert reloaded(server, security=security) == ("security",)
    assert server.server.zone is not None
    assert server.server.zone.passwords.of("anna") is not None


def test_theDefencesLimitsTakeEffect(server: SimulatedServer) -> None:
    (ban,) = server.server.operator.bans("add", "192.0.2.66")
    assert reloaded(server, defence=DefenceConfig(banSeconds=60)) == ("defence",)
    assert server.server.operator.bans() == [ban]
    assert server.server.operator.status().bans == 1


def test_aPasswordIsReadAnewThoughOnlyItsFileChanged(
    server: SimulatedServer, tmp_path: Path
) -> None:
    file = tmp_path / "anna"
    file.write_text("one\n")
    security = SecurityConfig(passwords=(PasswordEntry("anna", passwordFile=str(file)),))
    reloaded(server, security=security)
    file.write_text("two\n")
    assert reloaded(server) == ()
    assert server.server.zone is not None
    secret = server.server.zone.passwords.of("anna")
    assert secret is not None
    assert secret.password == "two"


def test_aServerThatCannotListenOnEveryPortListensOnNone() -> None:
    with Simulation() as world:
        occupant = world.network.host("10.0.0.1")
        occupant.listenTCP(1720, Factory())
        with pytest.raises(ResourceUnavailable, match="1720"):
            world.server("10.0.0.1")
        assert [port for _, port in (*world.network.udp, *world.network.tcp)] == [1720]


# Any: sections, each of its own type.
BAD: dict[str, dict[str, Any]] = {
    "format": {"conference": ConferenceConfig(patterns=("9xxxx",), audioFormats=("G722",))},
    "password": {
        "security": SecurityConfig(passwords=(PasswordEntry("anna", passwordFile="/absent"),))
    },
    "policy": {"routing": RoutingConfig(policies=("elsewhere",))},
    "neighbour": {
        "routing": RoutingConfig(
            neighbours=(NeighbourConfig("a", "10.0.0.9", "south", passwordFile="/absent"),)
        )
    },
}
GOOD: dict[str, Any] = {
    "conference": ConferenceConfig(patterns=("9xxxx",), maxRooms=3),
    "gatekeeper": GatekeeperConfig(maxCalls=5),
    "routing": RoutingConfig(hopCount=3),
    "security": SecurityConfig(deny=("10.0.0.66",)),
    "h323": H323Config(maxCalls=5),
}


@pytest.mark.parametrize("fault", BAD)
def test_aChangeThatIsRefusedChangesNothing(server: SimulatedServer, fault: str) -> None:
    before = server.server.configuration
    with pytest.raises(ConfigurationError):
        reloaded(server, **{**GOOD, **BAD[fault]})
    assert server.server.configuration is before
    assert (rooms(server, "80001"), rooms(server, "90001")) == (True, False)
    assert server.server.zone is not None
    assert server.server.zone.passwords.of("anna") is None
    assert server.told(ConfigurationReloaded) == []


def test_certificatesThatCannotBeReadChangeNothing() -> None:
    clock = Clock()
    network = SimulatedNetwork(clock, Random(1))
    world = surroundings(network, clock, "10.0.0.1", EventBus())
    secure = replace(sealedStreams(network.host("10.0.0.1")), prepare=unreadable)
    server = Server(
        Configuration(server=ServerConfig(bind="10.0.0.1")), replace(world, secure=secure)
    )
    with pytest.raises(ConfigurationError, match="certificate"):
        server.reload(replace(server.configuration, conference=GOOD["conference"]))
    assert server.directory.serves(PartyAddress(AddressKind.DIALLED_DIGITS, "80001"))


def unreadable() -> Commit:
    raise ConfigurationError("h323.certificate", "is not there")


def test_whatWouldHaveBeenRefusedTogetherTakesEffectByItself(server: SimulatedServer) -> None:
    assert reloaded(server, **GOOD) == ("h323", "gatekeeper", "routing", "security", "conference")
    assert (rooms(server, "80001"), rooms(server, "90001")) == (False, True)


def rooms(server: SimulatedServer, number: str) -> bool:
    """
    Whether a number means a room.
    """
    return server.server.directory.serves(PartyAddress(AddressKind.DIALLED_DIGITS, number))


def test_limitsOfCallsTakeEffectAndPortsWait(server: SimulatedServer) -> None:
    wanted = H323Config(port=1721, ringTimeout=20.0)
    assert reloaded(server, h323=wanted) == ("h323",)
    assert server.server.configuration.h323 == H323Config(ringTimeout=20.0)


def test_theLogNamesTheKeysThatWait(server: SimulatedServer) -> None:
    with capturedLogs() as logged:
        reloaded(server, h323=H323Config(port=1721), sip=SIPConfig(maxCalls=1))
    told = [formatEvent(event) for event in logged]
    assert "changed, and waiting for a restart: sip.maxCalls, h323.port" in told


def test_modelsOfRoutedCallsAndTraversalTakeEffect(server: SimulatedServer) -> None:
    routed = RoutedConfig(model=CallModel.ROUTED, setupTimeout=3.0)
    traversal = TraversalConfig(enabled=False, dialBackTimeout=3.0)
    assert reloaded(server, routed=routed, traversal=traversal) == ("routed", "traversal")
