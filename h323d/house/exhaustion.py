"""
Memory that has run out, wherever that was.

A fence catches a C{MemoryError} like any other error, and goes on; but of a turn that was stopped
at any place nobody knows what of it has happened.  Whoever follows has done all of it, and would be
taken for the one that does something else.  So the log is listened to, in which every fence says
what it has caught.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.logger import ILogObserver, LogEvent
from zope.interface import implementer

__all__ = ["Exhaustion"]


@implementer(ILogObserver)
class Exhaustion:
    """
    Tells as soon as it is logged that there was no memory.
    """

    def __init__(self, ranOut: Callable[[], None]) -> None:
        """
        @param ranOut: called amid whatever there was none for; it may end this process.
        """
        self._ranOut = ranOut

    def __call__(self, event: LogEvent) -> None:
        failure = event.get("log_failure")
        if failure is not None and failure.check(MemoryError):
            self._ranOut()
