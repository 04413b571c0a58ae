"""
What the C{[conference]} section may hold.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.conference.config import ConferenceConfig


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("maxRooms", 0),
        ("maxParticipants", 0),
        ("maxTotalParticipants", 0),
        ("packetMs", 0),
        ("packetMs", 25),
        ("packetMs", 70),
        ("patterns", ("",)),
        ("patterns", ("8xxxx", "8y")),
    ],
)
def test_aValueThatCannotBeUsedIsRefusedByItsName(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        ConferenceConfig(**{key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("maxRooms", 1),
        ("maxParticipants", 1),
        ("maxTotalParticipants", 1),
        ("packetMs", 10),
        ("packetMs", 60),
        ("patterns", ("*x#",)),
    ],
)
def test_theOutermostValuesCanBeUsed(key: str, value: Any) -> None:
    assert getattr(ConferenceConfig(**{key: value}), key) == value
