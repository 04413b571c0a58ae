"""
What a stranger may do to the HTTP listener: so much at a time, and no more.

twisted.web takes a body of any length, and puts it into a file before anybody is asked, and every
line of a header begins its patience anew.  Here all limits hold before anything is kept or read: a
request has one time for all of it, and its answer; its body one length, however it is framed; an
address, and all of them, so many connections.
"""

from __future__ import annotations

import http
import io
from collections import Counter
from typing import Any

from twisted.internet.interfaces import IAddress, IDelayedCall, IReactorTime
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel
from twisted.web.server import Request, Site

from h323d.web.config import WebConfig
from h323d.web.endpoints import Endpoints, problem

__all__ = ["DEADLINE", "MAX_BODY", "WebSite"]

MAX_BODY = 65536  # octets
DEADLINE = 10.0  # seconds for a request, from its first octet, or the last answer, to its answer
FAREWELL = 2.0  # seconds that who is being closed has to take what was sent


class _BoundedRequest(Request):
    """
    A request whose body is kept in memory.
    """

    channel: Any  # a _BoundedChannel, which Twisted does not promise

    def gotLength(self, length: int | None) -> None:
        self.content = io.BytesIO()

    def handleContentChunk(self, data: bytes) -> None:
        if self.channel.mayTake(len(data)):
            super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        if not self.channel.isOver:
            super().requestReceived(command, path, version)


class _BoundedChannel(HTTPChannel):
    """
    One connection.

    @ivar isOver: whether nothing is read any more.
    """

    site: WebSite  # which whoever makes it says
    transport: Any  # of TCP, or of TLS

    def __init__(self) -> None:
        super().__init__()
        self.isOver = False
        self._body = 0  # octets
        self._deadline: IDelayedCall | None = None

    def connectionMade(self) -> None:
        super().connectionMade()
        self._await(DEADLINE)

    def dataReceived(self, data: bytes) -> None:
        if not self.isOver:
            super().dataReceived(data)

    def lineReceived(self, line: bytes) -> None:
        if not self.isOver:
            super().lineReceived(line)

    def rawDataReceived(self, data: bytes) -> None:
        if not self.isOver:
            super().rawDataReceived(data)

    def allHeadersReceived(self) -> None:
        headers = self.requests[-1].requestHeaders
        if headers.hasHeader("Content-Length") and headers.hasHeader("Transfer-Encoding"):
            self.refuse(400)  # who stands between us may go by the other one (RFC 9112, 6.3)
        elif (self.length or 0) > MAX_BODY:
            self.refuse(413)
        else:
            super().allHeadersReceived()

    def allContentReceived(self) -> None:
        if not self.isOver:
            self._body = 0
            super().allContentReceived()

    def mayTake(self, octets: int) -> bool:
        """
        Whether so much more of a body may be kept; what is too long is refused.
        """
        self._body += octets
        if self._body > MAX_BODY and not self.isOver:
            self.refuse(413)
        return not self.isOver

    def refuse(self, status: int) -> None:
        """
        Say why, and read no more.
        """
        answer, phrase = problem(status), http.HTTPStatus(status).phrase
        head = (
            f"HTTP/1.1 {status} {phrase}\r\nContent-Type: {answer.contentType}\r\n"
            f"Content-Length: {len(answer.body)}\r\nConnection: close\r\n"
            "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n"
        )
        self.site.refused(status)
        self.transport.write(head.encode() + answer.body)
        self.loseConnection()

    def loseConnection(self) -> None:
        if not self.isOver:
            self.isOver = True
            self._await(FAREWELL)
        super().loseConnection()

    def requestDone(self, request: Any) -> None:
        super().requestDone(request)
        if not self.isOver:
            self._await(DEADLINE)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.site.lost(self)
        self._stop()
        super().connectionLost(reason)

    def _await(self, seconds: float) -> None:
        self._stop()
        self._deadline = self.site.reactor.callLater(seconds, self._due)

    def _stop(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None

    def _due(self) -> None:
        if self.isOver:
            self.transport.abortConnection()
        else:
            self.loseConnection()


class _Surplus(Protocol):
    """
    A connection that is one too many.
    """

    def connectionMade(self) -> None:
        transport: Any = self.transport  # which may be TCP or TLS
        transport.abortConnection()


class WebSite(Site):
    """
    The endpoints, for whoever connects.
    """

    protocol = _BoundedChannel  # type: ignore[assignment]  # Twisted's own is for HTTP/2, too
    noisy = False

    def __init__(self, config: WebConfig, endpoints: Endpoints, clock: IReactorTime) -> None:
        super().__init__(endpoints, _BoundedRequest, timeout=None, reactor=clock)
        self._config = config
        self._endpoints = endpoints
        self._open: dict[_BoundedChannel, str] = {}
        self._byPeer: Counter[str] = Counter()

    def buildProtocol(  # type: ignore[override]  # likewise
        self, addr: IAddress | None
    ) -> Protocol:
        host = getattr(addr, "host", "")
        isSurplus = len(self._open) >= self._config.maxConnections
        if isSurplus or self._byPeer[host] >= self._config.maxConnectionsPerPeer:
            return _Surplus()
        channel: _BoundedChannel = super().buildProtocol(addr)
        self._open[channel] = host
        self._byPeer[host] += 1
        return channel

    def lost(self, channel: _BoundedChannel) -> None:
        """
        A connection is gone.
        """
        host = self._open.pop(channel)
        self._byPeer[host] -= 1
        if not self._byPeer[host]:
            del self._byPeer[host]

    def refused(self, status: int) -> None:
        """
        A request was answered before it was known what for.
        """
        self._endpoints.count(status)

    def startFactory(self) -> None:
        """
        As of Twisted, without a log of who has asked what, and its clock.
        """

    def stopFactory(self) -> None:
        """
        There is nothing to stop.
        """

    def log(self, request: Any) -> None:
        """
        Who asks for figures four times a minute would fill the log with it.
        """
