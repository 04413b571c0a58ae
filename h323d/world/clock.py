"""
The time, and being woken at one.
"""

from __future__ import annotations

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from h323d.ha.doors import Kind
from h323d.world.arrivals import Arrivals

__all__ = ["Clock"]


class Clock:
    """
    The reactor's.
    """

    def __init__(self, reactor: IReactorTime, arrivals: Arrivals) -> None:
        self._reactor = reactor
        self._arrivals = arrivals
        self._wake: IDelayedCall | None = None

    def seconds(self) -> float:
        """
        As L{h323d.ha.doors.Doors}.
        """
        return float(self._reactor.seconds())

    def wakeAt(self, due: float | None) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        wake = self._wake
        if wake is not None and wake.active():
            if due is not None and wake.getTime() == due:
                return
            wake.cancel()
        self._wake = None
        if due is not None:
            delay = max(0.0, due - self.seconds())
            self._wake = self._reactor.callLater(delay, self._due)

    def _due(self) -> None:
        self._arrivals.arrive(Kind.TICK.value)

    def leave(self) -> None:
        """
        Another process leads; the reactor has forgotten what it was to do.
        """
        self._wake = None
