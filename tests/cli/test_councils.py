"""
C{h323ctl council}.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

import pytest

from h323d.cli.councils import CALL_TYPES, addActions, changes, wordsOf
from h323d.control.client import CommandFailed
from h323d.operation.commands import COMMANDS

ANNA, BERT = "if://guardian/anna", "if://guardian/bert"


def nothingMore(parser: argparse.ArgumentParser) -> None:
    """
    No options that all commands have.
    """


def words(*arguments: str) -> list[str]:
    parser = argparse.ArgumentParser()
    addActions(parser, nothingMore)
    return wordsOf(parser.parse_args(arguments))


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("convene 80001", "80001 convene"),
        ("convene --type ESCALATE 80001", "80001 convene - ESCALATE"),
        (f"convene 80001 {ANNA} {BERT}", f"80001 convene {ANNA},{BERT}"),
        (f"convene 80001 {ANNA} --type ROUTINE", f"80001 convene {ANNA} ROUTINE"),
        ("show 80001", "80001 show"),
        ("dismiss 80001", "80001 dismiss"),
    ],
)
def test_theVerbComesFirstWhereItIsTyped(typed: str, asked: str) -> None:
    assert words(*typed.split()) == asked.split()
    (command,) = (each for each in COMMANDS if each.name == "council")
    command.read(command.named(asked.split()))


def test_theTypesAreThoseOfTheCommand() -> None:
    (command,) = (each for each in COMMANDS if each.name == "council")
    assert command.arguments[-1].choices == CALL_TYPES


def row(guardian: str, state: str, **more: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("came", "why", "refused", "place", "legId"))
    return {"guardian": guardian, "state": state, "attempts": 0, **nothing, **more}


class Looks:
    """
    Has some answers, and then none.
    """

    def __init__(self, *answers: list[dict[str, Any]]) -> None:
        self._answers: Iterator[list[dict[str, Any]]] = iter(answers)
        self.pauses: list[float] = []

    def __call__(self) -> list[dict[str, Any]]:
        for answer in self._answers:
            return answer
        raise CommandFailed("no council meets in 80001")


def lines(*answers: list[dict[str, Any]], asJSON: bool = False) -> list[str]:
    looks = Looks(*answers)
    return list(changes(looks, asJSON, looks.pauses.append))


def test_whatChangesIsTold() -> None:
    calling, present = row(ANNA, "calling", attempts=1), row(ANNA, "present", came="called")
    absent = row(BERT, "absent", why="notRegistered")
    assert lines([calling, absent], [calling, absent], [present, absent]) == [
        f"calling   {ANNA}  attempts 1",
        f"absent    {BERT}  why notRegistered",
        f"present   {ANNA}  came called",
    ]


def test_guestsComeAndGo() -> None:
    guest = row("-", "guest", legId="l1")
    assert lines([row(ANNA, "present"), guest], [row(ANNA, "present")])[1:] == [
        "guest     -  legId l1",
        "left      -  legId l1",
    ]


def test_itCanBeReadByPrograms() -> None:
    (line,) = lines([row(ANNA, "present")], asJSON=True)
    assert json.loads(line)["guardian"] == ANNA


def test_whereThereIsNoneThatIsSaid() -> None:
    with pytest.raises(CommandFailed, match="no council meets"):
        lines()
