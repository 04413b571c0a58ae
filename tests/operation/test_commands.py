"""
The table of commands: that all who go by it agree.
"""

from __future__ import annotations

import inspect
import re
import typing
from pathlib import Path

import pytest

from h323d.call.wire import WireProtocol
from h323d.cli.table import Table
from h323d.operation.command import ArgumentKind, Command, Role
from h323d.operation.commands import COMMANDS
from h323d.operation.operator import Operator

PAGE = (Path(__file__).parents[2] / "docs/reference/h323ctl.rst").read_text()
SERVERS = PAGE.partition("Commands that ask a server\n")[2].partition("Commands that need no")[0]
DECLARED = {command.name: command for command in COMMANDS}


def named(command: Command) -> str:
    return command.name


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_theOperatorTakesWhatTheTableSays(command: Command) -> None:
    method = getattr(Operator, command.name)
    hints = typing.get_type_hints(method)
    parameters = list(inspect.signature(method).parameters.values())[1:]
    kinds = {str: ArgumentKind.TEXT, int: ArgumentKind.NUMBER}
    assert [
        (each.name, kinds[hints[each.name]], each.default is not each.empty) for each in parameters
    ] == [
        *((each.name, each.kind, each.optional) for each in command.arguments),
        *([("by", ArgumentKind.TEXT, True)] if command.isSigned else ()),
    ]
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


def test_theProtocolsOfTheWireAreThoseThatAreNoted() -> None:
    (protocol,) = (each for each in DECLARED["wire"].arguments if each.name == "protocol")
    assert set(protocol.choices) == {"all", *(each.value for each in WireProtocol)}
