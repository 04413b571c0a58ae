"""
The driver in virtual time: the same plane, ticked by C{clock.callLater}.

For simulations and tests; a C{callLater} of the real reactor rounds to milliseconds, so
service uses L{h323d.media.thread}.
"""

from __future__ import annotations

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from h323d.inputs import IInputs, Input
from h323d.media.audio.plane import MediaPlane
from h323d.media.packets import IPacketIO

__all__ = ["SteppedMedia"]


class SteppedMedia:
    """
    Ticks a plane on a grid of virtual time, and delivers what it reports at once.
    """

    def __init__(
        self,
        plane: MediaPlane,
        packets: IPacketIO,
        tickSeconds: float,
        clock: IReactorTime,
        inputs: IInputs,
        number: int = 0,
    ) -> None:
        """
        @param number: of the plane, in the pool.
        """
        self._number = number
        self._plane = plane
        self._packets = packets
        self._tick = tickSeconds
        self._clock = clock
        self._inputs = inputs
        self._start = 0.0
        self._index = 0
        self._next: IDelayedCall | None = None

    def start(self) -> None:
        """
        Begin to tick.
        """
        self._start = self._clock.seconds()
        self._index = 0
        self._schedule()

    def stop(self) -> None:
        """
        Obey what is still in the inbox, and end.
        """
        if self._next is not None:
            self._next.cancel()
            self._next = None
            self._tickOnce()

    def _schedule(self) -> None:
        now = self._clock.seconds()
        self._index = max(self._index + 1, int((now - self._start) / self._tick))
        due = self._start + self._index * self._tick
        self._next = self._clock.callLater(max(0.0, due - now), self._step)

    def _step(self) -> None:
        self._schedule()
        self._tickOnce()

    def _tickOnce(self) -> None:
        now = self._clock.seconds()
        reports = self._plane.tick(now, self._packets)
        reports += self._plane.passOn(now, self._packets)
        if reports:
            self._inputs.enter(Input.HEARD, self._number, reports)
