"""
A protocol timer, as the standards draw them: started, restarted and stopped.

Whatever has one need not know whether it runs: starting it twice or stopping it
late does no harm.  How long it runs is said by the constant, T103 or Timer B,
that it is started with.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

__all__ = ["Timer"]


class Timer:
    """
    One timer of one owner.
    """

    __slots__ = ("_call", "_clock")

    def __init__(self, clock: IReactorTime) -> None:
        """
        @param clock: what runs it.
        """
        self._clock = clock
        self._call: IDelayedCall | None = None

    @property
    def running(self) -> bool:
        """
        Whether it is going to expire.
        """
        return self._call is not None and self._call.active()

    def start(self, seconds: float, expired: Callable[..., None], *arguments: object) -> None:
        """
        Begin anew; an earlier start is forgotten.

        @param expired: called when the time is over, with C{arguments}.
        """
        self.stop()
        self._call = self._clock.callLater(seconds, expired, *arguments)

    def stop(self) -> None:
        """
        Do not expire.
        """
        call, self._call = self._call, None
        if call is not None and call.active():
            call.cancel()
