"""
Connections that a keeper accepts (L{h323d.keeper}): those that nobody has logged wait at its door.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any, Protocol

from twisted.internet.interfaces import IReadDescriptor
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.transport import IListening
from h323d.doorway import CutMessage
from h323d.keeper.asking import Arrived, Asking, KeeperGone
from h323d.net.descriptors import REST, Scarcity
from h323d.values.address import TransportAddress

__all__ = ["KeptDoor", "KeptOwner"]

_MOST = 32  # connections that are taken until other doors have their turn


class KeptOwner(Protocol):
    """
    To whom they come.
    """

    def came(
        self,
        listener: int,
        number: int,
        handle: socket.socket | None,
        peer: TransportAddress,
        take: Callable[[], object] | None = None,
    ) -> object:
        """Somebody has come; C{take} takes the connection from where it waits."""


@implementer(IListening)
class _Listening:
    """
    A listener of the keeper's.
    """

    def __init__(self, address: TransportAddress) -> None:
        self.address = address

    def stop(self) -> None:
        """
        Whoever leads tells the keeper.
        """


@implementer(IReadDescriptor)
class KeptDoor:
    """
    The door.
    """

    _log = Logger()

    def __init__(self, keeper: Asking, owner: KeptOwner, reactor: Any) -> None:
        """
        @param reactor: Any, of many interfaces.
        """
        self._keeper = keeper
        self._owner = owner
        self._reactor = reactor
        self._scarcity = Scarcity(reactor)

    def listen(self, number: int, address: TransportAddress) -> IListening:
        """
        @raise ResourceUnavailable: it cannot be bound.
        """
        return _Listening(self._keeper.listen(number, address))

    def stopListening(self, number: int) -> None:
        """
        Whichever process has asked for it.
        """
        try:
            self._keeper.stopListening(number)
        except KeeperGone:  # and with it, what it listened by
            return

    def begin(self) -> None:
        """
        This process leads, and takes who comes.
        """
        try:
            self._keeper.lead()
        except KeeperGone as error:
            self._log.error("nobody can connect: {reason}", reason=str(error))
        except OSError as error:  # for want of a descriptor
            self._log.error("the keeper does not know who leads: {reason}", reason=error.strerror)
            self._reactor.callLater(REST, self.begin)
        else:
            self._reactor.addReader(self)

    def discard(self, number: int) -> None:
        """
        If that connection waits first, take it away.
        """
        try:
            first = self._keeper.look()
        except EOFError:
            return
        if first is not None:
            first.handle.close()
            if first.accepted.number == number:
                self._keeper.drop()

    def fileno(self) -> int:
        return self._keeper.connections.fileno()

    def logPrefix(self) -> str:
        return "keeper"

    def doRead(self) -> None:
        try:
            for _ in range(_MOST):
                first = self._keeper.look()
                if first is None:
                    return
                self._take(first)
        except CutMessage:  # there is no descriptor left for what waits
            self._scarcity.isThere()  # which tells it
            self._reactor.removeReader(self)
            self._reactor.callLater(REST, self._reactor.addReader, self)
        except EOFError:
            self._reactor.removeReader(self)
            self._log.error("nobody can connect any more: the keeper is gone")

    def _take(self, first: Arrived) -> None:
        if self._scarcity.isThere():
            first.handle.close()
            self._keeper.drop()
            return
        told, drop = first.accepted, self._keeper.drop
        self._owner.came(told.listener, told.number, first.handle, told.peer, take=drop)

    def connectionLost(self, reason: Failure) -> None:
        """
        The reactor stops.
        """
