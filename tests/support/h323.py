"""
H.323 endpoints on a simulated network, and those who command and observe their legs.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.call.legs import ILeg, ILegObserver, ILegOwner
from h323d.call.media import IMediaPort
from h323d.call.transport import IStream, IStreamUser
from h323d.events import BadInput, EventBus
from h323d.h323 import messages, q931, tpkt, uuie
from h323d.h323.config import H323Config
from h323d.h323.endpoint import H323Endpoint, Host
from h323d.h323.q931 import MessageType, Q931Message
from h323d.h323.uuie import CallIdentity, Content, SetupParties, Start
from h323d.net.stream import StreamListener, StreamOpener
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.media import (
    G711_ALAW,
    G711_ULAW,
    AudioStream,
    DigitMethod,
    MediaProfile,
)
from tests.support.fakemedia import FakePool
from tests.support.network import SimulatedNetwork

__all__ = ["PROFILE", "Party", "ScriptedPeer", "Side", "newClock"]

PROFILE = MediaProfile((G711_ULAW, G711_ALAW))


def newClock() -> Clock:
    """
    A clock that starts at a fixed date.
    """
    clock = Clock()
    clock.advance(1_800_000_000)
    return clock


@implementer(ILegObserver)
@dataclass
class Party:
    """
    Remembers what a leg reports.

    @ivar reports: the happenings' names, in order.
    """

    leg: ILeg | None = None
    reports: list[str] = field(default_factory=list)
    streams: list[AudioStream] = field(default_factory=list)
    digits: list[tuple[str, DigitMethod]] = field(default_factory=list)
    cause: Cause | None = None

    def legProceeding(self, leg: ILeg) -> None:
        self.reports.append("proceeding")

    def legAlerting(self, leg: ILeg) -> None:
        self.reports.append("alerting")

    def legAnswered(self, leg: ILeg) -> None:
        self.reports.append("answered")

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: AudioStream) -> None:
        self.reports.append("mediaReady")
        self.streams.append(stream)

    def legMediaLost(self, leg: ILeg) -> None:
        self.reports.append("mediaLost")

    def legDigit(self, leg: ILeg, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self.digits.append((digit, method))

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        self.reports.append("released")
        assert self.cause is None
        self.cause = cause


@implementer(ILegOwner)
class Side:
    """
    One endpoint on a simulated host, and the calls that it was offered.

    @ivar parties: an observer for each leg that was offered.
    @ivar answers: whether offered legs are answered at once.
    """

    def __init__(
        self,
        network: SimulatedNetwork,
        address: str,
        config: H323Config | None = None,
        answers: bool = True,
        seed: int = 1,
    ) -> None:
        self.host = network.host(address)
        self.pool = FakePool()
        self.events = EventBus()
        self.faults: list[BadInput] = []
        self.events.subscribe(BadInput, self.faults.append)
        self.parties: list[Party] = []
        self.answers = answers
        self.endpoint = H323Endpoint(
            self.host,  # type: ignore[arg-type]  # a SimulatedHost is its clock too
            random.Random(seed),
            self.events,
            config or H323Config(),
            self.pool,
            StreamListener(self.host),
            StreamOpener(self.host),
            Host(address, address),
            self,
        )
        self.endpoint.start()

    def legOffered(self, leg: ILeg) -> None:
        party = Party(leg)
        self.parties.append(party)
        leg.observe(party)
        if self.answers:
            leg.answer(PROFILE)


@implementer(IStreamUser)
class ScriptedPeer:
    """
    A signalling connection made by hand, message by message.

    @ivar received: the messages that came, with their content.
    @ivar closed: why the connection ended.
    """

    def __init__(self, network: SimulatedNetwork, address: str, target: TransportAddress) -> None:
        self.clock = network.clock
        self.received: list[tuple[Q931Message, Content]] = []
        self.closed: str | None = None
        self.identity = CallIdentity(bytes(range(16)), bytes(16))
        self._reader = tpkt.StreamReader()
        self._stream: IStream | None = None
        StreamOpener(network.host(address)).open(target, self, 5.0)
        self.clock.pump([0.01] * 3)

    def streamOpened(self, stream: IStream) -> None:
        self._stream = stream

    def streamReceived(self, data: bytes) -> None:
        for packet in self._reader.feed(data):
            message = q931.decode(packet)
            octets = message.userUser
            self.received.append((message, uuie.read(octets) if octets else uuie.NOTHING))

    def streamClosed(self, reason: str) -> None:
        self.closed = reason

    @property
    def kinds(self) -> list[MessageType]:
        """
        The types of what came, in order.
        """
        return [MessageType(message.messageType) for message, _ in self.received]

    def write(self, octets: bytes) -> None:
        """
        Send octets as they are, and let the answers come.
        """
        assert self._stream is not None
        self._stream.write(octets)
        self.clock.pump([0.01] * 3)

    def send(self, message: Q931Message, reference: int = 7) -> None:
        """
        Send one message.
        """
        octets = q931.encode(messages.addressed(message, reference, False))
        self.write(tpkt.encode(octets))

    def setup(
        self,
        start: Start | None = None,
        tunnelling: bool = True,
        control: Sequence[bytes] = (),
        called: str = "80001",
        reference: int = 7,
    ) -> None:
        """
        Send a Setup.
        """
        parties = SetupParties(
            (PartyAddress(AddressKind.H323_ID, "peer"),),
            (PartyAddress(AddressKind.DIALLED_DIGITS, called),),
        )
        kind = {"terminal": {}, "mc": False, "undefinedNode": False}
        body = uuie.setup(self.identity, kind, parties, start or Start())
        octets = uuie.write(body, tunnelling, control)
        self.send(messages.setup(octets, "Peer", parties.calling, parties.called), reference)

    def close(self) -> None:
        """
        Close the connection, and let that arrive.
        """
        assert self._stream is not None
        self._stream.close()
        self.clock.pump([0.01] * 3)
