"""
UDP for signalling, unicast and multicast.

Implements L{h323d.call.transport.IDatagrams} over any reactor that has
C{IReactorUDP} and C{IReactorMulticast}.  It knows no protocol.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.protocol import DatagramProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.transport import IDatagramPort, IDatagrams, IDatagramUser
from h323d.net.binding import cannotBind
from h323d.values.address import TransportAddress

__all__ = ["Datagrams"]

MAX_DATAGRAM = 65536
RECEIVE_BUFFER = 4 << 20  # octets: a burst of registrations must not be dropped

Write = Callable[[bytes, tuple[str, int]], object]


@implementer(IDatagrams)
class Datagrams:
    """
    Binds UDP ports on a reactor.
    """

    def __init__(self, reactor: Any) -> None:
        """
        @param reactor: Any: one of several interfaces at once, real or simulated.
        """
        self._reactor = reactor

    def bind(self, address: TransportAddress, user: IDatagramUser) -> IDatagramPort:
        port = _Port(user)
        try:
            listening = self._reactor.listenUDP(
                address.port, port, interface=address.host, maxPacketSize=MAX_DATAGRAM
            )
        except (CannotListenError, OSError) as error:
            raise cannotBind("UDP", address, error) from error
        port.bound(listening)
        return port

    def bindMulticast(
        self, group: TransportAddress, interface: str, user: IDatagramUser
    ) -> IDatagramPort:
        port = _Port(user)
        try:
            listening = self._reactor.listenMulticast(
                group.port,
                port,
                interface=group.host,
                maxPacketSize=MAX_DATAGRAM,
                listenMultiple=True,
            )
        except (CannotListenError, OSError) as error:
            raise cannotBind("multicast", group, error) from error
        port.bound(listening)
        port.join(group.host, interface)
        return port


@implementer(IDatagramPort)
class _Port(DatagramProtocol):
    """
    One bound UDP port.
    """

    noisy = False
    _log = Logger()

    def __init__(self, user: IDatagramUser) -> None:
        self._user = user
        self._listening: Any = None  # Any: a port with what the reactor adds to IListeningPort
        self._write: Write | None = None
        self.address = TransportAddress("0.0.0.0", 0)

    def logPrefix(self) -> str:
        return "UDP"  # Twisted says of it that it starts

    def bound(self, listening: Any) -> None:
        self._listening = listening
        self._write = listening.write
        host = listening.getHost()
        self.address = TransportAddress(host.host, host.port)
        getHandle = getattr(listening, "getHandle", None)
        if getHandle is not None:
            handle = getHandle()
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            # Twisted's own write looks at every address whether it is a literal one.  Ours are.
            self._write = handle.sendto

    def join(self, group: str, interface: str) -> None:
        joined: Deferred[Any] = self._listening.joinGroup(group, interface)
        joined.addErrback(self._notJoined, group, interface)

    def _notJoined(self, failure: Failure, group: str, interface: str) -> None:
        self._log.warn(
            "cannot join {group} on {interface}: {reason}",
            group=group,
            interface=interface,
            reason=failure.getErrorMessage(),
        )

    def datagramReceived(self, datagram: bytes, addr: Any) -> None:
        self._user.datagramReceived(datagram, TransportAddress(addr[0], addr[1]))

    def send(self, data: bytes, destination: TransportAddress) -> None:
        if self._write is None:
            return
        try:
            self._write(data, (destination.host, destination.port))
        except OSError as error:
            self._log.debug(
                "cannot send to {destination}: {reason}", destination=destination, reason=str(error)
            )

    def close(self) -> None:
        self._write = None
        if self._listening is not None:
            self._listening.stopListening()
