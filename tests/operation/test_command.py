"""
What arguments are, and who may.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.operation.command import Argument, ArgumentKind, Column, Command, OperatorError, Role

COMMAND = Command(
    "try",
    Role.MODERATOR,
    "for the tests",
    (
        Argument("name", "NAME", "any text"),
        Argument("limit", "LIMIT", "any number", ArgumentKind.NUMBER, optional=True),
        Argument("side", "SIDE", "a choice", optional=True, choices=("here", "there")),
    ),
    (Column("name"),),
)


STATUS = Command("status", Role.VIEWER, "no arguments")
MAINTENANCE = Command(
    "maintenance",
    Role.OPERATOR,
    "whoever asks may be anybody",
    (
        Argument(
            "action", "ACTION", "a choice", optional=True, choices=("on", "status"), asking="status"
        ),
    ),
)


def test_argumentsAreGivenInTheirOrder() -> None:
    assert COMMAND.named(["a", "1"]) == {"name": "a", "limit": "1"}
    assert COMMAND.usage == "try NAME [LIMIT [here|there]]"


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ({"name": "a"}, {"name": "a"}),
        ({"name": "", "limit": "010"}, {"name": "", "limit": 10}),
        ({"limit": 5, "name": "a", "side": "there"}, {"limit": 5, "name": "a", "side": "there"}),
        ({"name": "a", "limit": "9" * 9}, {"name": "a", "limit": 999999999}),
    ],
)
def test_argumentsAreUnderstoodByTheirKinds(given: dict[str, Any], values: dict[str, Any]) -> None:
    assert COMMAND.read(given) == values


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "try needs NAME: try NAME [LIMIT [here|there]]"),
        ({"name": "a", "limits": 5}, "try does not take limits; it takes name, limit, side"),
        ({"name": 5}, "NAME is a text, not 5"),
        ({"name": None}, "NAME is a text, not None"),
        ({"name": "a", "side": "now"}, "SIDE is one of here, there, not now"),
        ({"name": "a", "side": ["here"]}, "SIDE is one of here, there, not ['here']"),
        *(
            ({"name": "a", "limit": limit}, f"LIMIT is a number of up to 9 digits, not {limit}")
            for limit in ("", "-1", -1, 1.5, True, "many", "\u0663", "9" * 10, 10**9, ["1"], None)
        ),
    ],
)
def test_anArgumentThatIsWrongIsNamed(given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(OperatorError) as caught:
        COMMAND.read(given)
    assert str(caught.value) == complaint


def test_anArgumentTooManyIsNamed() -> None:
    with pytest.raises(OperatorError, match=r"^status does not take now: status$"):
        STATUS.named(["now"])
    with pytest.raises(OperatorError, match=r"^status does not take now; it takes nothing$"):
        STATUS.read({"now": "1"})


def test_whoeverMayAskMayAskWhatOthersMayDo() -> None:
    assert MAINTENANCE.roleFor({}) is MAINTENANCE.roleFor({"action": "status"}) is Role.VIEWER
    assert MAINTENANCE.roleFor({"action": "on"}) is Role.OPERATOR
    assert COMMAND.roleFor({"name": "status"}) is Role.MODERATOR
