"""
The table of commands: what arguments are, who may, and that all who go by it agree.
"""

from __future__ import annotations

import inspect
import re
import typing
from pathlib import Path
from typing import Any

import pytest

from h323d.cli.table import Table
from h323d.operation.commands import (
    COMMANDS,
    Argument,
    ArgumentKind,
    Column,
    Command,
    OperatorError,
    Role,
)
from h323d.operation.operator import Operator

PAGE = (Path(__file__).parents[2] / "docs/reference/h323ctl.rst").read_text()
SERVERS = PAGE.partition("Commands that ask a server\n")[2].partition("Commands that need no")[0]
DECLARED = {command.name: command for command in COMMANDS}
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


def named(command: Command) -> str:
    return command.name


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
        DECLARED["status"].named(["now"])
    with pytest.raises(OperatorError, match=r"^status does not take now; it takes nothing$"):
        DECLARED["status"].read({"now": "1"})


def test_whoeverMayAskMayAskWhatOthersMayDo() -> None:
    maintenance = DECLARED["maintenance"]
    assert maintenance.roleFor({}) is maintenance.roleFor({"action": "status"}) is Role.VIEWER
    assert maintenance.roleFor({"action": "on"}) is Role.OPERATOR
    assert COMMAND.roleFor({"name": "status"}) is Role.MODERATOR


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_theOperatorTakesWhatTheTableSays(command: Command) -> None:
    method = getattr(Operator, command.name)
    hints = typing.get_type_hints(method)
    parameters = list(inspect.signature(method).parameters.values())[1:]
    kinds = {str: ArgumentKind.TEXT, int: ArgumentKind.NUMBER}
    assert [
        (each.name, kinds[hints[each.name]], each.default is not each.empty) for each in parameters
    ] == [(each.name, each.kind, each.optional) for each in command.arguments]
    defaults = {each.name: each.default for each in parameters}
    for each in command.arguments:
        assert not each.asking or defaults[each.name] == each.asking


def test_theReferenceHasEveryCommandAsItIsCalled() -> None:
    told = re.findall(r"^``([^`]+)``$", SERVERS, re.MULTILINE)
    assert told == [command.usage for command in COMMANDS]


@pytest.mark.parametrize("role", Role, ids=lambda role: role.name.lower())
def test_theReferenceSaysWhoMayDoWhat(role: Role) -> None:
    (row,) = re.findall(rf"^{role.name.lower()}  +(.*(?:\n  +.*)*)", SERVERS, re.MULTILINE)
    may = [name for name in re.findall(r"``(\w+)", row) if name in DECLARED]
    assert sorted(set(may)) == sorted(each.name for each in COMMANDS if each.role is role)


@pytest.mark.parametrize("command", [each for each in COMMANDS if each.columns], ids=named)
def test_theFirstColumnsOfEveryTableHaveRoomInATerminal(command: Command) -> None:
    row = {column.name: "x" * 13 for column in command.columns}
    assert Table([row], command.columns, 80).hidden <= len(command.columns) - 4
