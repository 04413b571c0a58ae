"""
A UDP port whose datagrams take no more memory than they have octets.

Twisted's own has room made for the longest that may come, 64 KiB, and lets go of what is not
needed.  What is kept of one, for minutes in the trace, then stands alone at the beginning of such a
piece, and the next datagram needs another: the heap becomes full of pieces that are too small for
it, and grows for as long as messages come.
"""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet.udp import Port

__all__ = ["MAX_DATAGRAM", "UDPPort", "UDPSocket"]

MAX_DATAGRAM = 65536  # octets


class UDPSocket(socket.socket):
    """
    Has one place into which all is read.
    """

    def __init__(
        self, family: int, kind: int, protocol: int = 0, fileno: int | None = None
    ) -> None:
        super().__init__(family, kind, protocol, fileno)
        self._place = memoryview(bytearray(MAX_DATAGRAM))

    def recvfrom(self, size: int, flags: int = 0) -> tuple[bytes, Any]:
        length, address = self.recvfrom_into(self._place, size, flags)
        return self._place[:length].tobytes(), address

    def recvmsg(
        self, size: int, room: int = 0, flags: int = 0
    ) -> tuple[bytes, list[tuple[int, int, bytes]], int, Any]:
        length, *told = self.recvmsg_into([self._place[:size]], room, flags)
        return self._place[:length].tobytes(), *told


class UDPPort(Port):
    """
    As Twisted's, with such a socket.
    """

    def createInternetSocket(self) -> socket.socket:
        created = self.newSocket()
        created.setblocking(False)
        return created

    def newSocket(self) -> UDPSocket:
        """
        One of our kind.
        """
        return UDPSocket(self.addressFamily, self.socketType)
