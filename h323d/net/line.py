"""
A TCP connection that survives the process that serves it.

What has arrived is looked at, logged by the user, and only then taken from the kernel; so another
process, that has a duplicate of the descriptor, finds there what was not logged.  How much was read
and written is told by the kernel (L{h323d.net.ledger}), and what the kernel has not taken is kept
here within the bound up to which whoever follows keeps it too.
"""

from __future__ import annotations

import socket
import struct
from typing import Any, Protocol

from twisted.internet.abstract import FileDescriptor
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IReactorTime, IReadDescriptor, IWriteDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.net.keepalive import keepAlive
from h323d.net.ledger import account
from h323d.net.outbox import Outbox
from h323d.values.address import TransportAddress

__all__ = ["MAX_UNSENT", "ILineUser", "Line", "addressOf"]

MAX_UNSENT = 1 << 18  # octets: what L{h323d.ha.reconcile} keeps of a connection
_PLACE = memoryview(bytearray(1 << 16))  # into which all lines are read, each copying what it got
_AT_ONCE = struct.pack("@ii", 1, 0)  # a linger of no time at all


class ILineUser(Protocol):
    """
    Whose line it is.
    """

    def lineReceived(self, line: Line, data: bytes) -> None:
        """
        Octets wait.  As soon as it is logged that they happen, the user has L{Line.take} take them;
        if it does not, it is told of them again.
        """

    def lineClosed(self, line: Line, reason: str) -> None:
        """
        It is gone.  Told once, and by each process that finds it so.
        """


class Line:
    """
    One end of an open connection.

    @ivar handle: the socket, of which others may have duplicates.
    @ivar isDialled: whether we have opened it, and its SYN was ours.
    """

    def __init__(
        self, reactor: Any, handle: socket.socket, isDialled: bool, user: ILineUser
    ) -> None:
        """
        Begin to read and to write.

        @param reactor: of real sockets, with a clock; Any: several interfaces.
        @param handle: is closed with the line.
        """
        handle.setblocking(False)
        self.handle = handle
        self.isDialled = isDialled
        self._user = user
        self._descriptor = _Descriptor(reactor, self)
        self._outbox = Outbox(self._descriptor, reactor, MAX_UNSENT)
        self._descriptor.begin()

    @property
    def local(self) -> TransportAddress:
        return addressOf(self.handle.getsockname())

    @property
    def peer(self) -> TransportAddress:
        """
        @raise OSError: it is gone.
        """
        return addressOf(self.handle.getpeername())

    def readAndWritten(self) -> tuple[int, int] | None:
        """
        As L{h323d.ha.takeover.Ledger}: of all processes that have had it.
        """
        return account(self.handle).readAndWritten(self.isDialled)

    def take(self, octets: int) -> None:
        """
        Take from the kernel what has been looked at, or what had happened before this process had
        the line.

        @raise OSError: there is not so much.
        """
        while octets:
            taken = self.handle.recv_into(_PLACE, min(octets, len(_PLACE)))
            if not taken:
                raise ConnectionError(f"{octets} octets more were to be taken")
            octets -= taken

    def write(self, data: bytes) -> None:
        """
        Send, as soon as there is place; a peer that takes nothing for too long loses the line.
        """
        self._outbox.write(data)

    def close(self) -> None:
        """
        End it when all has left.
        """
        self._outbox.close()

    def abort(self) -> None:
        """
        End it at once.
        """
        self._outbox.abort()

    # What the descriptor tells.

    def received(self, data: bytes) -> None:
        """
        Octets wait.
        """
        self._user.lineReceived(self, data)

    def ended(self, reason: Failure) -> None:
        """
        It is gone.
        """
        self._outbox.lost()
        isAborted = bool(reason.check(ConnectionAborted))
        _shut(self.handle, isAborted)
        text = "closed" if reason.check(ConnectionDone) else reason.getErrorMessage()
        self._user.lineClosed(self, self._outbox.fault or text)


@implementer(IReadDescriptor, IWriteDescriptor)
class _Descriptor(FileDescriptor):
    """
    A line's, on the reactor.
    """

    def __init__(self, reactor: Any, line: Line) -> None:
        super().__init__(reactor)
        self.socket = line.handle
        self._clock: IReactorTime = reactor
        self._line = line

    def begin(self) -> None:
        self.connected = 1
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        keepAlive(self)
        self.startReading()

    def setTcpKeepAlive(self, isWanted: bool) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, isWanted)

    def logPrefix(self) -> str:
        return "line"

    def fileno(self) -> int:
        return self.socket.fileno()

    def doRead(self) -> Any:  # Any: an error, which Twisted declares to be a failure
        try:
            length = self.socket.recv_into(_PLACE, 0, socket.MSG_PEEK)
        except BlockingIOError:
            return None
        except OSError:
            return ConnectionLost()
        if not length:
            return ConnectionDone()
        self._line.received(_PLACE[:length].tobytes())
        return None

    def writeSomeData(self, data: bytes) -> int | Exception:
        try:
            return self.socket.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            return ConnectionLost()

    def abortConnection(self) -> None:
        if self.connected:
            self.stopReading()
            self.stopWriting()
            self._clock.callLater(0, self._aborted)

    def _aborted(self) -> None:
        if self.connected:
            self.connectionLost(Failure(ConnectionAborted()))

    def connectionLost(self, reason: Failure) -> None:
        super().connectionLost(reason)
        self._line.ended(reason)


def addressOf(told: Any) -> TransportAddress:
    """
    @param told: as a socket has it; Any: it is another in each family.
    """
    return TransportAddress(told[0], told[1])


def _shut(handle: socket.socket, atOnce: bool) -> None:
    """
    End a connection, of which others may have duplicates still, and close ours.
    """
    try:
        if atOnce:
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        handle.shutdown(socket.SHUT_RDWR)
    except OSError:  # it is gone already
        pass
    handle.close()
