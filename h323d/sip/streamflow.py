"""
One connection that carries SIP messages (RFC 3261, 18): open, on its way, or gone.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from zope.interface import implementer

from h323d.call.homes import Home, Homes
from h323d.call.timer import Timer
from h323d.call.transport import IOpening, IStream, IStreamOpener, IStreamUser
from h323d.errors import DecodeError
from h323d.sip.messages.framing import PING, PONG, KeepAlive, StreamReader
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.proof import PROVEN
from h323d.sip.wiretap import WireTap
from h323d.values.address import TransportAddress

__all__ = ["StreamFlow", "StreamFlows"]

CONNECT_TIMEOUT = 10.0  # seconds
MAX_QUEUED = 64  # messages that wait for a connection to open


class StreamFlows(Protocol):
    """
    What a connection needs of whoever keeps all of them.

    @ivar homes: our addresses.
    @ivar messageTimeout: seconds that a message may take to come.
    @ivar wiretap: notes what is sent.
    """

    wiretap: WireTap

    @property
    def homes(self) -> Homes: ...
    @property
    def messageTimeout(self) -> float: ...

    def opened(self, stream: StreamFlow) -> None:
        """It is there."""

    def touch(self, stream: StreamFlow) -> None:
        """Something was carried that counts."""

    def idle(self, stream: StreamFlow) -> None:
        """Nothing was carried for long."""

    def arrived(
        self, stream: StreamFlow, item: SIPRequest | SIPResponse | DecodeError, octets: bytes
    ) -> None:
        """One whole message, as it was read and as it came, or something that is none."""

    def closed(self, stream: StreamFlow) -> None:
        """It is gone, or could not be made."""


@implementer(IStreamUser)
class StreamFlow:
    """
    One connection, open or on its way.

    @ivar protocol: as in Via: C{"TCP"} or C{"TLS"}.
    @ivar domain: the SIP domain that the peer has shown to speak for, over TLS; empty for none.
    """

    reliable = True
    credit = PROVEN

    def __init__(
        self,
        flows: StreamFlows,
        clock: IReactorTime,
        home: Home,
        source: str,
        port: int,
        peer: TransportAddress,
        protocol: str = "TCP",
        domain: str = "",
    ) -> None:
        """
        @param source: the address of ours that it leaves from.
        @param port: ours, where connections are accepted.
        """
        self._flows = flows
        self._partial = Timer(clock)
        self._known = False  # whether we dialled it, or it has sent a whole message
        self._stream: IStream | None = None
        self._opening: IOpening | None = None
        self._waiting: list[bytes] = []
        self._reader = StreamReader()
        self._idle: IDelayedCall | None = None
        self.source = source
        self.home = home
        self.local = TransportAddress(home.told, port)
        self.peer = peer
        self.usable = True
        self.protocol = protocol
        self.domain = domain

    @property
    def peerKey(self) -> bytes | None:
        """
        The public key of the peer's certificate, as L{IStream} has it.
        """
        return None if self._stream is None else self._stream.peerKey

    def open(self, opener: IStreamOpener) -> None:
        self._known = True
        opening = opener.open(self.peer, self, CONNECT_TIMEOUT, self.source)
        if self._stream is None and self.usable:
            self._opening = opening

    def send(self, data: bytes) -> None:
        if self._stream is not None:
            self._flows.wiretap.note(self, True, data)
            self._stream.write(data)
            self._touch()
        elif self.usable and len(self._waiting) < MAX_QUEUED:
            self._waiting.append(data)

    def mayBe(self, address: TransportAddress, domain: str) -> bool:
        """
        Whether whoever has opened it has proved to be who we would dial at an address.
        """
        stream = self._stream
        return stream is not None and bool(stream.provesToBe(address.host, domain))

    def ping(self) -> None:
        """
        Send a keep-alive (RFC 5626, 4.4.1).
        """
        if self._stream is not None:
            self._reader.awaitsPong = True
            self._stream.write(PING)
            self._touch()

    @property
    def ponged(self) -> bool:
        """
        Whether the peer has answered our last keep-alive.
        """
        return not self._reader.awaitsPong

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        elif self._opening is not None:
            self._opening.cancel()

    def abort(self) -> None:
        self.usable = False  # though it takes a moment until it is gone
        if self._stream is not None:
            self._stream.abort()

    def expireAfter(self, clock: IReactorTime, seconds: float) -> None:
        """
        Close when nothing is carried for so long.
        """
        if self._idle is not None and self._idle.active():
            self._idle.reset(seconds)
        elif self.usable:
            self._idle = clock.callLater(seconds, self._flows.idle, self)

    def streamOpened(self, stream: IStream) -> None:
        self._stream = stream
        self._opening = None
        self.peer = stream.peer
        self.source = stream.local.host
        self.home = self._flows.homes.towards(stream.peer.host, self.source)
        self.local = TransportAddress(self.home.told, self.local.port)
        self._flows.opened(self)
        waiting, self._waiting = self._waiting, []
        for data in waiting:
            self.send(data)

    def streamReceived(self, data: bytes) -> None:
        items = self._reader.feed(data)
        for item, octets in zip(items, self._reader.octets, strict=True):
            if isinstance(item, KeepAlive):
                self.send(PONG)
                continue
            self._known = self._known or not isinstance(item, DecodeError)
            self._touch()
            self._flows.arrived(self, item, octets)
        if self._reader.broken:
            self.close()
        elif not self._reader.pending:
            self._partial.stop()
        elif items or not self._partial.running:
            self._partial.start(self._flows.messageTimeout, self._tooSlow)

    def streamClosed(self, reason: str) -> None:
        self.usable = False
        self._stream = self._opening = None
        self._waiting = []
        if self._idle is not None and self._idle.active():
            self._idle.cancel()
        self._partial.stop()
        self._flows.closed(self)

    def _tooSlow(self) -> None:
        self._flows.arrived(self, DecodeError("it took too long", "message"), b"")
        self.abort()

    def _touch(self) -> None:
        """
        Something was carried.  It does not count before the peer has sent a whole message:
        anybody can send empty lines, or half of one.
        """
        if self._known:
            self._flows.touch(self)
