"""
C{h323ctl council}: guardians called together, and who of them has come.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from h323d.cli.table import printable
from h323d.control.client import CommandFailed

__all__ = ["ALL", "CALL_TYPES", "addActions", "changes", "wordsOf"]

Row = dict[str, Any]  # Any: of JSON

ALL = "-"
CALL_TYPES = ("ROUTINE", "ESCALATE", "EMERGENCY")
LOOK = 1.0  # seconds between two looks
_DETAILS = ("came", "place", "attempts", "why", "refused", "legId")
_TOLD = {
    "convene": "make a room for a council, and call guardians into it",
    "show": "who of a council is there, was refused, waits or is absent",
    "dismiss": "end a council, and hang up on who is there",
}


def addActions(parser: argparse.ArgumentParser, common: Callable[..., None]) -> None:
    """
    @param common: adds the options of every command.
    """
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="verb")
    for name, what in _TOLD.items():
        action = actions.add_parser(name, help=what)
        common(action)
        action.set_defaults(callType=None, names=[], follow=False)
        action.add_argument("name", metavar="ROOM", help="its name, or an alias")
        if name == "convene":
            action.add_argument(
                *("--type",),
                dest="callType",
                choices=CALL_TYPES,
                help="as which every call there counts; ROUTINE, or as before",
            )
            action.add_argument(
                *("names",),
                metavar="TERMINAL_ID",
                nargs="*",
                help="of a guardian; all that are active",
            )
        if name == "show":
            action.add_argument(
                "--follow", action="store_true", help="go on with what changes, until it is over"
            )


def wordsOf(options: argparse.Namespace) -> list[str]:
    """
    The arguments of the command, in its order.
    """
    words = [options.name, options.verb]
    if options.names or options.callType:
        words.append(",".join(options.names) or ALL)
    return [*words, options.callType] if options.callType else words


def changes(
    look: Callable[[], Sequence[Row]], asJSON: bool, sleep: Callable[[float], None] = time.sleep
) -> Iterator[str]:
    """
    Where everybody is, and then what becomes of whom, until the council is over.

    @param look: asks for the rows.

    @return: lines, one for each row that is another than before.

    @raise CommandFailed: there is no council.
    """
    before: dict[str, Row] = {}
    while True:
        try:
            now = {_nameOf(row): row for row in look()}
        except CommandFailed:
            if not before:
                raise
            return
        gone = [{**row, "state": "left"} for name, row in before.items() if name not in now]
        for row in (*(each for name, each in now.items() if before.get(name) != each), *gone):
            yield json.dumps(row) if asJSON else _line(row)
        before = now
        sleep(LOOK)


def _nameOf(row: Row) -> str:
    """
    What a row has in common with the one that was shown before.
    """
    guardian: str = row["guardian"]
    return row["legId"] if row["state"] == "guest" else guardian


def _line(row: Row) -> str:
    said = [f"{row['state']:<8}", str(row["guardian"])]
    said += [f"{name} {row[name]}" for name in _DETAILS if row[name]]
    return printable("  ".join(said))
