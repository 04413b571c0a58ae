"""
C{h323ctl ha}: who follows a server; and, without one, what a flight recorder has kept, done once
more turn by turn.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from h323d.cli.table import printable
from h323d.control.client import CommandFailed

__all__ = ["Flight", "addActions", "linesOf"]

_TOLD = {
    "status": "whether another server follows, and how far it is",
    "switchover": "have the one that follows lead",
    "join": "have another follow, if none does",
}


def addActions(parser: argparse.ArgumentParser, common: Callable[..., None]) -> None:
    """
    @param common: adds the options of every command.
    """
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    for name, what in _TOLD.items():
        common(actions.add_parser(name, help=what))
    replay = actions.add_parser(
        "replay", help="do once more what was recorded, and tell the facts; needs no server"
    )
    common(replay)
    replay.add_argument(
        "file", metavar="FILE", type=Path, help="what ha.recorder names, or one file of it"
    )
    replay.add_argument("--until", metavar="TURN", type=int, help="and not what comes after it")
    replay.add_argument(
        *("--ask",),
        metavar="WORD",
        nargs="+",
        help="say what a command would have answered then, as in --ask calls, and nothing else",
    )


class Flight:
    """
    What was recorded.
    """

    def __init__(self, path: Path, until: int | None) -> None:
        """
        @param until: the last turn that is done.

        @raise CommandFailed: nothing can be read there.
        """
        from h323d.ha.recorder import begins, lastFlight, read
        from h323d.ha.records import BadRecord  # only now: it all takes a second to load

        import_module("h323d.service")  # a record is of what a server has loaded
        self._until = until
        try:
            recorded = read(lastFlight(path))
            first = next(recorded, None)
        except BadRecord as error:
            raise CommandFailed(str(error)) from None
        except OSError as error:
            raise CommandFailed(f"{path}: {error.strerror}") from error
        if first is None:
            raise CommandFailed(f"{path}: nothing is recorded there")
        self._recorded = itertools.chain((first,), recorded)
        self.isWhole = begins(first)

    def steps(self) -> Iterator[Any]:
        """
        Each turn (L{h323d.ha.replaying.Step}).

        @raise CommandFailed: something else came of one than then, or a record is none.
        """
        from h323d.ha.following import Diverged
        from h323d.ha.records import BadRecord
        from h323d.ha.replaying import readOnly, replay
        from h323d.ha.reports import described

        if self.isWhole:
            self._inside = _newInside()
            steps = replay(self._inside, self._recorded)
        else:
            steps = readOnly(self._recorded)
        try:
            for each in steps:
                if self._until is not None and each.turn > self._until:
                    return
                yield each
        except Diverged as error:
            told = "".join(f"\nit would do: {each}" for each in described(error.outputs))
            raise CommandFailed(f"it diverges here: {error}{told}") from None
        except BadRecord as error:
            raise CommandFailed(f"it ends here: {error}") from None

    def ask(self, words: Sequence[str]) -> Any:
        """
        What a command answers when all is done.  Any: as commands answer.

        @raise CommandFailed: it cannot be asked.
        """
        from h323d.ha.following import Diverged
        from h323d.operation.command import Role
        from h323d.operation.desk import Actor

        if not self.isWhole:
            raise CommandFailed("nothing can be asked where the beginning is not kept")
        for _ in self.steps():
            pass
        try:
            return self._inside.server.desk.ask(Actor("desk", Role.VIEWER), words[0], words[1:])
        except Diverged:
            raise CommandFailed(f"{words[0]} cannot be answered without a world") from None


def _newInside() -> Any:
    """
    A server that has not begun.  Any: it takes some seconds to load.
    """
    from h323d.dsp.provisions import provisions
    from h323d.house.inside import Inside

    return Inside(0.0, provisions())


def linesOf(step: Any, asJSON: bool, isWide: bool) -> Iterator[str]:
    """
    @param step: L{h323d.ha.replaying.Step}; Any, as it takes a second to load.
    @param isWide: whether it is told what left, too.
    """
    when = datetime.fromtimestamp(step.at, UTC).isoformat(timespec="milliseconds")
    if asJSON:
        told = {
            "turn": step.turn,
            "epoch": step.epoch,
            "at": step.at,
            "kind": step.kind,
            "entered": step.entered,
            "fate": step.fate,
            "facts": [str(each) for each in step.facts],
            "outputs": step.outputs,
        }
        yield json.dumps(told)
        return
    head = f"{step.turn:>7} {when.removesuffix('+00:00')} {step.kind} {step.entered}"
    yield printable(f"{head} {step.fate}".rstrip())
    for fact in step.facts:
        yield printable(f"        {fact}")
    if isWide:
        for each in step.outputs:
            yield printable(f"        > {each}")
