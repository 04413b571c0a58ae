"""
The server that follows: it does again what another logs, and nothing of it leaves.

What is to leave is summed, and compared: who does something else than its leader is no copy of it,
and says in which turn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from h323d.errors import H323dError
from h323d.ha.records import Answer, DoneRecord, InputRecord, QuarantinedRecord, Record, Succession
from h323d.ha.turns import Happened, Output, Turns

__all__ = ["Diverged", "Following"]


class Diverged(H323dError):
    """
    A follower does something else than its leader.

    @ivar turn: the first turn in which it did.
    @ivar outputs: what the follower would have sent.
    """

    def __init__(self, turn: int, reason: str, outputs: Sequence[Output] = ()) -> None:
        super().__init__(turn, reason, outputs)
        self.turn = turn
        self.reason = reason
        self.outputs = tuple(outputs)

    def __str__(self) -> str:
        return f"turn {self.turn}: {self.reason}"


class Following:
    """
    Takes the records of a leader.

    @ivar logged: the input that was logged last.
    @ivar begun: the input that was logged last, while it is not known what came of it.
    @ivar last: what came of the last turn, and would have left.
    """

    def __init__(self, turns: Turns, turn: int = 0, epoch: int = 0) -> None:
        """
        @param turn: the last that has happened.
        @param epoch: in which it has.
        """
        self._turns = turns
        self._succession = Succession(turn, epoch)
        self._answers: deque[Answer] = deque()
        self._diverged: Diverged | None = None
        self.logged: InputRecord | None = None
        self.begun: InputRecord | None = None
        self.last: Happened | None = None
        turns.world = self

    @property
    def turn(self) -> int:
        """
        The last that has begun.
        """
        return self._succession.turn

    @property
    def epoch(self) -> int:
        """
        Of whoever leads.
        """
        return self._succession.epoch

    def take(self, record: Record) -> None:
        """
        A record came.

        @raise BadRecord: it is not the next.
        @raise Diverged: what is done here is not what was done there.
        """
        self._succession.take(record)
        if isinstance(record, InputRecord):
            self.logged = self.begun = record
        elif isinstance(record, DoneRecord) and self.begun is not None:
            begun, self.begun = self.begun, None
            self._do(begun, record)
        elif isinstance(record, QuarantinedRecord):
            self.begun = self.last = None

    def _do(self, begun: InputRecord, done: DoneRecord) -> None:
        self._answers.extend(done.answers)
        happened = self._turns.run(begun.at, begun.kind, begun.arguments)
        left = [each.question for each in self._answers]
        self._answers.clear()
        if isinstance(happened.result, Deferred):
            happened.result.addErrback(_hearNothing)
        if self._diverged is not None:
            raise self._diverged
        if left:
            raise Diverged(begun.turn, f"never asked: {', '.join(left)}", happened.outputs)
        if happened.sum != done.sum:
            raise Diverged(begun.turn, f"{begun.kind}: other things leave", happened.outputs)
        self.last = happened

    def answer(self, question: str, arguments: tuple[Any, ...]) -> Any:
        """
        Answer as the leader was answered (L{h323d.ha.turns.World}).
        """
        if not self._answers or self._answers[0].question != question:
            self._diverged = Diverged(self.turn, f"asks another question: {question}{arguments}")
            raise self._diverged  # which a fence of the server may swallow
        return self._answers.popleft().given()


def _hearNothing(failure: Failure) -> None:
    """
    Whoever had the input enter is told by the leader.
    """
