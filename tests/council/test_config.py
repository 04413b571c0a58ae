"""
The configuration of councils.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.council.config import CouncilConfig


def test_byDefaultNobodyWaits() -> None:
    assert CouncilConfig().waiting == 0


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("maxCouncils", 0),
        ("maxParticipants", 0),
        ("maxSeconds", 0.0),
        ("maxSeconds", 86_401.0),
        ("ringSeconds", 0.5),
        ("redialSeconds", 3601.0),
        ("redials", -1),
        ("redials", 101),
        ("waiting", -1),
    ],
)
def test_aKeyThatCannotBeIsTold(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        CouncilConfig(**{key: value})
