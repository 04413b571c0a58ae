"""
When a thread is woken to obey commands: once what gave them is done.

Woken by the first of several, it would only fight with the reactor for the interpreter's lock, and
each of the two would wait for the other.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime

__all__ = ["WakeUpCall"]


class WakeUpCall:
    """
    Wakes somebody once for all that the reactor does in one turn.
    """

    def __init__(self, clock: IReactorTime, wake: Callable[[], None]) -> None:
        """
        @param clock: the reactor's.
        """
        self._clock = clock
        self._wake = wake
        self._isBooked = False

    def book(self) -> None:
        """
        There is something to wake for.
        """
        if not self._isBooked:
            self._isBooked = True
            self._clock.callLater(0.0, self._ring)

    def _ring(self) -> None:
        self._isBooked = False
        self._wake()
