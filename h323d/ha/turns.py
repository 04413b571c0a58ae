"""
Turns: one input at a time, each of which happens wholly, at one time, before what comes of it
leaves.

A server that is entered in turns alone is a function of its inputs, and of what the world answers
meanwhile.  So one that is given the same does the same: it follows, and can lead when it must.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from twisted.internet.error import AlreadyCalled, AlreadyCancelled
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from zope.interface import implementer

from h323d.ha.doors import Doors, Kind
from h323d.telling.primitives import summed

__all__ = ["Happened", "Later", "Output", "Turns", "World"]

P = ParamSpec("P")
T = TypeVar("T")

Receiver = Callable[..., Any]
"""
Takes the arguments of an input.  Any: what it returns is for whoever had it enter.
"""


@dataclass(frozen=True, slots=True)
class Output:
    """
    What is to leave, and with what: an order of L{Doors}, by its name.
    """

    order: str
    arguments: tuple[Any, ...]  # Any: as each order has it


@dataclass(frozen=True, slots=True)
class Happened:
    """
    What came of an input.

    @ivar sum: of what is to leave, and of the error.
    @ivar error: what it was refused with.
    """

    result: Any  # Any: as each input has it
    error: Exception | None
    outputs: tuple[Output, ...]
    sum: int


class World(Protocol):
    """
    Who answers a question at once: the doors where a server leads, a record where it follows.
    """

    def answer(self, question: str, arguments: tuple[Any, ...]) -> Any:
        """The answer; may raise what the world would."""


@implementer(IDelayedCall)
class Later:
    """
    What is to be done later.
    """

    def __init__(
        self,
        turns: Turns,
        due: float,
        function: Callable[..., object],
        arguments: tuple[Any, ...],
        named: dict[str, Any],
    ) -> None:
        self._turns = turns
        self._function, self._arguments, self._named = function, arguments, named
        self._fate: type[Exception] | None = None  # what is raised for it, once it is over
        self.due = due

    def __repr__(self) -> str:
        return f"<{getattr(self._function, '__qualname__', self._function)} at {self.due}>"

    def getTime(self) -> float:
        return self.due

    def active(self) -> bool:
        return self._fate is None

    def cancel(self) -> None:
        self._check()
        self._fate = AlreadyCancelled

    def delay(self, secondsLater: float) -> None:
        self._check()
        self._put(self.due + secondsLater)

    def reset(self, secondsFromNow: float) -> None:
        self._check()
        self._put(self._turns.seconds() + secondsFromNow)

    def run(self) -> None:
        """
        It is due.
        """
        self._fate = AlreadyCalled
        self._function(*self._arguments, **self._named)

    def _check(self) -> None:
        if self._fate is not None:
            raise self._fate

    def _put(self, due: float) -> None:
        self.due = due
        self._turns.put(self)


@implementer(IReactorTime)
class Turns:
    """
    The clock of one server, and all that enters it.

    Time stands still within a turn.  What is due at the same time is done in the order in which it
    was begun.

    @ivar world: who answers; C{None} while nobody does.
    @ivar isRunning: whether an input is happening.
    """

    def __init__(self, now: float) -> None:
        """
        @param now: seconds since 1970.
        """
        self.world: World | None = None
        self.isRunning = False
        self._now = now
        self._receivers: dict[str, Receiver] = {Kind.TICK.value: self._tick}
        self._heap: list[tuple[float, int, Later]] = []
        self._begun = 0
        self._numbers = 0
        self._outputs: list[Output] = []

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "world": None}

    # The clock.

    def seconds(self) -> float:
        return self._now

    def callLater(
        self,
        delay: float,
        callable: Callable[..., Any],  # noqa: A002 - as IReactorTime names it
        *arguments: object,
        **named: object,
    ) -> Later:
        later = Later(self, self._now + max(0.0, delay), callable, arguments, named)
        self.put(later)
        return later

    def put(self, later: Later) -> None:
        """
        Do it when it is due.
        """
        self._begun += 1
        heapq.heappush(self._heap, (later.due, self._begun, later))

    def getDelayedCalls(self) -> list[Later]:
        return [each for due, _, each in sorted(self._heap) if _isMeant(due, each)]

    def due(self) -> float | None:
        """
        When something is to be done next; C{None} if nothing is.
        """
        while self._heap and not _isMeant(self._heap[0][0], self._heap[0][2]):
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def giveUp(self) -> None:
        """
        Do not do what is due first.
        """
        if self.due() is not None:
            heapq.heappop(self._heap)[2].cancel()

    def _tick(self) -> None:
        while (due := self.due()) is not None and due <= self._now:
            heapq.heappop(self._heap)[2].run()

    # What enters.

    def receive(self, kind: str, receiver: Receiver) -> None:
        """
        Say where inputs of one kind go.
        """
        self._receivers[kind] = receiver

    def run(self, at: float, kind: str, arguments: tuple[Any, ...]) -> Happened:
        """
        Let an input happen.

        @param at: seconds since 1970; time never goes back, whatever clock it was read from.
        """
        self._now = max(self._now, at)
        result, error = None, None
        self.isRunning = True
        try:
            result = self._receivers[kind](*arguments)
        except Exception as raised:  # which is for whoever had it enter
            error = raised
        finally:
            self.isRunning = False
        outputs, self._outputs = tuple(self._outputs), []
        return Happened(result, error, outputs, _sumOf(outputs, error))

    # What leaves.

    def number(self) -> int:
        """
        One that nothing had before.
        """
        self._numbers += 1
        return self._numbers

    def ask(
        self,
        question: Callable[Concatenate[Doors, P], T],
        *arguments: P.args,
        **named: P.kwargs,
    ) -> T:
        """
        Have a question of L{Doors} answered, at once.
        """
        assert self.world is not None, "nobody answers"
        assert not named
        answer: T = self.world.answer(question.__name__, arguments)
        return answer

    def emit(
        self,
        order: Callable[Concatenate[Doors, P], None],
        *arguments: P.args,
        **named: P.kwargs,
    ) -> None:
        """
        Let an order of L{Doors} leave, after this turn.
        """
        assert not named
        self.let(Output(order.__name__, arguments))

    def let(self, output: Output) -> None:
        """
        Let something leave, after this turn.
        """
        self._outputs.append(output)


def _isMeant(due: float, later: Later) -> bool:
    """
    Whether it is to be done then, and was not put elsewhere.
    """
    return later.active() and later.due == due


def _sumOf(outputs: tuple[Output, ...], error: Exception | None) -> int:
    total = 0
    for each in outputs:
        total = summed((each.order, each.arguments), total)
    return total if error is None else summed(type(error), total)
