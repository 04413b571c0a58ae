"""
How alternate gatekeepers are configured.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.gatekeeper.alternates import AlternateConfig, alternateGatekeepers
from h323d.gatekeeper.config import MAX_ALTERNATES, GatekeeperConfig


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"address": "gatekeeper.example.org"}, "address: 'gatekeeper.example.org' is not"),
        ({"address": "10.0.0.1:0"}, "address: "),
        ({"address": "10.0.0.1", "priority": 128}, "priority: "),
        ({"address": "10.0.0.1", "gatekeeperIdentifier": "x" * 129}, "gatekeeperIdentifier: "),
    ],
)
def test_aWrongAlternateIsAClearError(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^{complaint}"):
        AlternateConfig(**fields)


def test_thereIsAnEndToTheAlternates() -> None:
    alternates = tuple(AlternateConfig(f"10.0.0.{each}") for each in range(1, MAX_ALTERNATES + 2))
    GatekeeperConfig(alternates=alternates[:-1])
    with pytest.raises(ValueError, match=r"^alternates: at most 8"):
        GatekeeperConfig(alternates=alternates)


def test_anAlternateMayHaveAnIPv6Address() -> None:
    (told,) = alternateGatekeepers((AlternateConfig("[2001:db8::1]:1720"),))
    assert told["rasAddress"][0] == "ip6Address"
