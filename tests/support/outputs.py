"""
The world of a server whose orders are only noted.
"""

from __future__ import annotations

from typing import Any

from h323d.ha.records import Record

__all__ = ["KeptLog", "NotedDoors"]


class KeptLog:
    """
    @ivar records: all of them.
    """

    def __init__(self) -> None:
        self.records: list[Record] = []

    def note(self, record: Record) -> None:
        self.records.append(record)


class NotedDoors:
    """
    @ivar now: seconds since 1970.
    @ivar answers: by question; an error is raised.
    @ivar done: orders, and what they were given.
    @ivar wakes: when something is due.
    """

    def __init__(self, **answers: object) -> None:
        self.now = 100.0
        self.answers = answers
        self.done: list[tuple[Any, ...]] = []
        self.wakes: list[float | None] = []

    def seconds(self) -> float:
        return self.now

    def wakeAt(self, due: float | None) -> None:
        self.wakes.append(due)

    def __getattr__(self, name: str) -> Any:  # Any: a question or an order
        if name in self.answers:
            return _Answering(self.answers[name])
        return _Noting(self.done, name)


class _Answering:
    def __init__(self, answer: object) -> None:
        self._answer = answer

    def __call__(self, *_: object) -> object:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


class _Noting:
    def __init__(self, done: list[tuple[Any, ...]], name: str) -> None:
        self._done = done
        self._name = name

    def __call__(self, *arguments: object) -> None:
        self._done.append((self._name, *arguments))
