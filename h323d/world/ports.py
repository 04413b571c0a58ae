"""
UDP ports of a server that is entered in turns: what comes is looked at, and dropped when it is
logged.
"""

from __future__ import annotations

import socket
from typing import Any

from zope.interface import implementer

from h323d.call.transport import IDatagramUser
from h323d.ha.doors import Kind
from h323d.net.peeked import PeekedDatagrams, PeekedPort
from h323d.values.address import TransportAddress
from h323d.world.arrivals import Arrivals
from h323d.world.sharing import Sharer

__all__ = ["PORT", "Ports"]

PORT = "port"
"""
What a port is called where it is shared; it has no details.
"""


@implementer(IDatagramUser)
class _User:
    """
    Who uses one.
    """

    def __init__(self, ports: Ports, number: int) -> None:
        self._ports = ports
        self._number = number

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self._ports.found(self._number, bytes(data), source)


class Ports:
    """
    All of them.
    """

    def __init__(self, reactor: Any, arrivals: Arrivals, sharer: Sharer) -> None:
        """
        @param reactor: Any, of many interfaces.
        """
        self._arrivals = arrivals
        self._sharer = sharer
        self._datagrams = PeekedDatagrams(reactor)
        self._bound: dict[int, PeekedPort] = {}
        self._held: dict[int, socket.socket] = {}  # those that another process has bound

    def bind(self, number: int, address: TransportAddress) -> TransportAddress:
        """
        As L{h323d.ha.doors.Doors}.
        """
        if number not in self._bound:
            self._add(number, self._datagrams.bind(address, _User(self, number)))
        return self._bound[number].address

    def bindMulticast(
        self, number: int, group: TransportAddress, interface: str
    ) -> TransportAddress:
        """
        As L{h323d.ha.doors.Doors}.
        """
        if number not in self._bound:
            user = _User(self, number)
            self._add(number, self._datagrams.bindMulticast(group, interface, user))
        return group

    def _add(self, number: int, port: PeekedPort) -> None:
        self._bound[number] = port
        self._sharer.share(PORT, number, (port.handle,))

    def found(self, number: int, data: bytes, source: TransportAddress) -> None:
        """
        A datagram waits.
        """
        if number in self._bound:
            take = self._bound[number].drop
            self._arrivals.arrive(Kind.DATAGRAM.value, number, data, source, take=take)

    def heardAt(self, number: int, peer: TransportAddress) -> str:
        """
        As L{h323d.ha.doors.Doors}.
        """
        return self._bound[number].heardAt(peer) if number in self._bound else ""

    def send(self, number: int, data: bytes, destination: TransportAddress, local: str) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        if number in self._bound:
            self._bound[number].send(data, destination, local)

    def unbind(self, number: int) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        port, held = self._bound.pop(number, None), self._held.pop(number, None)
        if port is not None:
            port.close()
        if held is not None:
            held.close()

    # Following, and taking over.

    def hold(self, number: int, handle: socket.socket) -> None:
        """
        Have a port that another process reads.
        """
        self._held[number] = handle

    def takeUp(self) -> None:
        """
        Send by all of them; what comes is read when the reactor goes on.
        """
        for port in self._bound.values():
            port.goOn()
        while self._held:
            number, handle = self._held.popitem()
            self._bound[number] = self._datagrams.adopt(handle, _User(self, number))

    def discard(self, number: int, data: bytes, source: TransportAddress) -> None:
        """
        If that waits first, take it away.
        """
        port = self._bound.get(number)
        if port is not None and port.first() == (data, source):
            port.drop()
