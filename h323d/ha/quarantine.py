"""
What a leader died of is not done again: whoever follows would die of it as well, and the next.

Each input is logged before it happens.  So where a leader crashed, or hung, with an input that was
logged and of which nothing more is known, it is that one; it is put aside, and one call is the
price: that datagram is dropped, that connection closed.  Of a leader that was killed by others the
input is no fault, and happens.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from h323d.events.bus import EventBus
from h323d.events.following import InputQuarantined
from h323d.ha import records
from h323d.ha.doors import Doors, Kind
from h323d.ha.following import Following
from h323d.ha.questions import Questions
from h323d.ha.records import InputRecord
from h323d.ha.streams import Lines
from h323d.ha.turns import Turns
from h323d.ha.watch import Death

__all__ = ["KEPT", "Quarantine", "Shelf", "connectionOf", "poisonOf"]

KEPT = 32  # inputs that are kept for whoever looks into it
_OF_CONNECTIONS = frozenset((Kind.OPENED.value, Kind.RECEIVED.value, Kind.CLOSED.value))
_SUFFIX = ".h3log"


def poisonOf(following: Following, death: Death) -> InputRecord | None:
    """
    The input that a leader died of; C{None} if it did not die of one.
    """
    return following.begun if death in (Death.CRASHED, Death.HUNG) else None


def connectionOf(kind: str, arguments: tuple[Any, ...]) -> int | None:
    """
    The number of the connection by which an input has come; C{None} if by none that is open.
    """
    return arguments[0] if kind in _OF_CONNECTIONS else None


class Quarantine:
    """
    Does, in a turn of its own, what there is to be done instead of an input that is put aside.
    """

    def __init__(self, turns: Turns, lines: Lines, questions: Questions, events: EventBus) -> None:
        self._turns = turns
        self._lines = lines
        self._questions = questions
        self._events = events
        turns.receive(Kind.QUARANTINED.value, self._putAside)

    def _putAside(self, turn: int, kind: str, arguments: tuple[Any, ...], why: Death) -> None:
        source = self._sourceOf(kind, arguments)
        octets = sum(len(each) for each in arguments if isinstance(each, bytes))
        now = self._turns.seconds()
        self._events.publish(InputQuarantined(now, turn, kind, why.value, source, octets))
        connection = connectionOf(kind, arguments)
        if connection is not None:
            self._lines.cutOff(connection, isGone=kind == Kind.CLOSED.value)
        elif kind == Kind.ACCEPTED.value:
            self._turns.emit(Doors.refuse, arguments[1])
        elif kind == Kind.ANSWERED.value:
            self._questions.forget(arguments[0])
        elif kind == Kind.TICK.value:
            self._turns.giveUp()

    def _sourceOf(self, kind: str, arguments: tuple[Any, ...]) -> str:
        if kind in (Kind.DATAGRAM.value, Kind.ACCEPTED.value):
            return str(arguments[2])
        line = self._lines.open.get(connectionOf(kind, arguments) or 0)
        return "" if line is None else str(line.peer)


class Shelf:
    """
    Keeps inputs that were put aside, for whoever looks into it: a file each, which only its owner
    may read, as it holds what a peer has said.
    """

    def __init__(self, directory: Path) -> None:
        """
        @param directory: made when it is needed.
        """
        self._directory = directory

    def keep(self, record: InputRecord) -> Path:
        """
        Write it down, and throw away the oldest of too many.  This waits for a disk.

        @return: the file.

        @raise OSError: the disk does not take it.
        """
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._directory / f"{record.epoch:06}-{record.turn:012}{_SUFFIX}"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(records.encode(record))
        for each in sorted(self._directory.glob(f"*{_SUFFIX}"))[:-KEPT]:
            each.unlink(missing_ok=True)
        return path
