"""
Time that passes when it is told to, and does so quickly.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from operator import attrgetter

from twisted.internet.base import DelayedCall
from twisted.internet.task import Clock

__all__ = ["PromptClock", "VirtualClock"]

_TIME = attrgetter("time")


class VirtualClock(Clock):
    """
    Twisted's L{Clock}, which sorts all calls at each step, with calls that stay sorted: whole
    servers have many.
    """

    def callLater(
        self,
        delay: float,
        callable: Callable[..., object],  # noqa: A002  # as Twisted has it
        *args: object,
        **kw: object,
    ) -> DelayedCall:
        due = self.rightNow + delay
        call = DelayedCall(due, callable, args, kw, self.calls.remove, self._moved, self.seconds)
        insort(self.calls, call, key=_TIME)
        return call

    def _moved(self, call: DelayedCall) -> None:
        """
        A call is due earlier than it was.
        """
        self.calls.sort(key=_TIME)

    def nextDue(self) -> float | None:
        """
        When something is to be done next; C{None} if nothing is.
        """
        while self.calls and self.calls[0].delayed_time:  # it was put off
            call = self.calls.pop(0)
            call.activate_delay()
            insort(self.calls, call, key=_TIME)
        return self.calls[0].time if self.calls else None

    def advance(self, amount: float) -> None:
        self.rightNow += amount
        while (due := self.nextDue()) is not None and due <= self.rightNow:
            call = self.calls.pop(0)
            call.called = True
            call.func(*call.args, **call.kw)


class PromptClock(VirtualClock):
    """
    A clock that does at once what is due at once, where no reactor runs.
    """

    def callLater(
        self,
        delay: float,
        callable: Callable[..., object],  # noqa: A002  # as Twisted has it
        *args: object,
        **kw: object,
    ) -> DelayedCall:
        call = super().callLater(delay, callable, *args, **kw)
        if not delay:
            self.advance(0.0)
        return call
