"""
What the security section refuses, and where passwords come from.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.gatekeeper.security.config import PasswordEntry, Requirement, SecurityConfig

ANNA = PasswordEntry("anna", "secret")


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"timeWindow": -1.0}, "timeWindow"),
        ({"allow": ("somewhere",)}, "allow"),
        ({"deny": ("192.0.2.1/24",)}, "deny"),
        ({"rasRate": -1.0}, "rasRate"),
        ({"callBurst": 0}, "callBurst"),
        ({"passwords": (ANNA, PasswordEntry("bob", "x", names=("anna",)))}, "passwords"),
        ({"h2351": Requirement.REQUIRED}, "passwords"),
    ],
)
def test_aValueThatMeansNothing(values: dict[str, Any], key: str) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        SecurityConfig(**values)


@pytest.mark.parametrize("values", [{}, {"password": "a", "passwordFile": "b"}])
def test_oneOfPasswordAndFile(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^password: "):
        PasswordEntry("anna", **values)


def test_aNameHasALength() -> None:
    with pytest.raises(ValueError, match=r"^names: "):
        PasswordEntry("anna", "x", names=("",))
