"""
What the C{[conference]} section may hold.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.conference.config import ConferenceConfig, RoomConfig


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("maxRooms", 0),
        ("maxParticipants", 0),
        ("maxTotalParticipants", 0),
        ("menu", ("*1 dance",)),
        ("pinTries", 0),
        ("pinSeconds", 0.5),
        ("pinSeconds", 61.0),
        ("pinPause", -1.0),
        ("pinPause", 61.0),
        ("pinFailures", -1),
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
        ("menu", ()),
        ("pinTries", 1),
        ("pinSeconds", 1.0),
        ("pinSeconds", 60.0),
        ("pinPause", 0.0),
        ("pinPause", 60.0),
        ("pinFailures", 0),
        ("packetMs", 10),
        ("packetMs", 60),
        ("patterns", ("*x#",)),
    ],
)
def test_theOutermostValuesCanBeUsed(key: str, value: Any) -> None:
    assert getattr(ConferenceConfig(**{key: value}), key) == value


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({"pin": "123"}, "^pin: is neither 4 to 12 digits nor what h323ctl hash made$"),
        ({"moderatorPin": "12345x"}, "^moderatorPin: is neither "),
        ({"pin": "1234", "moderatorPin": "1234"}, "^moderatorPin: is the pin, too$"),
    ],
)
def test_aPinThatCannotBeUsedIsRefusedByItsKeyAndIsNotShown(
    keys: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        RoomConfig("council", **keys)
