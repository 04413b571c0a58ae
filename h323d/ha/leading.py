"""
The server that leads: what enters is logged before it happens, and what comes of it leaves once it
is logged that it has happened.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Protocol

from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.errors import H323dError
from h323d.ha.doors import Doors
from h323d.ha.records import Answer, DoneRecord, HeartbeatRecord, InputRecord, Record
from h323d.ha.turns import Happened, Output, Turns

__all__ = ["RECENT", "Leading", "Log", "NoLog"]

RECENT = 256  # turns of which it is remembered what left, should a follower do something else


class Log(Protocol):
    """
    Where records go.
    """

    def note(self, record: Record) -> None:
        """It is kept, or on its way, once this returns."""


class NoLog:
    """
    Nobody follows.
    """

    def note(self, record: Record) -> None:
        """
        Forget it.
        """


class Leading:
    """
    Has inputs happen, one after the other.

    Where memory runs out meanwhile, that is logged as a failure before the turn's end is: nobody
    knows what of it has happened, and whoever leads may want to end, and have another do it wholly.

    @ivar turn: the last that has begun.
    @ivar epoch: one more since each take-over.
    """

    _failures = Logger()

    def __init__(self, turns: Turns, doors: Doors, log: Log, turn: int = 0, epoch: int = 0) -> None:
        """
        @param turn: the last that has happened.
        """
        self._turns = turns
        self._doors = doors
        self._log = log
        self._answers: list[Answer] = []
        self._recent: deque[tuple[int, tuple[Output, ...]]] = deque(maxlen=RECENT)
        self._isBusy = False
        self._waiting: deque[tuple[str, tuple[Any, ...]]] = deque()
        self.turn = turn
        self.epoch = epoch
        turns.world = self

    def enter(self, kind: str, *arguments: Any) -> Any:
        """
        Let an input happen, now; or, if one is happening, as soon as that one has, and what comes
        of it has left.

        @return: what its receiver returns; C{None} if it has to wait.
        """
        if self._isBusy:
            self._waiting.append((kind, arguments))
            return None
        happened = self._turn(kind, arguments)
        while self._waiting:
            following = self._turn(*self._waiting.popleft())
            if following.error is not None:
                raise following.error
        if happened.error is not None:
            raise happened.error
        return happened.result

    @property
    def done(self) -> int:
        """
        The last turn that has happened.
        """
        return self.turn - self._isBusy

    def outputsOf(self, turn: int) -> tuple[Output, ...]:
        """
        What has left in a turn, or was to; nothing, if that is too long ago.
        """
        return dict(self._recent).get(turn, ())

    def beat(self) -> None:
        """
        Say how far it is.
        """
        if not self._isBusy:
            self._log.note(HeartbeatRecord(self.turn, self._doors.seconds(), self.epoch))

    def _turn(self, kind: str, arguments: tuple[Any, ...]) -> Happened:
        self._isBusy = True
        try:
            at = max(self._turns.seconds(), self._doors.seconds())
            self.turn += 1
            self._log.note(InputRecord(self.turn, at, kind, arguments, self.epoch))
            happened = self._turns.run(at, kind, arguments)
            self.finish(happened)
        except MemoryError:
            self._failures.failure("there was no memory for turn {turn}", turn=self.turn)
            raise
        finally:
            self._isBusy = False
        return happened

    def finish(self, happened: Happened) -> None:
        """
        Let what came of a turn leave.
        """
        if isinstance(happened.error, MemoryError):
            told = "there was no memory in turn {turn}"
            self._failures.failure(told, Failure(happened.error), turn=self.turn)
        answers, self._answers = tuple(self._answers), []
        self._recent.append((self.turn, happened.outputs))
        self._log.note(DoneRecord(self.turn, answers, happened.sum, self.epoch))
        for each in happened.outputs:
            self._carryOut(each)
        self._doors.wakeAt(self._turns.due())

    def _carryOut(self, output: Output) -> None:
        try:
            getattr(self._doors, output.order)(*output.arguments)
        except Exception:  # the fence: what else was to leave leaves
            self._failures.failure("{order} failed: our own fault", order=output.order)

    def answer(self, question: str, arguments: tuple[Any, ...]) -> Any:
        """
        Ask the world, as L{h323d.ha.turns.World} has it.
        """
        given: Any
        try:
            given = getattr(self._doors, question)(*arguments)
        except (H323dError, OSError, ValueError) as error:
            given = error
        answer = Answer(question, given)
        self._answers.append(answer)
        return answer.given()
