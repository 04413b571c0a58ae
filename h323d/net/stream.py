"""
TCP for signalling, accepted and opened.

Implements L{h323d.call.transport.IStreamListener} and
L{h323d.call.transport.IStreamOpener} over any reactor that has
C{IReactorTCP} and C{IReactorTime}.  Framing is the user's matter.  C{Any} stands for what the
reactor makes, real or simulated, which has more than one interface.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from typing import Any

from twisted.internet.error import CannotListenError, ConnectBindError, ConnectionDone
from twisted.internet.interfaces import IAddress, IReactorTime
from twisted.internet.protocol import ClientFactory, Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.transport import (
    NO_LOCAL_PORT,
    IListening,
    IOpening,
    IStream,
    IStreamListener,
    IStreamOpener,
    IStreamUser,
    NewUser,
)
from h323d.net.binding import cannotBind, listenStreams
from h323d.net.descriptors import Scarcity
from h323d.net.keepalive import keepAlive
from h323d.net.outbox import Outbox
from h323d.values.address import TransportAddress

__all__ = [
    "Accepting",
    "Connection",
    "Connecting",
    "Listening",
    "Opening",
    "StreamListener",
    "StreamOpener",
]


@implementer(IStream)
class Connection(Protocol):
    """
    One TCP connection, between the reactor and its user.

    @ivar fault: why we ended it ourselves, if it was for a fault of the peer.
    """

    peerKey: bytes | None = None

    def __init__(self, user: IStreamUser, clock: IReactorTime) -> None:
        self._user = user
        self._clock = clock
        self._outbox: Outbox | None = None  # while it is open
        self.fault = ""
        self.local = self.peer = TransportAddress("0.0.0.0", 0)

    @property
    def isOpen(self) -> bool:
        return self._outbox is not None

    def connectionMade(self) -> None:
        transport: Any = self.transport
        transport.setTcpNoDelay(True)
        keepAlive(transport)
        self.local = _address(transport.getHost())
        self.peer = _address(transport.getPeer())
        self.made()

    def made(self) -> None:
        """
        The transport is there; it can be used at once.
        """
        self.opened()

    def opened(self) -> None:
        """
        Tell the user.
        """
        self._outbox = Outbox(self.transport, self._clock)
        self._user.streamOpened(self)

    def dataReceived(self, data: bytes) -> None:
        if self._outbox is not None and not self._outbox.closing:
            self._user.streamReceived(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        text = "closed" if reason.check(ConnectionDone) else reason.getErrorMessage()
        self.transport = None
        outbox, self._outbox = self._outbox, None
        if outbox is not None:
            outbox.lost()
            self.fault = self.fault or outbox.fault
        self._user.streamClosed(self.fault or text)

    def provesToBe(self, host: str, domain: str) -> bool:
        return False

    def write(self, data: bytes) -> None:
        if self._outbox is not None:
            self._outbox.write(data)

    def close(self) -> None:
        if self._outbox is not None:
            self._outbox.close()

    def abort(self) -> None:
        transport: Any = self.transport
        if self._outbox is not None:
            self._outbox.abort()
        elif transport is not None:
            transport.abortConnection()


def _address(address: Any) -> TransportAddress:
    return TransportAddress(address.host, address.port)


class Accepting(Factory):
    """
    Gives each accepted connection a user, if it gets one.
    """

    noisy = False

    def __init__(self, newUser: NewUser, clock: IReactorTime) -> None:
        self._newUser = newUser
        self._clock = clock
        self._scarcity = Scarcity(clock)

    def logPrefix(self) -> str:
        return "TCP"  # Twisted says of it that it starts

    def buildProtocol(self, addr: IAddress | None) -> Protocol | None:
        if self._scarcity.isThere():
            return None
        user = self._newUser(_address(addr))
        return None if user is None else self.connection(user)

    def connection(self, user: IStreamUser) -> Connection:
        """
        A new one.
        """
        return Connection(user, self._clock)


@implementer(IListening)
class Listening:
    """
    One open listener.
    """

    def __init__(self, port: Any) -> None:
        self._port = port
        self.address = _address(port.getHost())

    def stop(self) -> None:
        self._port.stopListening()


@implementer(IStreamListener)
class StreamListener:
    """
    Listens on a reactor.
    """

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor

    def listen(self, address: TransportAddress, newUser: NewUser) -> IListening:
        accepting = Accepting(newUser, self._reactor)
        try:
            port = listenStreams(self._reactor, address, accepting)
        except (CannotListenError, OSError) as error:
            raise cannotBind("TCP", address, error) from error
        return Listening(port)


class Connecting(ClientFactory):
    """
    Gives one outgoing connection its user, or tells the user that there is
    none.
    """

    noisy = False

    def __init__(
        self,
        user: IStreamUser,
        connection: Connection,
        host: str = "",
        ports: Iterable[int] | None = None,
    ) -> None:
        """
        @param connection: what becomes of it.
        @param host: the local address that it leaves from; empty for any.
        @param ports: the local ports, as L{IStreamOpener.open} has them.
        """
        self._user = user
        self._connection = connection
        self._host = host
        self._ports = None if ports is None else iter(ports)

    def nextBinding(self) -> tuple[str, int] | None:
        """
        What to bind next; C{None} for nothing: any address and port will do, or none is left.
        """
        if self._ports is None:
            return (self._host, 0) if self._host else None
        port = next(self._ports, None)
        return None if port is None else (self._host, port)

    def buildProtocol(self, addr: IAddress | None) -> Protocol:
        return self._connection

    def clientConnectionFailed(self, connector: Any, reason: Failure) -> None:
        # Any: no interface has what a connector binds.
        if self._ports is None or not _isInUse(reason):
            self._user.streamClosed(reason.getErrorMessage())
            return
        binding = self.nextBinding()
        if binding is None:
            self._user.streamClosed(NO_LOCAL_PORT)
        else:
            connector.bindAddress = binding
            connector.connect()


def _isInUse(reason: Failure) -> bool:
    """
    Whether a local port could not be bound because somebody has it.
    """
    error = reason.value
    return isinstance(error, ConnectBindError) and error.osError == errno.EADDRINUSE


@implementer(IOpening)
class Opening:
    """
    A connection on its way.
    """

    def __init__(self, connector: Any, connection: Connection) -> None:
        """
        @param connector: Any: what the reactor made.
        """
        self._connector = connector
        self._connection = connection

    def cancel(self) -> None:
        if self._connector.state == "connecting":
            self._connector.stopConnecting()
        elif not self._connection.isOpen:
            self._connection.abort()


@implementer(IStreamOpener)
class StreamOpener:
    """
    Connects by a reactor.
    """

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor

    def open(
        self,
        address: TransportAddress,
        user: IStreamUser,
        timeout: float,
        local: str = "",
        ports: Iterable[int] | None = None,
    ) -> IOpening:
        connection = Connection(user, self._reactor)
        dialling = Connecting(user, connection, local, ports)
        bind = dialling.nextBinding()
        connector = self._reactor.connectTCP(
            address.host, address.port, dialling, timeout=timeout, bindAddress=bind
        )
        return Opening(connector, connection)
