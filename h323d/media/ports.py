"""
RTP and RTCP port pairs in a configured range (RFC 3550, 11: even and odd).

Bound on the reactor's thread, at once, so that a leg can answer without waiting for a
tick; then handed to the media thread, which alone closes them.
"""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass

from zope.interface import implementer

from h323d.errors import ResourceUnavailable
from h323d.media.config import MediaConfig
from h323d.media.packets import IPortPair, IPortSource
from h323d.values.address import TransportAddress

__all__ = ["PortRange", "SocketPair"]

_RECEIVE_BUFFER = 65536  # octets; some 0.5 s of packets as the kernel accounts for them
_SEND_BUFFER = 65536
_NOT_OURS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EMFILE, errno.ENFILE)


@implementer(IPortPair)
@dataclass(slots=True)
class SocketPair:
    """
    Two bound UDP sockets, not blocking.
    """

    rtp: TransportAddress
    rtcp: TransportAddress
    rtpSocket: socket.socket
    rtcpSocket: socket.socket

    def close(self) -> None:
        self.rtpSocket.close()
        self.rtcpSocket.close()


@implementer(IPortSource)
class PortRange:
    """
    Goes round the range, so that a port that was just freed, to which the last call's
    peer may still send, is taken again as late as possible.
    """

    def __init__(self, config: MediaConfig) -> None:
        self._first = config.portFirst
        self._pairs = (config.portLast - config.portFirst + 1) // 2
        self._trafficClass = config.trafficClass
        self._next = 0

    def bind(self, host: str) -> SocketPair:
        """
        @raise ResourceUnavailable: the range is used up, or C{host} is no local address.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        for _ in range(self._pairs):
            port = self._first + 2 * self._next
            self._next = (self._next + 1) % self._pairs
            pair = self._bindPair(family, host, port)
            if pair is not None:
                return pair
        last = self._first + 2 * self._pairs - 1
        raise ResourceUnavailable(f"no RTP ports left on {host} in {self._first}-{last}")

    def _bindPair(self, family: int, host: str, port: int) -> SocketPair | None:
        """
        @return: C{None} if one of the two ports is taken.
        """
        rtp = self._bindSocket(family, host, port)
        if rtp is None:
            return None
        rtcp = self._bindSocket(family, host, port + 1)
        if rtcp is None:
            rtp.close()
            return None
        return SocketPair(TransportAddress(host, port), TransportAddress(host, port + 1), rtp, rtcp)

    def _bindSocket(self, family: int, host: str, port: int) -> socket.socket | None:
        try:
            bound = socket.socket(family, socket.SOCK_DGRAM)
        except OSError as error:
            raise ResourceUnavailable(f"no socket: {error.strerror}") from error
        try:
            bound.setblocking(False)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            if family == socket.AF_INET6:
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, self._trafficClass)
            else:
                bound.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, self._trafficClass)
            bound.bind((host, port))
        except OSError as error:
            bound.close()
            if error.errno in _NOT_OURS:
                raise ResourceUnavailable(f"cannot bind {host}: {error.strerror}") from error
            return None
        return bound
