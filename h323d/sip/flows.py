"""
The ways that SIP messages take: a UDP port towards a peer, or a connection.

Routing of responses (RFC 3261, 18.2.2, and RFC 3581) and the reuse of
connections are here; what the messages mean is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from zope.interface import implementer

from h323d.call.homes import Home, Homes
from h323d.call.listeners import bindAll, listenAll
from h323d.call.surroundings import Surroundings
from h323d.call.transport import (
    IDatagramPort,
    IDatagramUser,
    IListening,
    IStreamOpener,
    IStreamUser,
)
from h323d.errors import DecodeError
from h323d.sip.aliases import Aliases
from h323d.sip.config import SIPConfig
from h323d.sip.messages.framing import isKeepAlive
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.parser import parse
from h323d.sip.messages.via import Via
from h323d.sip.ports import defaultPort
from h323d.sip.proof import PROVEN, UnprovenCredit
from h323d.sip.streamflow import StreamFlow
from h323d.sip.stun import answerTo
from h323d.sip.wiretap import WireTap
from h323d.values.address import TransportAddress

__all__ = ["DatagramFlow", "Flow", "FlowUser", "Flows"]


class Flow(Protocol):
    """
    A way to one peer.

    @ivar protocol: as in Via: C{"UDP"}, C{"TCP"} or C{"TLS"}.
    @ivar reliable: it loses nothing.
    @ivar local: where we are reached, as the peer is told.
    @ivar home: our address towards the peer.
    @ivar source: the address of ours that what is sent leaves from.
    @ivar peer: where it leads.
    @ivar credit: what may be sent there.
    @ivar peerKey: the public key of the peer's certificate, as L{IStream} has it.
    """

    @property
    def protocol(self) -> str: ...
    @property
    def reliable(self) -> bool: ...
    @property
    def local(self) -> TransportAddress: ...
    @property
    def home(self) -> Home: ...
    @property
    def source(self) -> str: ...
    @property
    def peer(self) -> TransportAddress: ...
    @property
    def usable(self) -> bool: ...
    @property
    def credit(self) -> UnprovenCredit: ...
    @property
    def peerKey(self) -> bytes | None: ...
    def send(self, data: bytes) -> None: ...


class FlowUser(Protocol):
    """
    Who uses the flows: the endpoint.
    """

    def messageReceived(self, message: SIPRequest | SIPResponse, flow: Flow) -> None:
        """One whole message."""

    def messageRefused(self, error: DecodeError, flow: Flow) -> None:
        """Something that is none; perhaps it can be answered."""

    def answers(self, flow: Flow) -> bool:
        """Whether something that is no message, or no good one, gets an answer."""

    def flowClosed(self, flow: Flow) -> None:
        """A connection is gone, or could not be made."""

    def needs(self, flow: Flow) -> bool:
        """Whether somebody would suffer if this silent connection were closed."""


@dataclass(frozen=True, slots=True)
class DatagramFlow:
    """
    Our UDP port towards one peer; what its credit does not cover is not sent.
    """

    port: IDatagramPort
    local: TransportAddress
    home: Home
    peer: TransportAddress
    source: str
    wiretap: WireTap = field(compare=False)
    protocol: str = "UDP"
    reliable: bool = False
    usable: bool = True
    credit: UnprovenCredit = field(default=PROVEN, compare=False)
    peerKey: bytes | None = None

    def send(self, data: bytes) -> None:
        if self.credit.covers(len(data), self.credit.keptAfter(data)):
            self.wiretap.note(self, True, data)
            self.port.send(data, self.peer, self.source)


class Flows:
    """
    All flows of an endpoint.

    @ivar homes: our addresses.
    @ivar address: where peers reach us, by UDP and TCP, as far as it is the same for all.
    @ivar messageTimeout: seconds that a message may take to come by TCP.
    @ivar wire: where messages are noted.
    @ivar wiretap: notes them.
    """

    def __init__(
        self, config: SIPConfig, world: Surroundings, homes: Homes, user: FlowUser
    ) -> None:
        """
        @param homes: what to bind, and what peers are told.
        """
        self.homes = homes
        self.wire = world.wire
        self.wiretap = WireTap(world.clock, world.wire)
        self._clock = world.clock
        self._datagrams = world.datagrams
        self._listener = world.listener
        self._opener = world.opener
        self._secure = world.secureSIP
        self._config = config
        self.messageTimeout = config.messageTimeout
        self._user = user
        self._port: IDatagramPort | None = None
        self._listening: list[IListening] = []
        self._number = config.port
        self._streams: dict[StreamFlow, None] = {}
        self._byPeer: dict[TransportAddress, dict[StreamFlow, None]] = {}
        self._aliases = Aliases()

    @property
    def address(self) -> TransportAddress:
        return TransportAddress(self.homes.main.told, self._number)

    def start(self) -> None:
        """
        Bind.

        @raise h323d.errors.ResourceUnavailable: it cannot be bound.
        """
        user = _DatagramUser(self._datagramReceived)
        self._port = bindAll(self._datagrams, self.homes.binds, self._number, user)
        self._number = self._port.address.port
        if self._config.tcp:
            self._listening.append(
                listenAll(self._listener, self.homes.binds, self._number, self._accept)
            )
        if self._config.tlsPort and self._secure is not None:
            self._listening.append(
                listenAll(
                    self._secure.listener,
                    self.homes.binds,
                    self._config.tlsPort,
                    self._acceptSecurely,
                )
            )

    def close(self) -> None:
        """
        Close every socket.
        """
        for listening in self._listening:
            listening.stop()
        for stream in tuple(self._streams):
            stream.close()
        if self._port is not None:
            self._port.close()

    @property
    def connections(self) -> int:
        return len(self._streams)

    def speaks(self, protocol: str) -> bool:
        """
        Whether there are ways over a transport.

        @param protocol: as in Via.
        """
        return protocol != "TLS" or self._secure is not None

    def to(
        self,
        protocol: str,
        address: TransportAddress,
        heard: Flow | None = None,
        credit: UnprovenCredit = PROVEN,
        domain: str = "",
    ) -> Flow:
        """
        A way to a peer: over TCP and TLS, an open connection if there is one.

        @param heard: a way by which its host was heard: the new one leaves from there too.
        @param credit: what may be sent there, by datagram.
        @param domain: the SIP domain that the peer has to speak for, over TLS; where it is
            empty, the one of C{heard}, or none.
        """
        if heard is not None and heard.peer.host != address.host:
            heard = None
        if protocol in ("TCP", "TLS"):
            if isinstance(heard, StreamFlow):
                domain = domain or heard.domain
            known = self.connection(address, protocol, domain)
            if known is None and protocol == "TLS":
                known = self._aliases.by(address, domain)
            if known is not None:
                return known
            home = self.homes.towards(address.host) if heard is None else heard.home
            source = home.bind if heard is None else heard.source
            stream = StreamFlow(
                self, self._clock, home, source, self._portFor(protocol), address, protocol, domain
            )
            self._streams[stream] = None
            self._byPeer.setdefault(address, {})[stream] = None
            stream.open(self._openerOf(protocol, domain))
            return stream
        return self._datagramFlow(address, heard, credit)

    def _openerOf(self, protocol: str, domain: str) -> IStreamOpener:
        opener = self._opener
        if protocol == "TLS":
            assert self._secure is not None  # C{speaks} was asked
            opener = self._secure.opener
            opener = opener.expecting(domain) if domain else opener
        return opener

    def connection(
        self, peer: TransportAddress, protocol: str = "", domain: str = ""
    ) -> Flow | None:
        """
        A connection with a peer, open or on its way.

        @param protocol: C{"TCP"} or C{"TLS"}; empty for either.
        @param domain: the SIP domain that the peer has to have shown to speak for; empty for any.
        """
        for each in self._byPeer.get(peer, ()):
            if each.usable and protocol in ("", each.protocol) and domain in ("", each.domain):
                return each
        return None

    def back(self, via: Via, flow: Flow) -> Flow:
        """
        The way of a response (18.2.2; RFC 3581, 4).

        The address is the one the request came from, always: C{maddr} would
        let anybody aim our answers at others.

        @param via: the topmost, with C{received} and C{rport} written in.
        @param flow: the way the request came.
        """
        if flow.reliable:
            if flow.usable:
                return flow
            address = TransportAddress(flow.peer.host, via.port or defaultPort(flow.protocol))
            return self.to(flow.protocol, address, flow)
        port = via.port or defaultPort("UDP")
        if via.rport is not None or port == flow.peer.port:
            return flow
        return self.to("UDP", TransportAddress(flow.peer.host, port), flow, flow.credit)

    def _datagramFlow(
        self, peer: TransportAddress, heard: Flow | None, credit: UnprovenCredit
    ) -> DatagramFlow:
        assert self._port is not None, "not started"
        source = self._port.heardAt(peer) if heard is None else heard.source
        home = self.homes.towards(peer.host, source)
        local = TransportAddress(home.told, self._number)
        way = (self._port, local, home, peer, source or home.bind)
        return DatagramFlow(*way, self.wiretap, credit=credit)

    def _datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        if isKeepAlive(data):
            return
        body = data.partition(b"\r\n\r\n")[2]
        flow = self._datagramFlow(source, None, UnprovenCredit(len(data), len(body)))
        answer = answerTo(data, source)
        if answer is not None:
            if self._user.answers(flow):
                flow.send(answer)
            return
        try:
            message = parse(data)
        except DecodeError as error:
            self._user.messageRefused(error, flow)
        else:
            self.wiretap.note(flow, False, data)
            self._user.messageReceived(message, flow)

    def _accept(self, peer: TransportAddress) -> IStreamUser | None:
        return self._accepted(peer, "TCP")

    def _acceptSecurely(self, peer: TransportAddress) -> IStreamUser | None:
        return self._accepted(peer, "TLS")

    def _accepted(self, peer: TransportAddress, protocol: str) -> IStreamUser | None:
        if len(self._streams) >= self._config.maxConnections:
            return None
        home = self.homes.main  # until it is known which of our addresses the peer has reached
        port = self._portFor(protocol)
        stream = StreamFlow(self, self._clock, home, home.bind, port, peer, protocol)
        self._streams[stream] = None
        user: IStreamUser = stream
        return user

    def _portFor(self, protocol: str) -> int:
        """
        Where peers reach us.
        """
        return self._config.tlsPort if protocol == "TLS" else self._number

    def opened(self, stream: StreamFlow) -> None:
        self._byPeer.setdefault(stream.peer, {})[stream] = None
        stream.expireAfter(self._clock, self._config.firstMessageTimeout)

    def touch(self, stream: StreamFlow) -> None:
        stream.expireAfter(self._clock, self._config.idleTimeout)

    def idle(self, stream: StreamFlow) -> None:
        if self._user.needs(stream):
            self.touch(stream)
        else:
            stream.close()

    def arrived(
        self, stream: StreamFlow, item: SIPRequest | SIPResponse | DecodeError, octets: bytes
    ) -> None:
        if isinstance(item, DecodeError):
            self._user.messageRefused(item, stream)
        else:
            self.wiretap.note(stream, False, octets)
            if isinstance(item, SIPRequest):
                self._aliases.heard(item.via, stream)
            self._user.messageReceived(item, stream)

    def cut(self, flow: Flow) -> None:
        """
        Close a connection that nobody needs.
        """
        if isinstance(flow, StreamFlow):
            self.idle(flow)

    def closed(self, stream: StreamFlow) -> None:
        self._streams.pop(stream, None)
        self._aliases.gone(stream)
        others = self._byPeer.get(stream.peer, {})
        others.pop(stream, None)
        if not others:
            self._byPeer.pop(stream.peer, None)
        self._user.flowClosed(stream)


@implementer(IDatagramUser)
class _DatagramUser:
    """
    Hands datagrams on.
    """

    def __init__(self, received: Callable[[bytes, TransportAddress], None]) -> None:
        self._received = received

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self._received(data, source)
