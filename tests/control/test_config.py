"""
What the C{[control]} section may hold.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.control.config import ControlConfig


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("manholePort", 0),
        ("manholePort", 65536),
        ("manholePort", -1),
    ],
)
def test_aValueThatCannotBeUsedIsRefusedByItsName(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        ControlConfig(**{key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("manholePort", 1),
        ("manholePort", 65535),
    ],
)
def test_theOutermostValuesCanBeUsed(key: str, value: Any) -> None:
    assert getattr(ControlConfig(**{key: value}), key) == value
