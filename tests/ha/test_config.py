"""
What the C{[ha]} section may hold.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.config.reading import parse
from h323d.errors import ConfigurationError
from h323d.ha.config import HAConfig


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("heartbeatMs", 9),
        ("heartbeatMs", 5001),
        ("patienceMs", 199),
        ("patienceMs", 60001),
        ("recorderMegabytes", 0),
        ("recorderMegabytes", (1 << 20) + 1),
    ],
)
def test_aValueThatCannotBeUsedIsRefusedByItsName(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        HAConfig(**{key: value})


def test_theOutermostValuesCanBeUsed() -> None:
    assert HAConfig(heartbeatMs=10, patienceMs=20).patience == 0.02
    assert HAConfig(heartbeatMs=5000, patienceMs=60000).heartbeat == 5.0


def test_whereAFollowerCannotBeIsRefused() -> None:
    with pytest.raises(ConfigurationError, match=r"ha\.follower"):
        parse('[ha]\nfollower = "moon"\n', "test")
