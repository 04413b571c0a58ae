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
from twisted.internet.interfaces import IReactorFDSet
from twisted.internet.protocol import DatagramProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.homes import WILDCARDS
from h323d.call.listeners import MAX_HEARD
from h323d.call.transport import IDatagramPort, IDatagrams, IDatagramUser
from h323d.net.anyaddress import AnyAddressPort
from h323d.net.binding import cannotBind
from h323d.net.udpport import MAX_DATAGRAM, UDPPort
from h323d.values.address import TransportAddress

__all__ = ["AnyPort", "Datagrams", "Port"]

_ANY_PORT = 0
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
        everywhere = address.host in WILDCARDS
        port = AnyPort(user) if everywhere else Port(user)
        kind = AnyAddressPort if everywhere else UDPPort
        try:
            if IReactorFDSet.providedBy(self._reactor):
                listening = kind(address.port, port, address.host, MAX_DATAGRAM, self._reactor)
                listening.startListening()
            else:
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
        port = Port(user)
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
class Port(DatagramProtocol):
    """
    One bound UDP port, once it is L{bound}.
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
        """
        @param listening: what the reactor has made of it; Any: see above.
        """
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
        """
        Hear what is sent to a group.

        @param interface: the address of ours on whose network that is.
        """
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

    def heardAt(self, peer: TransportAddress) -> str:
        return self.address.host

    def send(self, data: bytes, destination: TransportAddress, local: str = "") -> None:
        if self._write is None:
            return
        try:
            self._write(data, (destination.host, destination.port))
        except OSError as error:
            self._notSent(destination, error)

    def _notSent(self, destination: TransportAddress, error: OSError) -> None:
        self._log.debug(
            "cannot send to {destination}: {reason}", destination=destination, reason=str(error)
        )

    def close(self) -> None:
        self._write = None
        if self._listening is not None:
            self._listening.stopListening()


class AnyPort(Port):
    """
    One bound UDP port on all addresses of this machine.

    It remembers to which of them each peer sent last, and each host by whatever port, so that
    requests of ours leave from there too: behind a firewall or a translator of addresses,
    nothing else arrives.
    """

    def __init__(self, user: IDatagramUser) -> None:
        super().__init__(user)
        self._heard: dict[tuple[str, int], str] = {}

    def datagramReceivedAt(self, datagram: bytes, addr: Any, local: str) -> None:
        host, port = peer = addr[:2]
        if self._heard.get(peer) != local:
            self._hear(peer, local)
        self._user.datagramReceived(datagram, TransportAddress(host, port))

    def _hear(self, peer: tuple[str, int], local: str) -> None:
        for key in (peer, (peer[0], _ANY_PORT)):
            if len(self._heard) >= MAX_HEARD and key not in self._heard:
                del self._heard[next(iter(self._heard))]
            self._heard[key] = local

    def heardAt(self, peer: TransportAddress) -> str:
        exactly = self._heard.get((peer.host, peer.port))
        return exactly or self._heard.get((peer.host, _ANY_PORT), "")

    def send(self, data: bytes, destination: TransportAddress, local: str = "") -> None:
        if self._write is None:
            return
        peer = (destination.host, destination.port)
        try:
            self._listening.writeFrom(local or self.heardAt(destination), data, peer)
        except OSError as error:
            self._notSent(destination, error)
