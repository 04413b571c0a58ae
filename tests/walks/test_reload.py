"""
A changed configuration in a running server: what takes effect, and what waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from h323d.config import Configuration
from h323d.errors import ConfigurationError
from h323d.events import ConfigurationReloaded
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.gatekeeper.security.config import PasswordEntry, SecurityConfig
from h323d.gatekeeper.traversalconfig import TraversalConfig
from tests.support.simulation import SimulatedServer, Simulation


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


def test_aPasswordFileThatIsNotThereChangesNothing(server: SimulatedServer) -> None:
    entry = PasswordEntry("anna", passwordFile="/absent")
    with pytest.raises(ConfigurationError, match="/absent"):
        reloaded(
            server,
            security=SecurityConfig(passwords=(entry,)),
            gatekeeper=GatekeeperConfig(maxCalls=5),
        )
    assert server.server.configuration == replace(
        Configuration(), server=server.server.configuration.server
    )


def test_modelsOfRoutedCallsAndTraversalTakeEffect(server: SimulatedServer) -> None:
    routed = RoutedConfig(model=CallModel.ROUTED, setupTimeout=3.0)
    traversal = TraversalConfig(enabled=False, dialBackTimeout=3.0)
    assert reloaded(server, routed=routed, traversal=traversal) == ("routed", "traversal")
