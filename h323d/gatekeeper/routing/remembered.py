"""
Answers that are good for a while, so that each is asked for once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.call.lookups import LookupFailed

__all__ = ["Remembered"]

MAX_KEPT = 4096  # answers; the oldest goes first
MAX_ASKING = 1024  # questions under way; to one more, nobody knows the answer
FAILED_FOR = 5.0  # seconds in which who did not answer is not asked again
MAX_LIFETIME = 24 * 3600.0  # seconds

T = TypeVar("T")


class Remembered(Generic[T]):
    """
    A bounded memory of answers.
    """

    _log = Logger()

    def __init__(self, clock: IReactorTime, unknown: T) -> None:
        """
        @param unknown: the answer where there is none.
        """
        self._clock = clock
        self._unknown = unknown
        self._kept: OrderedDict[Hashable, tuple[float, T]] = OrderedDict()
        self._waiting: dict[Hashable, list[Deferred[T]]] = {}

    def __len__(self) -> int:
        return len(self._kept) + len(self._waiting)

    def get(self, key: Hashable, ask: Callable[[], Deferred[tuple[T, float]]]) -> Deferred[T]:
        """
        The answer to a question, from memory if it is there.

        @param key: names the question.
        @param ask: asks it; fires with the answer and the seconds that it is
            good for, or fails with L{LookupFailed}.
        """
        kept = self._kept.get(key)
        if kept is not None and kept[0] > self._clock.seconds():
            return succeed(kept[1])
        waiting = self._waiting.get(key)
        answer: Deferred[T] = Deferred()
        if waiting is not None:
            waiting.append(answer)
            return answer
        if len(self._waiting) >= MAX_ASKING:
            return succeed(self._unknown)
        self._waiting[key] = [answer]
        ask().addErrback(self._failed, key).addCallback(self._answered, key)
        return answer

    def _failed(self, failure: Failure, key: Hashable) -> tuple[T, float]:
        if failure.check(LookupFailed):
            self._log.info(
                "no answer to {question}: {reason}", question=key, reason=failure.getErrorMessage()
            )
        else:
            self._log.failure("cannot ask {question}", failure=failure, question=key)
        return self._unknown, FAILED_FOR

    def _answered(self, found: tuple[T, float], key: Hashable) -> None:
        answer, lifetime = found
        self._kept.pop(key, None)
        if lifetime > 0:
            if len(self._kept) >= MAX_KEPT:
                self._kept.popitem(last=False)
            self._kept[key] = (self._clock.seconds() + min(lifetime, MAX_LIFETIME), answer)
        for waiting in self._waiting.pop(key):
            waiting.callback(answer)
