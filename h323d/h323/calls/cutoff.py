"""
A call whose signalling connection was lost because the process of ours that served it has died:
TLS cannot be handed on.

Its peer has not hung up, and its media goes by other processes; so both have some time, in which we
connect to the peer again and ask whether it has the call still (Q.931, 5.8.10).  Few do: to most, a
call ends with its connection, and they answer that they know of none.  Fault tolerance as H.323,
Annex R has it, where both sides agree on it beforehand, is not spoken here.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.call.transport import SERVER_DIED
from h323d.h323.signalling.connection import SignallingConnection

__all__ = ["GRACE", "CutOff", "CutOffOwner"]

GRACE = 30.0  # seconds
PAUSE = 5.0  # seconds between two tries


class CutOffOwner(Protocol):
    """
    The call.
    """

    def connectAgain(self) -> None:
        """Try to; if that fails, it is a connection that is lost as well."""

    def graceOver(self) -> None:
        """The peer was not reached: the call is to end."""


class CutOff:
    """
    The time that one call has to be connected again.

    @ivar secure: whether the connection that it had was over TLS.
    """

    def __init__(self, owner: CutOffOwner, clock: IReactorTime) -> None:
        self._owner = owner
        self._grace, self._next = Timer(clock), Timer(clock)
        self._host = ""
        self._key: bytes | None = None
        self.secure = False

    @property
    def isWaiting(self) -> bool:
        """
        Whether there is no connection, and one is waited for.
        """
        return self._grace.running

    def begin(self, lost: SignallingConnection | None, reason: str) -> bool:
        """
        The connection of an answered call is gone, or could not be made again.

        @param lost: the one that it had; C{None} if it had none.

        @return: whether another one is waited for.
        """
        if lost is None:
            if self.isWaiting:
                self._next.start(PAUSE, self._owner.connectAgain)
        elif reason == SERVER_DIED:
            self._host, self._key, self.secure = lost.peer.host, lost.peerKey, lost.isSecure
            self._grace.start(GRACE, self._owner.graceOver)
            self._next.start(0, self._owner.connectAgain)  # when the one that is lost has ended
        return self.isWaiting

    def awaits(self, connection: SignallingConnection) -> bool:
        """
        Whether it is the peer of this call that has connected, so far as it can be known.
        """
        here = connection.peer.host, connection.peerKey
        return self.isWaiting and here == (self._host, self._key)

    def refuses(self, connection: SignallingConnection) -> bool:
        """
        Close a connection that we have made, and that leads to somebody else.

        @return: whether it did.
        """
        isOther = self.isWaiting and not self.awaits(connection)
        if isOther:
            connection.close()
        return isOther

    def end(self) -> bool:
        """
        There is a connection, or the call is over.

        @return: whether one was waited for.
        """
        wasWaiting = self.isWaiting
        self._grace.stop()
        self._next.stop()
        return wasWaiting
