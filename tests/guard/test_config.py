"""
The configuration of the guard.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.guard.config import GuardConfig


def test_byDefaultThereIsNone() -> None:
    assert GuardConfig().registry == ""


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"registry": "r.yaml"}, "name"),
        ({"registry": "r.yaml", "name": "x" * 129}, "name"),
        ({"checkInterval": -1.0}, "checkInterval"),
        ({"checkInterval": 3601.0}, "checkInterval"),
        ({"pool": -1}, "pool"),
        ({"sipCaller": -1}, "sipCaller"),
        ({"emergency": -1}, "emergency"),
        ({"unsaid": -1}, "unsaid"),
        ({"policies": ("a", "b", "a")}, "policies"),
        ({"policies": ("a",), "shadow": ("b", "a")}, "shadow"),
        ({"shadow": ("a", "a")}, "shadow"),
    ],
)
def test_aKeyThatCannotBeIsTold(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}: "):
        GuardConfig(**keys)
