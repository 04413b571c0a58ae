"""
What a server that is entered in turns asks, and is answered later: the DNS, the web, a disk.

Whoever is asked may die before it answers, or the one who asked; so each question stands in a table
until the answer enters, and is asked anew by whoever leads then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.lookups import (
    HostRecord,
    IFiles,
    INames,
    IWeb,
    PointerRecord,
    ServiceRecord,
)
from h323d.ha.doors import Doors, Kind
from h323d.ha.turns import Output, Turns

__all__ = ["Files", "Names", "Questions", "Web"]

P = ParamSpec("P")


class _Question:
    """
    One that has no answer yet.

    @ivar output: by which it is asked.
    """

    def __init__(self, output: Output) -> None:
        self.output = output
        self.answer: Deferred[Any] = Deferred()


class Questions:
    """
    All that have no answer yet.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._open: dict[int, _Question] = {}
        turns.receive(Kind.ANSWERED.value, self._answered)

    def ask(
        self,
        order: Callable[Concatenate[Doors, int, P], None],
        *arguments: P.args,
        **named: P.kwargs,
    ) -> Deferred[Any]:
        """
        @param order: of L{Doors}; it gets a number before the arguments.

        @return: fires with the answer; Any, as orders differ.
        """
        assert not named
        number = self._turns.number()
        output = Output(order.__name__, (number, *arguments))
        question = self._open[number] = _Question(output)
        self._turns.let(output)
        return question.answer

    def outstanding(self) -> tuple[Output, ...]:
        """
        What is to be asked anew where whoever was asked is gone.
        """
        return tuple(each.output for each in self._open.values())

    def defer(self, function: Callable[..., Any], *arguments: Any) -> Deferred[Any]:
        """
        As L{h323d.keeping.Defer}.
        """
        if isinstance(getattr(function, "__self__", None), Files):
            order = _ASIDE[function.__name__]
            return self.ask(order, *arguments)
        return self.ask(Doors.defer, function, arguments)

    def forget(self, number: int) -> None:
        """
        Whoever has asked is not to be answered.
        """
        self._open.pop(number, None)

    def _answered(self, number: int, answer: object) -> None:
        question = self._open.pop(number, None)
        if question is None:
            return  # it was asked twice, and has its answer
        if isinstance(answer, Exception):
            question.answer.errback(Failure(answer))
        else:
            question.answer.callback(answer)


@implementer(INames)
class Names:
    """
    The DNS.
    """

    def __init__(self, questions: Questions) -> None:
        self._questions = questions

    def services(self, name: str) -> Deferred[tuple[ServiceRecord, ...]]:
        return self._questions.ask(Doors.services, name)

    def pointers(self, name: str) -> Deferred[tuple[PointerRecord, ...]]:
        return self._questions.ask(Doors.pointers, name)

    def hosts(self, name: str) -> Deferred[tuple[HostRecord, ...]]:
        return self._questions.ask(Doors.hosts, name)


@implementer(IWeb)
class Web:
    """
    The web.
    """

    def __init__(self, questions: Questions) -> None:
        self._questions = questions

    def post(self, url: str, body: bytes, timeout: float, limit: int) -> Deferred[bytes]:
        return self._questions.ask(Doors.post, url, body, timeout, limit)


@implementer(IFiles)
class Files:
    """
    The files that a configuration names.

    Given to C{defer}, its methods are asked by name, and run where the world is.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def read(self, path: str) -> str:
        return self._turns.ask(Doors.read, path)

    def octets(self, path: str, limit: int) -> bytes:
        return self._turns.ask(Doors.octets, path, limit)


_ASIDE: dict[str, Callable[..., None]] = {
    "read": Doors.readAside,
    "octets": Doors.octetsAside,
}
