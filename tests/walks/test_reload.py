"""
A changed configuration in a running server: what takes effect, and what waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from h323d.config import Configuration
from h323d.events import ConfigurationReloaded
from h323d.gatekeeper.config import GatekeeperConfig
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
