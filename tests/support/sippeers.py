"""
SIP endpoints over the simulated network, and what is needed to watch them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.call.applications import IGate
from h323d.call.defence import UNDEFENDED, DefenceRule
from h323d.call.gates import Gates
from h323d.call.legs import ILeg, ILegObserver, ILegOwner, ITransferRequest
from h323d.call.media import IMediaPort
from h323d.call.site import siteAt
from h323d.call.transport import IDatagramUser, IStream, IStreamUser
from h323d.call.ways import Way
from h323d.events.bus import EventBus
from h323d.net.datagram import Datagrams
from h323d.sip.calls.originator import SIPOriginator
from h323d.sip.config import SIPConfig
from h323d.sip.digest.answering import NO_SECRETS, Secrets
from h323d.sip.digest.users import IDigestUsers
from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.messages.framing import StreamReader
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.parser import parse
from h323d.sip.messages.writer import write
from h323d.sip.outside import NOTHING_ELSE, Services
from h323d.sip.registrar import RegistrarOwner
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import Stream
from h323d.values.proceeding import Proceeding
from tests.support.fakemedia import FakePool
from tests.support.network import Conditions, SimulatedNetwork
from tests.support.sealed import sealedStreams
from tests.support.surroundings import surroundingsOf

__all__ = [
    "PROFILE",
    "SECURED",
    "SERVER",
    "LegLog",
    "Peer",
    "SIPWorld",
    "ScriptedPeer",
    "Wire",
    "offerBody",
    "request",
    "responseTo",
]

SECURED = SIPConfig(tlsPort=5061, certificate="ours.pem", privateKey="ours.key")
"""
Of a peer that takes TLS too; what is in these files does not matter here.
"""

PROFILE = MediaProfile.audio((G711_ULAW, G711_ALAW))


@implementer(ILegObserver)
class LegLog:
    """
    Remembers what legs report.

    @ivar said: names of reports, in order.
    @ivar lost: the media that flowed no more, in order.
    @ivar requests: where peers sent us, in order.
    """

    def __init__(self) -> None:
        self.said: list[str] = []
        self.streams: list[Stream] = []
        self.lost: list[Medium] = []
        self.digits: list[tuple[str, int, DigitMethod]] = []
        self.causes: list[Cause] = []
        self.requests: list[ITransferRequest] = []

    def legDialled(self, leg: ILeg) -> None:
        pass

    def legProceeding(self, leg: ILeg, how: Proceeding = Proceeding.UNDER_WAY) -> None:
        isAll = how is Proceeding.UNDER_WAY
        self.said.append("proceeding" if isAll else f"proceeding {how.name}")

    def legAlerting(self, leg: ILeg) -> None:
        self.said.append("alerting")

    def legAnswered(self, leg: ILeg) -> None:
        self.said.append("answered")

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        assert (port.medium, port.stream) == (stream.medium, stream)
        self.said.append("media")
        self.streams.append(stream)

    def legMediaLost(self, leg: ILeg, medium: Medium) -> None:
        self.said.append("lost")
        self.lost.append(medium)

    def legDigit(self, leg: ILeg, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self.digits.append((digit, milliseconds, method))

    def legPictureWanted(self, leg: ILeg) -> None:
        self.said.append("picture")

    def legTransferRequested(self, leg: ILeg, request: ITransferRequest) -> None:
        self.said.append("transfer")
        self.requests.append(request)

    def legReplaced(self, leg: ILeg, by: ILeg) -> None:
        self.said.append("replaced")

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        self.said.append("released")
        self.causes.append(cause)


@implementer(ILegOwner)
class Peer:
    """
    A host with an endpoint; what it does with a call that comes in is C{onOffer}.
    """

    def __init__(
        self,
        world: SIPWorld,
        host: str,
        config: SIPConfig,
        registrations: RegistrarOwner | None = None,
        gates: Sequence[IGate] = (),
        users: IDigestUsers | None = None,
        secrets: Secrets = NO_SECRETS,
        services: Services = NOTHING_ELSE,
        defence: DefenceRule = UNDEFENDED,
    ) -> None:
        reactor = world.network.host(host)
        self.host = host
        self.pool = FakePool()
        self.legs: list[ILeg] = []
        self.logs: list[LegLog] = []
        self.onOffer: Callable[[ILeg], None] = lambda leg: leg.answer(PROFILE)
        self.events = EventBus()
        self.gates = Gates(world.clock, self.events, gates)
        self.endpoint = SIPEndpoint(
            config,
            replace(
                surroundingsOf(reactor, world.clock, random.Random(host), self.pool, self.events),
                secureSIP=sealedStreams(reactor) if config.speaksTLS else None,
            ),
            replace(siteAt(host), defence=defence),
            self,
            registrations,
            users=users,
            secrets=secrets,
            services=services,
        )
        self.endpoint.start()
        self.originator = SIPOriginator(self.endpoint)

    def legOffered(self, leg: ILeg) -> None:
        log = LegLog()
        leg.observe(log)
        self.legs.append(leg)
        self.logs.append(log)
        self.onOffer(leg)

    def call(
        self, target: str, profile: MediaProfile = PROFILE, calling: str = "alice"
    ) -> tuple[ILeg, LegLog]:
        log = LegLog()
        leg = self.originator.originate(
            CallID("c1"),
            (PartyAddress(AddressKind.H323_ID, calling),),
            Way("sip", None, (PartyAddress(AddressKind.URL, target),)),
            profile,
            log,
        )
        return leg, log


class Grounds(Protocol):
    """
    Where a peer lives: a simulation, or a L{SIPWorld}.
    """

    clock: Clock
    network: SimulatedNetwork


@implementer(IDatagramUser)
class ScriptedPeer:
    """
    A bare UDP port that sends and receives messages as text.
    """

    def __init__(self, world: Grounds, host: str, port: int = 5060) -> None:
        self.clock = world.clock
        self.address = TransportAddress(host, port)
        self.messages: list[SIPRequest | SIPResponse] = []
        self.times: list[float] = []
        self.port = Datagrams(world.network.host(host)).bind(self.address, self)

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self.messages.append(parse(data))
        self.times.append(self.clock.seconds())

    def send(self, text: str | bytes, destination: TransportAddress) -> None:
        data = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode()
        self.port.send(data, destination)

    @property
    def statuses(self) -> list[int]:
        return [each.status for each in self.messages if isinstance(each, SIPResponse)]

    @property
    def methods(self) -> list[str]:
        return [each.method for each in self.messages if isinstance(each, SIPRequest)]


@implementer(IStreamUser)
class Wire:
    """
    One TCP connection of a scripted peer.
    """

    def __init__(self) -> None:
        self.reader = StreamReader()
        self.messages: list[object] = []
        self.raw = b""
        self.stream: IStream | None = None
        self.closed = False

    def streamOpened(self, stream: IStream) -> None:
        self.stream = stream

    def streamReceived(self, data: bytes) -> None:
        self.raw += data
        self.messages += self.reader.feed(data)

    def streamClosed(self, reason: str) -> None:
        self.closed = True

    def send(self, text: str) -> None:
        assert self.stream is not None
        self.stream.write(text.replace("\n", "\r\n").encode())

    @property
    def statuses(self) -> list[int]:
        return [each.status for each in self.messages if isinstance(each, SIPResponse)]

    @property
    def methods(self) -> list[str]:
        return [each.method for each in self.messages if isinstance(each, SIPRequest)]


@dataclass
class SIPWorld:
    """
    A network, a clock, and whoever is on it.
    """

    conditions: Conditions = field(default_factory=Conditions)
    seed: int = 1

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.clock.advance(1_700_000_000.0)
        self.network = SimulatedNetwork(self.clock, random.Random(self.seed), self.conditions)
        self.sent: list[tuple[float, str, bytes]] = []
        self.network.observers.append(self._observe)
        self.peers: list[Peer] = []

    def _observe(
        self, kind: str, source: tuple[str, int], destination: tuple[str, int], data: bytes
    ) -> None:
        self.sent.append((self.clock.seconds(), source[0], data))

    def peer(
        self,
        host: str,
        config: SIPConfig | None = None,
        registrations: RegistrarOwner | None = None,
        gates: Sequence[IGate] = (),
        users: IDigestUsers | None = None,
        secrets: Secrets = NO_SECRETS,
        services: Services = NOTHING_ELSE,
        defence: DefenceRule = UNDEFENDED,
    ) -> Peer:
        known = (registrations, gates, users, secrets, services, defence)
        peer = Peer(self, host, config or SIPConfig(), *known)
        self.peers.append(peer)
        return peer

    def script(self, host: str, port: int = 5060) -> ScriptedPeer:
        return ScriptedPeer(self, host, port)

    def run(self, seconds: float, step: float = 0.01) -> None:
        """
        Let time pass.
        """
        for _ in range(round(seconds / step)):
            self.clock.advance(step)

    def settle(self) -> None:
        """
        Let every timer run out, and check that nothing is left.
        """
        for _ in range(200):
            calls = self.clock.getDelayedCalls()
            if not calls:
                break
            self.clock.advance(max(0.0, min(c.getTime() for c in calls) - self.clock.seconds()))
            if len(calls) > 1000:
                raise AssertionError("timers multiply")
        for _ in range(2000):
            calls = self.clock.getDelayedCalls()
            if not calls:
                break
            self.clock.advance(max(0.0, min(c.getTime() for c in calls) - self.clock.seconds()))
        assert self.clock.getDelayedCalls() == []
        for peer in self.peers:
            assert peer.endpoint.transactions == (0, 0)
            assert peer.endpoint.legs == ()
            assert peer.pool.ports == []

    def firstLines(self, host: str) -> list[str]:
        """
        What a host sent, each message by its first line's first two words.
        """
        return [
            " ".join(data.split(b"\r\n")[0].decode().split()[:2])
            for _, source, data in self.sent
            if source == host
        ]


def offerBody(host: str = "10.0.0.3", formats: str = "0 8", direction: str = "sendrecv") -> str:
    """
    A session description as text with line feeds.
    """
    return (
        f"v=0\no=- 1 1 IN IP4 {host}\ns=-\nc=IN IP4 {host}\nt=0 0\n"
        f"m=audio 4000 RTP/AVP {formats}\na={direction}\n"
    )


SERVER = TransportAddress("10.0.0.1", 5060)


def request(
    method: str,
    *,
    branch: str = "z9hG4bK1",
    callId: str = "call",
    cseq: int = 1,
    toTag: str = "",
    body: str = "",
    extra: str = "",
    uri: str = "sip:80001@10.0.0.1",
    via: str = "SIP/2.0/UDP 10.0.0.3;rport",
    cseqMethod: str = "",
) -> str:
    """
    A request of 10.0.0.3 as text with line feeds.

    @param extra: more header lines, each with its line feed.
    """
    tag = f";tag={toTag}" if toTag else ""
    octets = body.replace("\n", "\r\n").encode()
    content = "Content-Type: application/sdp\n" if body and "Content-Type" not in extra else ""
    return (
        f"{method} {uri} SIP/2.0\nVia: {via};branch={branch}\nMax-Forwards: 70\n"
        f"From: Script <sip:script@10.0.0.3>;tag=far\nTo: <{uri}>{tag}\n"
        f"Call-ID: {callId}\nCSeq: {cseq} {cseqMethod or method}\n"
        f"Contact: <sip:script@10.0.0.3>\n{extra}{content}Content-Length: {len(octets)}\n\n{body}"
    )


def responseTo(
    received: SIPRequest | SIPResponse,
    status: int,
    *,
    tag: str = "far",
    body: str = "",
    rows: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """
    An answer of 10.0.0.3.

    @param rows: more header fields.
    """
    assert isinstance(received, SIPRequest)
    response = received.response(status, None, tag)
    headers = response.headers.extending(("Contact", "<sip:script@10.0.0.3>"), *rows)
    if body:
        headers = headers.adding("Content-Type", "application/sdp")
    octets = body.replace("\n", "\r\n").encode()
    return write(SIPResponse(response.status, response.reason, headers, octets))
