"""
A leg without a protocol, for those who command legs.
"""

from __future__ import annotations

import itertools

from zope.interface import implementer

from h323d.call.applications import Application, CallType, Door, Priority, Reason, textsOf
from h323d.call.homes import Home
from h323d.call.legs import ILeg, ILegObserver, IOriginator, ITransferRequest, LegDirection
from h323d.call.media import IMediaPool, IMediaPort, IMediaPortObserver, Signalling
from h323d.call.particulars import NOTHING_MORE, Particulars
from h323d.call.replacing import Replacement
from h323d.call.ways import Way
from h323d.errors import RemoteProtocolError
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.discord import NONE, Discord
from h323d.values.media.formats import G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat
from h323d.values.proceeding import Proceeding
from h323d.values.proof import Proof
from h323d.values.referred import Referred

__all__ = ["FakeLeg", "FakeOriginator"]

_numbers = itertools.count(1)


@implementer(ILeg, IMediaPortObserver)
class FakeLeg:
    """
    Does as it is told, and remembers it.

    @ivar done: the commands, as C{(name, argument)}.
    @ivar reason: that it was rejected with.
    @ivar callType: as its caller declares.
    @ivar focusName: the conference that its peer is told of.
    @ivar told: for want of which format.
    """

    protocol = "fake"
    direction = LegDirection.INCOMING
    state = "fake"
    displayName = ""
    callIdentifier = conferenceId = ""
    peerEnded, refusedEverywhere, retryAfter, discord = False, False, 0, ""
    held = False
    priority: Priority | None = None
    callType: CallType | None = None
    speaks = hops = diversion = None
    replaces: Replacement | None = None
    referred: Referred | None = None
    restricted = vouched = False
    proofs: tuple[Proof, ...] = ()

    def __init__(self, called: str, pool: IMediaPool) -> None:
        number = next(_numbers)
        self.legId = LegID(f"l{number}")
        self.callId = CallID(f"c{number}")
        self.calling: tuple[PartyAddress, ...] = (PartyAddress(AddressKind.DIALLED_DIGITS, "1001"),)
        self.called: tuple[PartyAddress, ...] = (PartyAddress(AddressKind.DIALLED_DIGITS, called),)
        self.peer = TransportAddress("127.0.0.9", 5060)
        self.done: list[tuple[str, object]] = []
        self.reason: Reason | None = None
        self.focusName = ""
        self.told = ""
        self.observer: ILegObserver | None = None
        self.ports: dict[Medium, IMediaPort] = {}
        self._pool = pool

    @property
    def port(self) -> IMediaPort | None:
        """
        That of its sound.
        """
        return self.ports.get(Medium.AUDIO)

    def introduce(self, calling: tuple[PartyAddress, ...], displayName: str) -> None:
        self.calling, self.displayName = calling, displayName

    def prioritize(self, priority: Priority) -> None:
        self.priority = priority
        self.done.append(("prioritize", priority))

    def observe(self, observer: ILegObserver) -> None:
        self.observer = observer

    def proceed(self, how: Proceeding = Proceeding.UNDER_WAY) -> None:
        self.done.append(("proceed", None if how is Proceeding.UNDER_WAY else how))

    def alert(self, early: MediaProfile | None) -> None:
        self.done.append(("alert", early))

    def focus(self, name: str) -> None:
        self.focusName = name

    def answer(self, profile: MediaProfile) -> None:
        self.done.append(("answer", profile))

    def application(self) -> Application:
        return Application(
            Door.SETUP,
            self.protocol,
            self.peer,
            calling=self.calling,
            called=self.called,
            texts=textsOf(self.displayName, self.calling),
            callIdentifier=self.callIdentifier,
            callId=self.callId,
            legId=self.legId,
            callType=self.callType,
            declaredPII=self.callType is CallType.EMERGENCY,
        )

    def reject(self, cause: Cause, reason: Reason | None = None, discord: Discord = NONE) -> None:
        self.reason = reason
        self.told, self.instead = discord.words, discord.formats
        self.done.append(("reject", cause))
        self.release(cause)

    def hangup(self, cause: Cause) -> None:
        self.done.append(("hangup", cause))
        self.release(cause)

    def changeMedia(self, profile: MediaProfile) -> None:
        self.done.append(("changeMedia", profile))

    def sendDigit(self, digit: str, milliseconds: int, method: DigitMethod | None = None) -> None:
        self.done.append(("sendDigit", digit))

    def refreshPicture(self) -> None:
        self.done.append(("refreshPicture", None))

    def yieldTo(self, leg: ILeg) -> None:
        assert self.observer is not None
        self.observer.legReplaced(self, leg)

    def requestTransfer(self, request: ITransferRequest) -> None:
        assert self.observer is not None
        self.observer.legTransferRequested(self, request)

    def portHeard(self, port: IMediaPort, source: TransportAddress) -> None:
        pass

    def portDigit(self, port: IMediaPort, digit: str, milliseconds: int) -> None:
        pass

    def portFailed(self, port: IMediaPort, error: RemoteProtocolError) -> None:
        pass

    def answered(self) -> None:
        """
        What a real leg does when its call is answered.
        """
        assert self.observer is not None
        self.observer.legAnswered(self)

    def mediaReady(self, medium: Medium = Medium.AUDIO, spoken: MediaFormat = G711_ULAW) -> None:
        """
        What a real leg does when its negotiation has ended.
        """
        assert self.observer is not None
        if medium not in self.ports:
            self.ports[medium] = self._pool.openPort(self, Home.at("127.0.0.1"), medium)
        port = self.ports[medium]
        stream = Stream(
            TransmitFormat(spoken, 0, 20, TransportAddress("127.0.0.9", 4000)),
            ReceiveFormat({0: spoken}),
            medium,
        )
        port.configure(stream, Signalling(self.peer.host))
        self.observer.legMediaReady(self, port, stream)

    def release(self, cause: Cause) -> None:
        """
        What a real leg does when it is gone.
        """
        observer, self.observer = self.observer, None
        for port in self.ports.values():
            port.close()
        if observer is not None:
            observer.legReleased(self, cause)


@implementer(IOriginator)
class FakeOriginator:
    """
    Makes fake legs.

    @ivar legs: all that it made.
    @ivar profiles: within what each is to be.
    @ivar particulars: what else each says of itself.
    @ivar nameless: the names of formats that its legs have no name for.
    """

    def __init__(self, protocol: str, pool: IMediaPool) -> None:
        self.protocol = protocol
        self.legs: list[FakeLeg] = []
        self.profiles: list[MediaProfile] = []
        self.particulars: list[Particulars] = []
        self.nameless: set[str] = set()
        self._pool = pool

    def names(self, mediaFormat: MediaFormat) -> bool:
        return mediaFormat.name not in self.nameless

    def originate(
        self,
        callId: CallID,
        calling: tuple[PartyAddress, ...],
        way: Way,
        profile: MediaProfile,
        observer: ILegObserver,
        particulars: Particulars = NOTHING_MORE,
    ) -> FakeLeg:
        leg = FakeLeg(way.called[0].value, self._pool)
        leg.callId, leg.calling, leg.called = callId, calling, way.called
        leg.observe(observer)
        self.legs.append(leg)
        self.profiles.append(profile)
        self.particulars.append(particulars)
        return leg
