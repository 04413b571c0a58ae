"""
When a call is over because its peer has gone without a word.

Who only listens is not silent as long as its RTCP comes, and who is on hold is not expected
to say anything: the media plane counts accordingly (L{h323d.call.media.PortStatistics}).  What
is made of it is decided here, for every protocol: after C{media.silenceTimeout} the call ends, and
after L{LOST} already, where the connection of its signalling is gone as well.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer

__all__ = ["LOST", "SilenceOwner", "SilenceWatch"]

LOST = 30.0  # seconds
SHORTEST = 1.0  # seconds between two looks: the figures are half a second old


class SilenceOwner(Protocol):
    """
    The call that is watched.
    """

    def silence(self) -> float:
        """For how long nothing has come from the peer, though something should; seconds."""

    def fellSilent(self) -> None:
        """That was too long: the call is to end, with C{RECOVERY_ON_TIMER_EXPIRY}."""


class SilenceWatch:
    """
    Looks after one call, from its first media on.
    """

    def __init__(self, owner: SilenceOwner, clock: IReactorTime, timeout: float) -> None:
        """
        @param timeout: seconds; 0 never ends a call.
        """
        self._owner = owner
        self._timeout = timeout
        self._limit = timeout
        self._timer = Timer(clock)

    def start(self) -> None:
        """
        There is media; once it is watched, this changes nothing.
        """
        if self._timeout > 0 and not self._timer.running:
            self._timer.start(self._limit, self._look)

    def stop(self) -> None:
        """
        The call is over.
        """
        self._timer.stop()

    def connectionLost(self) -> None:
        """
        The peer's signalling connection is gone; it has L{LOST} to be heard.
        """
        self._limit = min(self._timeout, LOST)
        if self._timer.running:
            self._timer.start(self._limit, self._look)

    def connectionRegained(self) -> None:
        """
        The peer was heard by another one.
        """
        self._limit = self._timeout

    def _look(self) -> None:
        left = self._limit - self._owner.silence()
        if left > 0:
            self._timer.start(max(left, SHORTEST), self._look)
        else:
            self._timer.start(self._limit, self._look)
            self._owner.fellSilent()
