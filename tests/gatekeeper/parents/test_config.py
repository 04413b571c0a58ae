"""
What a parent can be configured as.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.errors import ConfigurationError
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.parents.config import ParentConfig
from h323d.values.address import TransportAddress
from tests.support.zone import makeWorld

__all__ = ["makeWorld"]

GOOD: dict[str, Any] = {"name": "world", "address": "192.0.2.20", "aliases": ("island",)}


def test_thePortMayBeLeftOut() -> None:
    assert ParentConfig(**GOOD).ras == TransportAddress("192.0.2.20", 1719)
    other = ParentConfig(**GOOD | {"address": "192.0.2.20:1729"})
    assert other.ras == TransportAddress("192.0.2.20", 1729)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"address": "gk.example.com"}, "address: 'gk.example.com' is not an IP address"),
        ({"address": ""}, "address: '' is not an IP address"),
        ({"gatekeeperIdentifier": "x" * 129}, "gatekeeperIdentifier: must have at most 128"),
        ({"aliases": ()}, "aliases: give a name, or prefixes"),
        ({"aliases": ("",)}, "aliases: one is empty"),
        ({"supportedPrefixes": ("",)}, "supportedPrefixes: '' is not of 0 to 9"),
        ({"supportedPrefixes": ("4a",)}, "supportedPrefixes: '4a' is not of 0 to 9"),
        ({"timeToLive": 9}, "timeToLive: must be 10 to 604800"),
        ({"capacity": -1}, "capacity: must be 0 to"),
        ({"rasPort": 65536}, "rasPort: must be 0 to 65535"),
        ({"password": "a", "passwordFile": "b"}, "password: give either"),
        ({"password": "a", "aliases": (), "supportedPrefixes": ("5",)}, "password: it is that of"),
    ],
)
def test_whatMakesNoSenseIsNamed(wrong: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^{complaint}"):
        ParentConfig(**GOOD | wrong)


def test_aPasswordIsNotShown() -> None:
    assert "secret" not in repr(ParentConfig(**GOOD, password="secret"))


def test_twoCannotHaveTheSameName() -> None:
    with pytest.raises(ValueError, match=r"^parents: two have the same name$"):
        GatekeeperConfig(parents=(ParentConfig(**GOOD), ParentConfig(**GOOD)))


def test_weCannotBeOurOwnParent(makeWorld: Any) -> None:
    ourselves = ParentConfig(**GOOD | {"address": "10.0.0.1"})
    with pytest.raises(ConfigurationError, match=r"gatekeeper.parents\[0\].address: is our own"):
        makeWorld(parents=(ourselves,))


def test_theFileOfAPasswordHasToBeThere(makeWorld: Any) -> None:
    parents = (ParentConfig(**GOOD), ParentConfig(**GOOD | {"name": "b", "passwordFile": "none"}))
    place = r"gatekeeper.parents\[1\].passwordFile: none"
    with pytest.raises(ConfigurationError, match=place):
        makeWorld(parents=parents)
