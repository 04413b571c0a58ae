"""
UDP ports that survive the process that reads them.

A datagram is looked at, logged by the user, and only then dropped from the kernel; so another
process, that has a duplicate of the descriptor, finds there what was not logged.
"""

from __future__ import annotations

import errno
import socket
from typing import Any

from twisted.internet.error import CannotListenError
from twisted.internet.udp import MulticastPort

from h323d.call.homes import WILDCARDS
from h323d.call.transport import IDatagramUser
from h323d.net.anyaddress import AnyAddressPort
from h323d.net.binding import cannotBind
from h323d.net.datagram import AnyPort, Port
from h323d.net.udpport import MAX_DATAGRAM, UDPPort, UDPSocket
from h323d.values.address import TransportAddress

__all__ = ["PeekedDatagrams", "PeekedPort", "PeekedSocket"]


class PeekedSocket(UDPSocket):
    """
    Receives the same datagram until it is dropped.  In between, there is nothing more to be
    received for once, so that who reads until there is nothing comes to an end.
    """

    def __init__(
        self, family: int, kind: int, protocol: int = 0, fileno: int | None = None
    ) -> None:
        super().__init__(family, kind, protocol, fileno)
        self._isSeen = False

    def bind(self, address: Any) -> None:
        if not self.getsockname()[1]:  # which one that was taken over has
            super().bind(address)

    def recvfrom(self, size: int, flags: int = 0) -> tuple[bytes, Any]:
        self._look()
        seen = super().recvfrom(size, flags | socket.MSG_PEEK)
        self._isSeen = True
        return seen

    def recvmsg(
        self, size: int, room: int = 0, flags: int = 0
    ) -> tuple[bytes, list[tuple[int, int, bytes]], int, Any]:
        self._look()
        seen = super().recvmsg(size, room, flags | socket.MSG_PEEK)
        self._isSeen = True
        return seen

    def drop(self) -> None:
        """
        Have what waits first gone, if anything does.
        """
        self._isSeen = False
        try:
            self.recv(1)  # all of it: what is left of a datagram is thrown away
        except BlockingIOError:
            return

    def _look(self) -> None:
        if self._isSeen:
            self._isSeen = False
            raise BlockingIOError(errno.EWOULDBLOCK, "what waits first was not dropped")


class _Peeking(UDPPort):
    """
    Has such a socket, its own or one that is bound already.
    """

    def __init__(self, *arguments: Any, adopted: PeekedSocket | None = None) -> None:
        """
        As Twisted's.  Any: it has no types.
        """
        super().__init__(*arguments)
        self._adopted = adopted

    def newSocket(self) -> PeekedSocket:
        return PeekedSocket(self.addressFamily, self.socketType)

    def createInternetSocket(self) -> socket.socket:
        return super().createInternetSocket() if self._adopted is None else self._adopted


class _OnOneAddress(_Peeking):
    """
    On one of our addresses.
    """


class _Everywhere(_Peeking, AnyAddressPort):
    """
    On all of them.
    """


class _OfAGroup(_Peeking, MulticastPort):
    """
    Of a group, beside others of this machine.
    """

    def createInternetSocket(self) -> socket.socket:
        created = super().createInternetSocket()
        created.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        created.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        return created


class PeekedPort:
    """
    A bound port, with what its user has to do.

    @ivar handle: the socket, of which others may have duplicates.
    @ivar port: sends, and says by which address of ours a peer is reached.
    """

    def __init__(self, handle: PeekedSocket, port: Port, listening: _Peeking) -> None:
        self.handle = handle
        self.port = port
        self._listening = listening

    @property
    def address(self) -> TransportAddress:
        return self.port.address

    def first(self) -> tuple[bytes, TransportAddress] | None:
        """
        What waits first, and whom it is from; C{None} if nothing does.
        """
        try:
            data, peer = self.handle.recvfrom(MAX_DATAGRAM)
        except BlockingIOError:
            return None
        return data, TransportAddress(peer[0], peer[1])

    def drop(self) -> None:
        """
        Have what waits first gone: it is logged that it happens, or has happened before.
        """
        self.handle.drop()

    def goOn(self) -> None:
        """
        Read again, on a reactor that has forgotten that it does.
        """
        self._listening.startReading()

    def heardAt(self, peer: TransportAddress) -> str:
        return self.port.heardAt(peer)

    def send(self, data: bytes, destination: TransportAddress, local: str = "") -> None:
        self.port.send(data, destination, local)

    def close(self) -> None:
        """
        Read no more, and close our descriptor.
        """
        self.port.close()


class PeekedDatagrams:
    """
    Binds ports, or takes over those that another process has bound.
    """

    def __init__(self, reactor: Any) -> None:
        """
        @param reactor: of real sockets; Any: several interfaces.
        """
        self._reactor = reactor

    def bind(self, address: TransportAddress, user: IDatagramUser) -> PeekedPort:
        """
        @param user: is told of what waits first until that is dropped.

        @raise h323d.errors.ResourceUnavailable: it cannot be bound.
        """
        everywhere = address.host in WILDCARDS
        kind = _Everywhere if everywhere else _OnOneAddress
        return self._begin("UDP", kind, address, AnyPort(user) if everywhere else Port(user))

    def bindMulticast(
        self, group: TransportAddress, interface: str, user: IDatagramUser
    ) -> PeekedPort:
        """
        Likewise, of a group, which is joined.
        """
        bound = self._begin("multicast", _OfAGroup, group, Port(user))
        bound.port.join(group.host, interface)
        return bound

    def adopt(self, handle: socket.socket, user: IDatagramUser) -> PeekedPort:
        """
        @param handle: bound, and of a group if it is one's; is closed with the port.
        """
        address = TransportAddress(*handle.getsockname()[:2])
        peeked = PeekedSocket(handle.family, handle.type, fileno=handle.detach())
        peeked.setblocking(False)
        everywhere = address.host in WILDCARDS
        kind = _Everywhere if everywhere else _OnOneAddress
        port = AnyPort(user) if everywhere else Port(user)
        return self._begin("UDP", kind, address, port, peeked)

    def _begin(
        self,
        what: str,
        kind: type[_Peeking],
        address: TransportAddress,
        port: Port,
        adopted: PeekedSocket | None = None,
    ) -> PeekedPort:
        listening = kind(
            address.port, port, address.host, MAX_DATAGRAM, self._reactor, adopted=adopted
        )
        try:
            listening.startListening()
        except (CannotListenError, OSError) as error:
            raise cannotBind(what, address, error) from error
        port.bound(listening)
        handle = listening.getHandle()
        assert isinstance(handle, PeekedSocket)
        return PeekedPort(handle, port, listening)
