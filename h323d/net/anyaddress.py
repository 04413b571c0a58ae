"""
A UDP port on all addresses of this machine (C{0.0.0.0} or C{::}), which knows to which of
them each datagram came, and sends from the one that it is told.

A plain socket tells neither: what it sends leaves from the address that the route to the
receiver has, and a peer that asked another drops the answer.  The kernel tells beside the
datagram, and takes beside it (C{IP_PKTINFO}, ip(7); RFC 3542, 6).  Where a system does not
have that, it is a plain socket.
"""

from __future__ import annotations

import socket
import struct
import sys
from typing import Any

from twisted.logger import Logger

from h323d.net.udpport import UDPPort

__all__ = ["AnyAddressPort"]

IP_PKTINFO = 8  # of Linux, which Python does not name before 3.14

_LINUX = sys.platform == "linux"
_ROOM = socket.CMSG_SPACE(20)  # octets: a struct in6_pktinfo, the longer of the two
_MAX_NAMES = 1024  # local addresses whose text is kept; loopback alone has more


class AnyAddressPort(UDPPort):
    """
    One port of one family.  Its protocol has C{datagramReceivedAt(data, peer, local)}.
    """

    _log = Logger()

    def __init__(self, *arguments: Any, **more: Any) -> None:
        """
        As Twisted's.  Any: it has no types.
        """
        super().__init__(*arguments, **more)
        self._names: dict[bytes, str] = {}
        self._sources: dict[str, list[tuple[int, int, bytes]]] = {"": []}

    def createInternetSocket(self) -> socket.socket:
        created = super().createInternetSocket()
        if self.addressFamily == socket.AF_INET6:
            # IPv4 has a port of its own: as ::ffff:192.0.2.1, no list of networks knows it.
            created.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            created.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        elif _LINUX:
            created.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        return created

    def doRead(self) -> None:
        """
        Read what there is, up to a limit, as Twisted's own does.
        """
        receive, deliver = self.socket.recvmsg, self.protocol.datagramReceivedAt
        size, left = self.maxPacketSize, self.maxThroughput
        while left > 0:
            try:
                data, told, _, peer = receive(size, _ROOM)
            except OSError:  # nothing more, or a peer's refusal of what was sent before
                return
            left -= len(data)
            try:
                deliver(data, peer, self._localOf(told))
            except Exception:  # the fence: as for any protocol of Twisted
                self._log.failure("a datagram was not dealt with: our own fault")

    def writeFrom(self, local: str, data: bytes, peer: tuple[str, int]) -> None:
        """
        Send one datagram.

        @param local: one of our addresses; empty for the route's.

        @raise OSError: it cannot be sent.
        """
        told = self._sources.get(local)
        if told is None:
            told = self._sources[local] = [self._toldOf(local)]
            if len(self._sources) > _MAX_NAMES:
                self._sources = {"": []}
        self.socket.sendmsg((data,), told, 0, peer)

    def _localOf(self, told: list[tuple[int, int, bytes]]) -> str:
        """
        @return: empty, if the kernel did not say.
        """
        for _, _, octets in told:
            name = self._names.get(octets)
            return self._named(octets) if name is None else name
        return ""

    def _named(self, octets: bytes) -> str:
        if self.addressFamily == socket.AF_INET6:
            name = socket.inet_ntop(socket.AF_INET6, octets[:16])
        else:
            name = socket.inet_ntop(socket.AF_INET, octets[4:8])  # ipi_spec_dst
        if len(self._names) >= _MAX_NAMES:
            self._names.clear()
        self._names[octets] = name
        return name

    def _toldOf(self, local: str) -> tuple[int, int, bytes]:
        if self.addressFamily == socket.AF_INET6:
            packed = struct.pack("@16sI", socket.inet_pton(socket.AF_INET6, local), 0)
            return socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, packed
        packed = struct.pack("@I4s4s", 0, socket.inet_aton(local), bytes(4))
        return socket.IPPROTO_IP, IP_PKTINFO, packed
