"""
H.323 endpoints on a simulated network, and those who command and observe their legs.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.asn1 import h245
from h323d.call.applications import IGate
from h323d.call.dialrule import DialRule
from h323d.call.gates import Gates
from h323d.call.legs import ILeg, ILegObserver, ILegOwner, ITransferRequest
from h323d.call.media import IMediaPort
from h323d.call.site import siteAt
from h323d.call.transport import IStream, IStreamListener, IStreamOpener, IStreamUser, SecureStreams
from h323d.call.ways import Way
from h323d.events.bus import EventBus
from h323d.events.doors import BadInput
from h323d.h323.calls.admission import Admitter
from h323d.h323.config import H323Config
from h323d.h323.endpoint import H323Endpoint
from h323d.h323.gatekept import NOT_GATEKEPT, Gatekept
from h323d.h323.signalling import messages, q931, tpkt, uuie
from h323d.h323.signalling.addresses import Choice
from h323d.h323.signalling.elements import CauseElement
from h323d.h323.signalling.q931 import IE, Element, MessageType, Q931Message
from h323d.h323.signalling.uuie import CallIdentity, Content, SetupParties, Start
from h323d.net.stream import StreamListener, StreamOpener
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import Stream
from h323d.values.proceeding import Proceeding
from tests.support.fakemedia import FakePool
from tests.support.network import SimulatedNetwork
from tests.support.surroundings import surroundingsOf

__all__ = [
    "KIND",
    "PROFILE",
    "Party",
    "ScriptedCallee",
    "ScriptedControl",
    "ScriptedPeer",
    "Side",
    "newClock",
]

PROFILE = MediaProfile.audio((G711_ULAW, G711_ALAW))


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
    streams: list[Stream] = field(default_factory=list)
    digits: list[tuple[str, DigitMethod]] = field(default_factory=list)
    transfers: list[Way] = field(default_factory=list)
    requests: list[ITransferRequest] = field(default_factory=list)
    cause: Cause | None = None

    def legDialled(self, leg: ILeg) -> None:
        pass

    def legProceeding(self, leg: ILeg, how: Proceeding = Proceeding.UNDER_WAY) -> None:
        self.reports.append("proceeding")

    def legAlerting(self, leg: ILeg) -> None:
        self.reports.append("alerting")

    def legAnswered(self, leg: ILeg) -> None:
        self.reports.append("answered")

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        self.reports.append("mediaReady")
        self.streams.append(stream)

    def legMediaLost(self, leg: ILeg, medium: Medium) -> None:
        self.reports.append("mediaLost")

    def legDigit(self, leg: ILeg, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self.digits.append((digit, method))

    def legPictureWanted(self, leg: ILeg) -> None:
        pass

    def legTransferRequested(self, leg: ILeg, request: ITransferRequest) -> None:
        self.transfers.append(request.way)
        self.requests.append(request)

    def legReplaced(self, leg: ILeg, by: ILeg) -> None:
        by.reject(Cause.FACILITY_REJECTED)

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
        admitter: Admitter | None = None,
        ports: int = 1000,
        gatekept: Gatekept = NOT_GATEKEPT,
        secure: SecureStreams | None = None,
        dialRule: DialRule | None = None,
        gates: Sequence[IGate] = (),
    ) -> None:
        self.host = network.host(address)
        self.pool = FakePool(ports)
        self.events = EventBus()
        self.gates = Gates(network.clock, self.events, gates)
        self.faults: list[BadInput] = []
        self.events.subscribe(BadInput, self.faults.append)
        self.parties: list[Party] = []
        self.answers = answers
        clock: Any = self.host  # which is its clock too
        site = siteAt(address)
        self.endpoint = H323Endpoint(
            config or H323Config(),
            surroundingsOf(self.host, clock, random.Random(seed), self.pool, self.events, secure),
            site if dialRule is None else replace(site, dialRule=dialRule),
            self,
            gatekept,
            admitter,
        )
        self.endpoint.start()

    def legOffered(self, leg: ILeg) -> None:
        party = Party(leg)
        self.parties.append(party)
        leg.observe(party)
        if self.answers:
            leg.answer(PROFILE)


@implementer(IStreamUser)
class _Scripted:
    """
    A signalling connection made by hand, message by message.

    @ivar received: the messages that came, with their content.
    @ivar closed: why the connection ended.
    @ivar reference: the call reference of what it sends.
    """

    toOriginator = False

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.received: list[tuple[Q931Message, Content]] = []
        self.closed: str | None = None
        self.identity = CallIdentity(bytes(range(16)), bytes(16))
        self.reference = 7
        self._reader = tpkt.TPKTReader()
        self._stream: IStream | None = None

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

    @property
    def tunnelled(self) -> list[str]:
        """
        The names of the H.245 messages that came in the tunnel, in order.
        """
        octets = [each for _, content in self.received for each in content.h245Control]
        return [h245.decode("MultimediaSystemControlMessage", each)[1][0] for each in octets]

    @property
    def cause(self) -> int:
        """
        The cause of the last message.
        """
        message, _ = self.received[-1]
        return CauseElement.decode(message.contents(IE.CAUSE) or b"").value

    def settle(self) -> None:
        """
        Let everything that is on its way arrive.
        """
        self.clock.pump([0.005] * 10)

    def write(self, octets: bytes) -> None:
        """
        Send octets as they are, and let the answers come.
        """
        assert self._stream is not None
        self._stream.write(octets)
        self.settle()

    def send(self, message: Q931Message, reference: int | None = None) -> None:
        """
        Send one message.
        """
        number = self.reference if reference is None else reference
        octets = q931.encode(messages.addressed(message, number, self.toOriginator))
        self.write(tpkt.encode(octets))

    def say(
        self,
        kind: MessageType,
        body: Choice,
        tunnelling: bool = True,
        control: Sequence[bytes] = (),
        others: Sequence[Element] = (),
    ) -> None:
        """
        Send one message with a body.
        """
        self.send(messages.make(kind, uuie.write(body, tunnelling, control), others))

    def close(self) -> None:
        """
        Close the connection, and let that arrive.
        """
        assert self._stream is not None
        self._stream.close()
        self.settle()


KIND: dict[str, Any] = {"terminal": {}, "mc": False, "undefinedNode": False}


class ScriptedPeer(_Scripted):
    """
    One that calls.

    @ivar target: where it connected to.
    @ivar source: where it takes calls itself, as its Setup says; C{None} says nothing.
    """

    source: TransportAddress | None = None

    def __init__(
        self,
        network: SimulatedNetwork,
        address: str,
        target: TransportAddress,
        opener: IStreamOpener | None = None,
    ) -> None:
        """
        @param opener: makes the connection; TCP by default.
        """
        super().__init__(network.clock)
        self.target = target
        (opener or StreamOpener(network.host(address))).open(target, self, 5.0)
        self.settle()

    def makeSetup(
        self,
        start: Start | None = None,
        tunnelling: bool = True,
        control: Sequence[bytes] = (),
        called: str = "80001",
    ) -> Q931Message:
        """
        A Setup, without a call reference.
        """
        parties = SetupParties(
            (PartyAddress(AddressKind.H323_ID, "peer"),),
            (PartyAddress(AddressKind.DIALLED_DIGITS, called),),
            self.source,
        )
        body = uuie.setup(self.identity, KIND, parties, start or Start())
        octets = uuie.write(body, tunnelling, control)
        return messages.setup(octets, "Peer", parties.calling, parties.called)

    def setup(
        self,
        start: Start | None = None,
        tunnelling: bool = True,
        control: Sequence[bytes] = (),
        reference: int | None = None,
    ) -> None:
        """
        Send a Setup.
        """
        self.send(self.makeSetup(start, tunnelling, control), reference)


class ScriptedCallee(_Scripted):
    """
    One that is called, once.
    """

    toOriginator = True

    def __init__(
        self,
        network: SimulatedNetwork,
        address: str,
        port: int = 1720,
        listener: IStreamListener | None = None,
    ) -> None:
        """
        @param listener: takes the connection; TCP by default.
        """
        super().__init__(network.clock)
        self.address = TransportAddress(address, port)
        listener = listener or StreamListener(network.host(address))
        self._listening = listener.listen(self.address, lambda peer: self)

    def stop(self) -> None:
        """
        Take no more calls.
        """
        self._listening.stop()

    def streamReceived(self, data: bytes) -> None:
        super().streamReceived(data)
        message, content = self.received[0]
        if message.messageType != MessageType.SETUP:
            return
        self.reference = message.callReference
        self.identity = CallIdentity(
            content.fields["callIdentifier"]["guid"], content.fields["conferenceID"]
        )

    def connect(self, start: Start | None = None, tunnelling: bool = False) -> None:
        """
        Send Connect.
        """
        body = uuie.connect(self.identity, KIND, start or Start())
        self.say(MessageType.CONNECT, body, tunnelling)


@implementer(IStreamUser)
class ScriptedControl:
    """
    An H.245 channel made by hand: it dials, or waits.

    @ivar names: of the messages that came.
    @ivar count: how many connections there were.
    """

    def __init__(
        self,
        network: SimulatedNetwork,
        address: str,
        target: TransportAddress | None,
        listener: IStreamListener | None = None,
    ) -> None:
        """
        @param target: where to dial; C{None} waits instead.
        @param listener: waits; for TCP by default.
        """
        self.names: list[str] = []
        self.count = 0
        self.closed = False
        self._clock = network.clock
        self._reader = tpkt.TPKTReader()
        self._stream: IStream | None = None
        host = network.host(address)
        if target is None:
            here = TransportAddress(address, 0)
            self._listening = (listener or StreamListener(host)).listen(here, lambda peer: self)
            self.address = self._listening.address
        else:
            self.address = target
            StreamOpener(host).open(target, self, 5.0)
            self._clock.pump([0.005] * 10)

    def stop(self) -> None:
        """
        Wait no more.
        """
        self._listening.stop()

    def streamOpened(self, stream: IStream) -> None:
        self.count += 1
        self._stream = stream

    def streamReceived(self, data: bytes) -> None:
        for packet in self._reader.feed(data):
            message = h245.decode("MultimediaSystemControlMessage", packet)
            self.names.append(message[1][0])

    def streamClosed(self, reason: str) -> None:
        self.closed = True

    def write(self, octets: bytes) -> None:
        """
        Send octets as they are, and let the answers come.
        """
        assert self._stream is not None
        self._stream.write(octets)
        self._clock.pump([0.005] * 10)
