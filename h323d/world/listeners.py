"""
By which connections come to a server that is entered in turns.
"""

from __future__ import annotations

import socket
from typing import Any, Protocol

from twisted.internet.interfaces import IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.transport import IListening, IStreamUser
from h323d.net.descriptors import REST, Scarcity
from h323d.net.line import addressOf
from h323d.values.address import TransportAddress

__all__ = ["Listener", "ListenerOwner", "Sealing"]

_MOST = 32  # connections that are accepted until other doors have their turn


class ListenerOwner(Protocol):
    """
    Whose it is.
    """

    def accepted(
        self, listener: int, handle: socket.socket | None, peer: TransportAddress
    ) -> IStreamUser | None:
        """Somebody has come; C{handle} is C{None} for who speaks TLS."""


@implementer(IReadDescriptor, IListening)
class Listener:
    """
    An open listener of TCP.
    """

    def __init__(
        self, number: int, listening: socket.socket, owner: ListenerOwner, reactor: Any
    ) -> None:
        """
        @param reactor: Any, of many interfaces.
        """
        self._number = number
        self._listening = listening
        self._owner = owner
        self._reactor = reactor
        self._scarcity = Scarcity(reactor)
        self.address = addressOf(listening.getsockname())

    def fileno(self) -> int:
        return self._listening.fileno()

    def logPrefix(self) -> str:
        return "TCP"

    def begin(self) -> None:
        """
        Accept from now on.
        """
        if self._listening.fileno() >= 0:
            self._reactor.addReader(self)

    def doRead(self) -> None:
        for _ in range(_MOST):
            if self._listening.fileno() < 0:
                return  # who came had it closed
            try:
                accepted, peer = self._listening.accept()
            except BlockingIOError:
                return
            except OSError:  # for want of descriptors, perhaps: who has come waits still
                if self._scarcity.isThere():
                    self._reactor.removeReader(self)
                    self._reactor.callLater(REST, self.begin)
                return
            if self._scarcity.isThere():
                accepted.close()
            else:
                self._owner.accepted(self._number, accepted, addressOf(peer))

    def stop(self) -> None:
        self._reactor.removeReader(self)
        self._listening.close()

    def connectionLost(self, reason: Failure) -> None:
        """
        The reactor stops.
        """


class Sealing:
    """
    Whoever comes by a listener of TLS.
    """

    def __init__(self, owner: ListenerOwner, number: int) -> None:
        self._owner = owner
        self._number = number

    def newUser(self, peer: TransportAddress) -> IStreamUser | None:
        """
        As L{h323d.call.transport.NewUser}.
        """
        return self._owner.accepted(self._number, None, peer)
