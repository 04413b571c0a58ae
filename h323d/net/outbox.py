"""
What was written to a peer and has not left yet: bounded in octets, and in time.

A peer that sends requests and never reads the answers would have us keep all of them.  So
nothing is read from it while much waits for it, and a connection on which nothing moves any
more is given up.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IPushProducer, IReactorTime
from zope.interface import implementer

from h323d.call.timer import Timer

__all__ = ["FULL", "MAX_UNSENT", "STALL_TIMEOUT", "Outbox"]

FULL = 1 << 16  # octets unsent, at which Twisted pauses a producer, and we stop reading
MAX_UNSENT = 1 << 20  # octets
STALL_TIMEOUT = 15.0  # seconds in which FULL octets have to leave


@implementer(IPushProducer)
class Outbox:
    """
    One connection's.

    Twisted's transport says when C{FULL} octets wait in it, and again when it has sent them
    all: that is the progress which is watched.  What is written meanwhile waits here.

    @ivar closing: the connection is to end; what is written from then on is dropped.
    @ivar fault: why the connection was given up; empty if it was not.
    """

    def __init__(self, transport: Any, clock: IReactorTime, most: int = MAX_UNSENT) -> None:
        """
        @param transport: Any: of TCP or TLS, with what each adds to C{ITransport}.
        @param clock: runs the time limit.
        @param most: octets that may wait.
        """
        self._transport = transport
        self._most = most
        self._waiting = bytearray()
        self._stalled = Timer(clock)
        self._full = False
        self.closing = False
        self.fault = ""
        transport.registerProducer(self, True)

    def write(self, data: bytes) -> None:
        """
        Send, as soon as there is place.
        """
        if self.closing:
            return
        if not self._full:
            self._transport.write(data)
            return
        self._waiting += data
        if FULL + len(self._waiting) > self._most:
            self._giveUp()

    def close(self) -> None:
        """
        End the connection when all has left, or when it does not.
        """
        if self.closing:
            return
        self.closing = True
        if not self._stalled.running:
            self._stalled.start(STALL_TIMEOUT, self._giveUp)
        if not self._waiting:
            self._finish()

    def abort(self) -> None:
        """
        End the connection at once.
        """
        self.closing = True
        self.lost()
        self._transport.abortConnection()

    def lost(self) -> None:
        """
        The connection is gone.
        """
        self._stalled.stop()
        self._waiting.clear()

    def pauseProducing(self) -> None:
        """
        The transport is full.
        """
        self._full = True
        self._stalled.start(STALL_TIMEOUT, self._giveUp)
        self._transport.pauseProducing()

    def resumeProducing(self) -> None:
        """
        The transport is empty.
        """
        self._full = False
        while self._waiting and not self._full:
            data = bytes(self._waiting[:FULL])
            del self._waiting[:FULL]
            self._transport.write(data)
        if self.closing and not self._waiting:
            self._finish()
        elif not self._full:
            self._stalled.stop()
            self._transport.resumeProducing()

    def stopProducing(self) -> None:
        """
        The transport is gone.
        """
        self.lost()

    def _finish(self) -> None:
        # Reads again, because TLS closes when its peer has said that it does too.
        self._transport.resumeProducing()
        self._transport.unregisterProducer()
        self._transport.loseConnection()

    def _giveUp(self) -> None:
        self.fault = "the peer does not read what is sent to it"
        self.abort()
