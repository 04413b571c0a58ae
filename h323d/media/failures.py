"""
The fences of the media: what fails in a thread, or at an observer, is told in the log, and ends
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from twisted.logger import Logger
from twisted.python.failure import Failure

__all__ = ["RareFailures", "deliverAll"]

QUIET = 10.0  # seconds between two lines of the log about one thread

R = TypeVar("R")


def deliverAll(reports: Iterable[R], deliver: Callable[[R], None], log: Logger, whose: str) -> None:
    """
    Deliver each report; an observer that fails must not keep them from others.

    @param whose: the observers, as the log calls them.
    """
    for report in reports:
        try:
            deliver(report)
        except Exception:
            log.failure("{whose} failed", whose=whose)


class RareFailures:
    """
    Tells of the failures of one thread, but not a thousand times a second.
    """

    def __init__(self, log: Logger, what: str, callFromThread: Callable[..., Any]) -> None:
        """
        @param what: fails, as the log calls it.
        @param callFromThread: calls on the reactor's thread.
        """
        self._log = log
        self._what = what
        self._callFromThread = callFromThread
        self._count = 0
        self._quietUntil = 0.0

    def tell(self, now: float) -> None:
        """
        Something has failed, and is being handled.

        @param now: seconds of the thread's own clock.
        """
        self._count += 1
        if now < self._quietUntil:
            return
        self._quietUntil = now + QUIET
        self._callFromThread(
            self._log.failure,
            "{what} failed ({count} times)",
            Failure(),
            what=self._what,
            count=self._count,
        )
