"""
What stands for a leg in another call than that in which it began.

The leg goes on as it is; its ids, and who it says that it calls, are those of the other call.
"""

from __future__ import annotations

from dataclasses import replace

from zope.interface import implementer

from h323d.call.applications import Application, Priority, Reason, textsOf
from h323d.call.legs import ILeg, ILegObserver, ITransferRequest, LegDirection, namesOf
from h323d.call.media import IMediaPort
from h323d.call.observer import SilentObserver
from h323d.call.replacing import Replacement
from h323d.gateway.bridgeside import BridgeSide
from h323d.values.address import PartyAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.direction import Direction
from h323d.values.media.discord import NONE, Discord
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import Stream
from h323d.values.proceeding import Proceeding
from h323d.values.referred import Referred

__all__ = ["StandIn"]


@implementer(ILeg, ILegObserver)
class StandIn(SilentObserver):
    """
    Commands a leg as soon as it is here, and reports of it as if it were its own: the base of those
    that do.
    """

    direction = LegDirection.INCOMING
    peerEnded, refusedEverywhere, retryAfter, discord = False, False, 0, ""
    diversion = None  # it has not been sent on before it was taken
    replaces: Replacement | None = None
    referred: Referred | None = None

    def __init__(self, side: BridgeSide, ids: tuple[CallID, LegID]) -> None:
        """
        @param side: of the other call, whose leg goes on.
        @param ids: of the new call, and of the leg in it.
        """
        leg = self._leg = side.leg
        self.callId, self.legId = ids
        self.protocol, self.peer = leg.protocol, leg.peer
        self.callIdentifier, self.conferenceId = leg.callIdentifier, leg.conferenceId
        self.proofs, self.vouched = leg.proofs, leg.vouched
        self.calling, self.displayName = namesOf(leg), leg.displayName
        self.called: tuple[PartyAddress, ...] = ()
        self.hops, self.restricted, self.speaks = leg.hops, leg.restricted, side.speaks
        self._observer: ILegObserver = SilentObserver()
        self._port: IMediaPort | None = None  # of its sound, once it is here

    @property
    def _isHere(self) -> bool:
        """
        Whether the leg has come over.
        """
        return True

    # ILeg: what is for calls that are not answered does nothing.

    def proceed(self, how: Proceeding = Proceeding.UNDER_WAY) -> None:
        pass

    def alert(self, early: MediaProfile | None) -> None:
        pass

    def focus(self, name: str) -> None:
        if self._isHere:
            self._leg.focus(name)

    def answer(self, profile: MediaProfile) -> None:
        pass

    def reject(self, cause: Cause, reason: Reason | None = None, discord: Discord = NONE) -> None:
        pass

    def hangup(self, cause: Cause) -> None:
        self._leg.hangup(cause)

    @property
    def state(self) -> str:
        return str(self._leg.state)

    @property
    def held(self) -> bool:
        return bool(self._leg.held)

    def introduce(self, calling: tuple[PartyAddress, ...], displayName: str) -> None:
        self.calling, self.displayName = calling, displayName

    @property
    def priority(self) -> Priority | None:
        priority: Priority | None = self._leg.priority
        return priority

    def prioritize(self, priority: Priority) -> None:
        self._leg.prioritize(priority)

    def observe(self, observer: ILegObserver) -> None:
        self._observer = observer

    def application(self) -> Application:
        application: Application = self._leg.application()
        return replace(
            application,
            calling=self.calling,
            called=self.called,
            texts=textsOf(self.displayName, self.calling),
            callId=self.callId,
            legId=self.legId,
            continues=application.legId,
        )

    def changeMedia(self, profile: MediaProfile) -> None:
        if self._isHere:
            self._leg.changeMedia(profile)

    def sendDigit(self, digit: str, milliseconds: int, method: DigitMethod | None = None) -> None:
        if self._isHere:
            self._leg.sendDigit(digit, milliseconds, method)

    def refreshPicture(self) -> None:
        if self._isHere:
            self._leg.refreshPicture()

    def yieldTo(self, leg: ILeg) -> None:
        self._leg.yieldTo(leg)

    def requestTransfer(self, request: ITransferRequest) -> None:
        self._leg.requestTransfer(request)

    # What the leg reports once it is here.

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        if stream.medium is Medium.AUDIO:
            self._port = port
        self._observer.legMediaReady(self, port, stream)

    def legMediaLost(self, leg: ILeg, medium: Medium) -> None:
        self._observer.legMediaLost(self, medium)

    def legDigit(self, leg: ILeg, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self._observer.legDigit(self, digit, milliseconds, method)

    def legPictureWanted(self, leg: ILeg) -> None:
        self._observer.legPictureWanted(self)

    def legTransferRequested(self, leg: ILeg, request: ITransferRequest) -> None:
        self._observer.legTransferRequested(self, request)

    def legReplaced(self, leg: ILeg, by: ILeg) -> None:
        self._observer.legReplaced(self, by)

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        self.peerEnded = leg.peerEnded
        self._release(cause)

    def _release(self, cause: Cause) -> None:
        observer, self._observer = self._observer, SilentObserver()
        observer.legReleased(self, cause)

    def _settle(self, profile: MediaProfile) -> None:
        """
        Negotiate what the other side of the new call takes, unless it is spoken already.
        """
        if self._port is None or not _isWithin(self._port.stream, profile):
            self._leg.changeMedia(profile)


def _isWithin(stream: Stream, profile: MediaProfile) -> bool:
    """
    Whether sound flows as a profile has it, so that nothing needs to be negotiated.
    """
    if stream.transmit is None or stream.direction is not Direction.SENDRECV:
        return False
    wanted = profile.of(Medium.AUDIO)
    sent = stream.transmit.format
    return any(sent.sameEncoding(each) for each in wanted.formats)
