"""
RTP and RTCP port pairs in a configured range (RFC 3550, 11: even and odd).

Bound on the reactor's thread, at once, so that a leg can answer without waiting for a
tick; then handed to the media thread, which alone closes them.  Which pair comes next cannot
be guessed (RFC 6056): who is not on the way of a call's packets does not know where to send.
"""

from __future__ import annotations

import ctypes
import errno
import math
import os
import random
import socket
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zope.interface import implementer

from h323d.call.applications import Priority
from h323d.call.ports import IPortPair, IPortSource
from h323d.errors import ResourceUnavailable
from h323d.media.config import MediaConfig
from h323d.values.address import TransportAddress

__all__ = ["GivenSockets", "PortRange", "SocketPair", "descriptorsOf"]

_UNSPECIFIED = bytes(16)  # a sockaddr of AF_UNSPEC; connecting to it disconnects
_libc = ctypes.CDLL(None)
_RECEIVE_BUFFER = 65536  # octets; some 0.5 s of packets as the kernel accounts for them
_SEND_BUFFER = 65536
_RESTING = 128  # pairs that were closed last, and are taken again only if no others are free
_NOT_OURS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EMFILE, errno.ENFILE)


@implementer(IPortPair)
@dataclass(slots=True)
class SocketPair:
    """
    Two bound UDP sockets, not blocking.

    @ivar resting: gets the RTP port when the pair is closed, on whichever thread that is.
    """

    rtp: TransportAddress
    rtcp: TransportAddress
    rtpSocket: socket.socket
    rtcpSocket: socket.socket
    resting: deque[int]

    def disconnect(self) -> None:
        """
        Take RTP from anybody again.
        """
        _libc.connect(self.rtpSocket.fileno(), _UNSPECIFIED, len(_UNSPECIFIED))

    def close(self) -> None:
        self.rtpSocket.close()
        self.rtcpSocket.close()
        self.resting.append(self.rtp.port)


class GivenSockets:
    """
    Makes pairs of sockets that another process has bound (L{h323d.media.process.Given}).
    """

    def pair(
        self, rtp: TransportAddress, rtcp: TransportAddress, first: int, second: int
    ) -> SocketPair:
        """
        @param first: the descriptor of the socket for RTP, which is the pair's from now on.
        @param second: likewise, for RTCP.
        """
        forRTP, forRTCP = (socket.socket(fileno=each) for each in (first, second))
        pair = SocketPair(rtp, rtcp, forRTP, forRTCP, deque(maxlen=1))
        pair.disconnect()  # whom it was locked to where it was before, is not known here
        return pair

    def close(self, descriptor: int) -> None:
        """
        Nobody wants it.
        """
        os.close(descriptor)


@implementer(IPortSource)
class PortRange:
    """
    Draws pairs from the range.  One that was just freed, to which the last call's peer may
    still send, is taken again as late as possible.
    """

    def __init__(self, config: MediaConfig, rng: random.Random) -> None:
        """
        @param rng: must not be guessed; C{SystemRandom} in service.
        """
        self._first = config.portFirst
        self._pairs = (config.portLast - config.portFirst + 1) // 2
        self._trafficClasses = {
            Priority.NORMAL: config.trafficClass,
            Priority.HIGH: config.emergencyTrafficClass,
        }
        self._rng = rng
        self._resting: deque[int] = deque(maxlen=_RESTING)

    def bind(self, host: str, priority: Priority = Priority.NORMAL) -> SocketPair:
        """
        @raise ResourceUnavailable: the range is used up, or C{host} is no local address.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        closed = {port: place for place, port in enumerate(tuple(self._resting))}
        later = []
        for port in self._drawn():
            if port in closed:
                later.append(port)
            elif (pair := self._bindPair(family, host, port, priority)) is not None:
                return pair
        for port in sorted(later, key=closed.__getitem__):
            if (pair := self._bindPair(family, host, port, priority)) is not None:
                return pair
        last = self._first + 2 * self._pairs - 1
        raise ResourceUnavailable(f"no RTP ports left on {host} in {self._first}-{last}")

    def _drawn(self) -> Iterator[int]:
        """
        All RTP ports, each once: from one that is drawn, in steps that are drawn, so that the
        last free one is found and none tells which is next.
        """
        pairs = self._pairs
        at, step = self._rng.randrange(pairs), 1 + self._rng.randrange(pairs)
        while math.gcd(step, pairs) != 1:
            step = 1 + self._rng.randrange(pairs)
        for _ in range(pairs):
            yield self._first + 2 * at
            at = (at + step) % pairs

    def _bindPair(self, family: int, host: str, port: int, priority: Priority) -> SocketPair | None:
        """
        @return: C{None} if one of the two ports is taken.
        """
        trafficClass = self._trafficClasses[priority]
        rtp = self._bindSocket(family, host, port, trafficClass)
        if rtp is None:
            return None
        rtcp = self._bindSocket(family, host, port + 1, trafficClass)
        if rtcp is None:
            rtp.close()
            return None
        rtpAddress, rtcpAddress = (TransportAddress(host, port + each) for each in (0, 1))
        return SocketPair(rtpAddress, rtcpAddress, rtp, rtcp, self._resting)

    def _bindSocket(
        self, family: int, host: str, port: int, trafficClass: int
    ) -> socket.socket | None:
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
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, trafficClass)
            else:
                bound.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, trafficClass)
            bound.bind((host, port))
        except OSError as error:
            bound.close()
            if error.errno in _NOT_OURS:
                raise ResourceUnavailable(f"cannot bind {host}: {error.strerror}") from error
            return None
        return bound


def descriptorsOf(pairs: Iterable[IPortPair]) -> list[int]:
    """
    @param pairs: those that have sockets.

    @raise TypeError: one has none.
    """
    sockets: list[int] = []
    for each in pairs:
        if not isinstance(each, SocketPair):
            raise TypeError("only a PortRange's pairs have sockets")
        sockets += [each.rtpSocket.fileno(), each.rtcpSocket.fileno()]
    return sockets
