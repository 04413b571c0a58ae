"""
One connection of a server that is entered in turns: open, or on its way.
"""

from __future__ import annotations

import functools
import socket
from typing import Any, Protocol

from zope.interface import implementer

from h323d.call.transport import IOpening, IStream, IStreamUser
from h323d.ha.doors import Kind
from h323d.net.dialling import Dial
from h323d.net.line import Line
from h323d.values.address import TransportAddress
from h323d.world.arrivals import Arrivals, Take

__all__ = ["Held", "HeldOwner"]


class HeldOwner(Protocol):
    """
    Who has it.
    """

    arrivals: Arrivals

    def begun(self, held: Held) -> None:
        """It has a socket, and is on its way."""

    def dialled(self, held: Held) -> None:
        """It is there."""


@implementer(IStreamUser)
class Held:
    """
    One connection.

    @ivar handle: its socket; C{None} where it is sealed, and nobody else can hold it, or on its
        way.
    @ivar line: what it is written to; C{None} while it is not open, or another process has it.
    @ivar opening: by which it is opened.
    @ivar listener: the number of that by which somebody has come; 0 where we dial.
    @ivar hasCome: whether it is logged that he has.
    @ivar isOpen: whether the server knows that it is there.
    @ivar isClosing: whether it is to be ended when all was written.
    @ivar isRefused: whether the server does not want it.
    """

    def __init__(
        self,
        number: int,
        owner: HeldOwner,
        peer: TransportAddress,
        handle: socket.socket | None = None,
        listener: int = 0,
    ) -> None:
        self.number = number
        self.peer = peer
        self.handle = handle
        self.line: Line | IStream | None = None
        self.opening: Dial | IOpening | None = None
        self.listener = listener
        self.hasCome = self.isOpen = self.isClosing = self.isRefused = False
        self._owner = owner

    @property
    def isDialled(self) -> bool:
        """
        What the server has opened itself has a number of the server's.
        """
        return self.number > 0

    def serve(self, reactor: Any) -> None:
        """
        Have it read and written here.

        @param reactor: Any, of many interfaces.
        """
        assert self.handle is not None
        line = self.line = Line(reactor, self.handle, self.isDialled, self)
        self._open(line.local, self.peer, None)

    def _open(self, local: TransportAddress, peer: TransportAddress, peerKey: bytes | None) -> None:
        if not self.isOpen:
            self.isOpen = True
            self._arrive(Kind.OPENED, local, peer, peerKey)

    def _arrive(self, kind: Kind, *arguments: object, take: Take | None = None) -> None:
        if not self._owner.arrivals.arrive(kind.value, self.number, *arguments, take=take):
            self.abort()

    def abort(self) -> None:
        """
        End it at once.
        """
        if self.line is not None:
            self.line.abort()
        elif self.opening is not None:
            self.opening.cancel()

    # Of a line, and of what becomes one.

    def lineReceived(self, line: Line, data: bytes) -> None:
        """
        As L{h323d.net.line.ILineUser}.
        """
        take = functools.partial(line.take, len(data))
        self._arrive(Kind.RECEIVED, data, take=take)

    def lineClosed(self, line: Line, reason: str) -> None:
        """
        As L{h323d.net.line.ILineUser}.
        """
        self.streamClosed(reason)

    def begun(self, dial: Dial, handle: socket.socket) -> None:
        """
        As L{h323d.net.dialling.IDialUser}.
        """
        self.handle = handle
        self._owner.begun(self)

    def dialled(self, dial: Dial, handle: socket.socket) -> None:
        """
        As L{h323d.net.dialling.IDialUser}.
        """
        self.handle, self.opening = handle, None
        self._owner.dialled(self)

    def notDialled(self, dial: Dial, reason: str) -> None:
        """
        As L{h323d.net.dialling.IDialUser}.
        """
        self.streamClosed(reason)

    # Of a stream that is sealed.

    def streamOpened(self, stream: IStream) -> None:
        self.line, self.opening = stream, None
        if self.isRefused:
            stream.abort()
        else:
            self._open(stream.local, stream.peer, stream.peerKey)

    def streamReceived(self, data: bytes) -> None:
        self._arrive(Kind.RECEIVED, bytes(data))

    def streamClosed(self, reason: str) -> None:
        self.line = self.opening = None
        if not self.isRefused:
            self._arrive(Kind.CLOSED, reason)
