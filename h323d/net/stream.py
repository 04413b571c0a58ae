"""
TCP for signalling, accepted and opened.

Implements L{h323d.call.transport.IStreamListener} and
L{h323d.call.transport.IStreamOpener} over any reactor that has
C{IReactorTCP}.  Framing is the user's matter.  C{Any} stands for what the
reactor makes, real or simulated, which has more than one interface.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.error import CannotListenError, ConnectionDone
from twisted.internet.interfaces import IAddress, IConnector
from twisted.internet.protocol import ClientFactory, Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.transport import (
    IListening,
    IOpening,
    IStream,
    IStreamListener,
    IStreamOpener,
    IStreamUser,
)
from h323d.net.binding import cannotBind
from h323d.net.keepalive import keepAlive
from h323d.values.address import TransportAddress

__all__ = [
    "BACKLOG",
    "Accepting",
    "Dialling",
    "Listening",
    "Opening",
    "StreamListener",
    "StreamOpener",
]

BACKLOG = 512  # connections that wait to be accepted


@implementer(IStream)
class _Connection(Protocol):
    """
    One TCP connection, between the reactor and its user.
    """

    def __init__(self, user: IStreamUser) -> None:
        self._user = user
        self._open = False
        self.local = self.peer = TransportAddress("0.0.0.0", 0)

    def connectionMade(self) -> None:
        transport: Any = self.transport
        transport.setTcpNoDelay(True)
        keepAlive(transport)
        self.local = _address(transport.getHost())
        self.peer = _address(transport.getPeer())
        self._open = True
        self._user.streamOpened(self)

    def dataReceived(self, data: bytes) -> None:
        if self._open:
            self._user.streamReceived(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._open = False
        text = "closed" if reason.check(ConnectionDone) else reason.getErrorMessage()
        self._user.streamClosed(text)

    def write(self, data: bytes) -> None:
        if self._open and self.transport is not None:
            self.transport.write(data)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.loseConnection()

    def abort(self) -> None:
        transport: Any = self.transport
        if transport is not None:
            transport.abortConnection()


def _address(address: Any) -> TransportAddress:
    return TransportAddress(address.host, address.port)


class Accepting(Factory):
    """
    Gives each accepted connection a user.
    """

    noisy = False

    def __init__(self, newUser: Callable[[], IStreamUser]) -> None:
        self._newUser = newUser

    def logPrefix(self) -> str:
        return "TCP"  # Twisted says of it that it starts

    def buildProtocol(self, addr: IAddress | None) -> Protocol:
        return _Connection(self._newUser())


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

    def listen(self, address: TransportAddress, newUser: Callable[[], IStreamUser]) -> IListening:
        try:
            port = self._reactor.listenTCP(
                address.port, Accepting(newUser), backlog=BACKLOG, interface=address.host
            )
        except (CannotListenError, OSError) as error:
            raise cannotBind("TCP", address, error) from error
        return Listening(port)


class Dialling(ClientFactory):
    """
    Gives one outgoing connection its user, or tells the user that there is
    none.
    """

    noisy = False

    def __init__(self, user: IStreamUser) -> None:
        self._user = user

    def buildProtocol(self, addr: IAddress | None) -> Protocol:
        return _Connection(self._user)

    def clientConnectionFailed(self, connector: IConnector, reason: Failure) -> None:
        self._user.streamClosed(reason.getErrorMessage())


@implementer(IOpening)
class Opening:
    """
    A connection on its way.
    """

    def __init__(self, connector: Any) -> None:
        self._connector = connector

    def cancel(self) -> None:
        if self._connector.state == "connecting":
            self._connector.stopConnecting()


@implementer(IStreamOpener)
class StreamOpener:
    """
    Connects by a reactor.

    @ivar bindHost: the local address that connections leave from, so that
        several servers on one machine are told apart; empty for any.
    """

    def __init__(self, reactor: Any, bindHost: str = "") -> None:
        self._reactor = reactor
        self.bindHost = bindHost

    def open(self, address: TransportAddress, user: IStreamUser, timeout: float) -> IOpening:
        bind = (self.bindHost, 0) if self.bindHost else None
        connector = self._reactor.connectTCP(
            address.host, address.port, Dialling(user), timeout=timeout, bindAddress=bind
        )
        return Opening(connector)
