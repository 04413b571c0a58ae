"""
What the C{[traversal]} section may hold.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.gatekeeper.traversalconfig import TraversalConfig


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("timeToLive", 9),
        ("timeToLive", 3601),
        ("dialBackTimeout", 0.9),
        ("dialBackTimeout", 61.0),
        ("keepAliveInterval", 4),
        ("keepAliveInterval", 3601),
        ("privateNetworks", ("10.0.0.1/8",)),
    ],
)
def test_aValueThatCannotBeUsedIsRefusedByItsName(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        TraversalConfig(**{key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("timeToLive", 10),
        ("timeToLive", 3600),
        ("dialBackTimeout", 1.0),
        ("dialBackTimeout", 60.0),
        ("keepAliveInterval", 5),
        ("keepAliveInterval", 3600),
        ("privateNetworks", ()),
    ],
)
def test_theOutermostValuesCanBeUsed(key: str, value: Any) -> None:
    assert getattr(TraversalConfig(**{key: value}), key) == value
