"""
What the C{[routed]} section may hold.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.gatekeeper.routed.config import RoutedConfig, RoutedRule


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("failoverCauses", (0,)),
        ("failoverCauses", (3, 128)),
        ("setupTimeout", 0.0),
        ("maxCalls", 0),
    ],
)
def test_aValueThatCannotBeUsedIsRefusedByItsName(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        RoutedConfig(**{key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("failoverCauses", (1, 127)),
        ("failoverCauses", ()),
        ("setupTimeout", 0.1),
        ("maxCalls", 1),
    ],
)
def test_theOutermostValuesCanBeUsed(key: str, value: Any) -> None:
    assert getattr(RoutedConfig(**{key: value}), key) == value


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({}, "aliases"),
        ({"aliases": ("",)}, "aliases"),
        ({"prefixes": ("",)}, "prefixes"),
        ({"networks": ("10.0.0.1/8",)}, "networks"),
        ({"aliases": ("anna",), "networks": ("here",)}, "networks"),
    ],
)
def test_aRuleIsAboutSomebody(values: dict[str, Any], key: str) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        RoutedRule(**values)


@pytest.mark.parametrize(
    "values", [{"aliases": ("anna",)}, {"prefixes": ("0",)}, {"networks": ("10.0.0.0/8", "::1")}]
)
def test_oneWayToNameThemIsEnough(values: dict[str, Any]) -> None:
    assert RoutedRule(**values).model.value == "routed"
