from __future__ import annotations

from typing import Any

import pytest

from h323d.gatekeeper.config import GatekeeperConfig


def test_theDefaultsAreValid() -> None:
    config = GatekeeperConfig()
    assert config.enabled
    assert config.rasPort == 1719


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("gatekeeperIdentifier", ""),
        ("gatekeeperIdentifier", "x" * 129),
        ("gatekeeperIdentifier", "\U0001f4de"),
        ("rasPort", 0),
        ("rasPort", 65536),
        ("timeToLive", 9),
        ("timeToLive", 1 << 32),
        ("maxRegistrations", 0),
        ("maxAliases", 0),
        ("maxCalls", 0),
        ("maxCallsPerEndpoint", 0),
        ("totalBandwidth", -1),
        ("bandwidthPerCall", -1),
        ("bandwidthPerEndpoint", -1),
        ("minimumBandwidthPerCall", -1),
    ],
)
def test_aValueThatCannotBeUsedIsRefusedByItsName(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        GatekeeperConfig(**{key: value})


def test_theFloorCannotBeAboveALimit() -> None:
    with pytest.raises(ValueError, match=r"^minimumBandwidthPerCall: "):
        GatekeeperConfig(minimumBandwidthPerCall=1281, totalBandwidth=1280)
