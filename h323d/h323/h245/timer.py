"""
The protocol timer of a signalling entity.

Each entity of H.245 has exactly one; this is what its core holds, so that
starting it twice or stopping it late can do no harm.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

__all__ = ["Timer"]


class Timer:
    """
    A timer that can be started, restarted and stopped in any order.
    """

    def __init__(self, clock: IReactorTime, seconds: float) -> None:
        """
        @param clock: what runs it.
        @param seconds: its usual length.
        """
        self._clock = clock
        self._seconds = seconds
        self._call: IDelayedCall | None = None

    def start(self, expired: Callable[[], None], seconds: float | None = None) -> None:
        """
        Begin anew; an earlier start is forgotten.

        @param expired: called when the time is over.
        @param seconds: another length, this once.
        """
        self.stop()
        length = self._seconds if seconds is None else seconds
        self._call = self._clock.callLater(length, expired)

    def stop(self) -> None:
        """
        Do not expire.
        """
        call, self._call = self._call, None
        if call is not None and call.active():
            call.cancel()
