"""
What was recorded is done once more, at a desk: turn by turn, in the time of then, and with no way
to the world.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from h323d.events.bus import EventBus, Fact
from h323d.ha.following import Following
from h323d.ha.records import DoneRecord, InputRecord, QuarantinedRecord, Record
from h323d.ha.reports import described
from h323d.ha.turns import Output, Turns

__all__ = ["IsFollowing", "Step", "readOnly", "replay"]


class IsFollowing(Protocol):
    """
    A server that has not begun, and does what it is told.
    """

    @property
    def turns(self) -> Turns:
        """By which it is entered."""

    @property
    def events(self) -> EventBus:
        """That its facts go by."""


@dataclass(frozen=True, slots=True)
class Step:
    """
    A turn, and what came of it.

    @ivar at: seconds since 1970.
    @ivar entered: what its input was about, as L{described}.
    @ivar facts: those that were told in it.
    @ivar outputs: what left; empty if that is not known.
    @ivar fate: what became of the input, where it did not happen: C{"put aside"}, or
        C{"not finished"}.
    """

    turn: int
    epoch: int
    at: float
    kind: str
    entered: str
    facts: tuple[Fact, ...] = ()
    outputs: tuple[str, ...] = ()
    fate: str = ""


@dataclass(slots=True)
class _Gathering:
    """
    The facts of a turn.
    """

    facts: list[Fact] = field(default_factory=list)

    def take(self) -> tuple[Fact, ...]:
        taken, self.facts = tuple(self.facts), []
        return taken

    def note(self, fact: Fact) -> None:
        self.facts.append(fact)


def replay(server: IsFollowing, recorded: Iterable[Record]) -> Iterator[Step]:
    """
    @param recorded: from the beginning of a server on.

    @return: a step for each turn.

    @raise h323d.ha.records.BadRecord: a record is missing, or is none.
    @raise h323d.ha.following.Diverged: something else came of a turn than then: this is another
        version of the server, or it has a fault.
    """
    gathering = _Gathering()
    server.events.subscribe(Fact, gathering.note)
    following = Following(server.turns)
    begun: InputRecord | None = None
    for record in recorded:
        following.take(record)
        if isinstance(record, InputRecord):
            begun = record
        elif begun is not None and isinstance(record, DoneRecord):
            outputs = () if following.last is None else following.last.outputs
            yield _step(begun, gathering.take(), outputs)
            begun = None
        elif begun is not None and isinstance(record, QuarantinedRecord):
            yield _step(begun, fate="put aside")
            begun = None
    if begun is not None:
        yield _step(begun, fate="not finished")


def readOnly(recorded: Iterable[Record]) -> Iterator[Step]:
    """
    The turns of what has lost its beginning: what entered, and when.
    """
    for record in recorded:
        if isinstance(record, InputRecord):
            yield _step(record)


def _step(
    begun: InputRecord,
    facts: tuple[Fact, ...] = (),
    outputs: tuple[Output, ...] = (),
    fate: str = "",
) -> Step:
    (entered,) = described([Output(begun.kind, begun.arguments)])
    entered = entered.removeprefix(begun.kind).strip()
    return Step(
        begun.turn, begun.epoch, begun.at, begun.kind, entered, facts, described(outputs), fate
    )
