"""
A leg that goes on in another call: its party is to be joined with whom the other party of its
call has named (a REFER, a C{callTransferInitiate}, a Facility).

The call that comes of it is offered as any other is - admitted, routed, to a party or a room -
with this in the place of the leg, as if its party had called.  Until that call is answered, the
old one goes on, and all that is told here is told to who asked; with the answer the leg comes
over, and who asked is let go.  Should they hang up before that, it comes over at once.
"""

from __future__ import annotations

import enum
from dataclasses import replace
from typing import Protocol

from zope.interface import implementer

from h323d.call.applications import Application, Reason, textsOf
from h323d.call.legs import (
    ILeg,
    ILegObserver,
    IOffer,
    ITransferRequest,
    LegDirection,
    namesOf,
)
from h323d.call.media import IMediaPort
from h323d.call.observer import SilentObserver
from h323d.gateway.bridgeside import BridgeSide, SideSound
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.direction import Direction
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import Stream

__all__ = ["TransferOwner", "TransferredLeg", "sourceOf"]


class TransferOwner(Protocol):
    """
    The call that the leg is still in.
    """

    def sideMoves(self, side: BridgeSide) -> None:
        """Its leg goes on in the other call, and reports there from now on."""

    def transferFailed(self) -> None:
        """It does not: this call goes on as it was."""


class _Place(enum.Enum):
    """
    Where the leg is.
    """

    STILL_THERE = "the old call goes on"
    HERE = "it has come over, and is not answered"
    ANSWERED = "the call is answered"
    GONE = "over"


@implementer(ILeg, ILegObserver)
class TransferredLeg(SilentObserver):
    """
    Stands for a leg in the call that it is to go on in, and commands it once it is there.

    @ivar transfers: how often the call was transferred, with this time.
    @ivar sponsor: who has it call, and answers for it: an endpoint identifier; may be empty.
    """

    direction = LegDirection.INCOMING
    peerEnded, refusedEverywhere, retryAfter = False, False, 0
    diversion = None  # it has not been sent on before it was taken

    def __init__(
        self,
        owner: TransferOwner,
        side: BridgeSide,
        request: ITransferRequest,
        ids: tuple[CallID, LegID],
        transfers: int,
        sponsor: str = "",
    ) -> None:
        """
        @param side: of the old call, whose leg goes on.
        @param request: of the other.
        @param ids: of the new call, and of the leg in it.
        """
        leg = self._leg = side.leg
        self.callId, self.legId = ids
        self.protocol, self.peer = leg.protocol, leg.peer
        self.callIdentifier, self.conferenceId = leg.callIdentifier, leg.conferenceId
        self.proofs = leg.proofs
        self.calling, self.displayName = namesOf(leg), leg.displayName
        self.called: tuple[PartyAddress, ...] = request.way.called
        self.hops, self.restricted, self.speaks = leg.hops, leg.restricted, side.speaks
        self.transfers, self.sponsor = transfers, sponsor
        self._owner = owner
        self._side = side
        self._request = request
        self._observer: ILegObserver = SilentObserver()
        self._port: IMediaPort | None = None  # of its sound, once it is here
        self._place = _Place.STILL_THERE

    # The old call's commands.

    def move(self) -> None:
        """
        Who asked has hung up: come over now.
        """
        if self._place is _Place.STILL_THERE:
            self._comeOver(_Place.HERE)

    def lose(self, cause: Cause) -> None:
        """
        The leg is over, and so is what was to come.
        """
        if self._place is _Place.STILL_THERE:
            self._request.fail(cause)
            self.legReleased(self._leg, cause)

    # ILeg.

    @property
    def state(self) -> str:
        return str(self._leg.state)

    @property
    def held(self) -> bool:
        return bool(self._leg.held)

    def introduce(self, calling: tuple[PartyAddress, ...], displayName: str) -> None:
        self.calling, self.displayName = calling, displayName

    def observe(self, observer: ILegObserver) -> None:
        self._observer = observer

    def proceed(self) -> None:
        """
        Who asked has been told already.
        """

    def alert(self, early: MediaProfile | None) -> None:
        if self._place in (_Place.STILL_THERE, _Place.HERE):
            self._request.ringing()

    def answer(self, profile: MediaProfile) -> None:
        if self._place is _Place.STILL_THERE:
            self._request.succeed()  # before who asked is let go
            self._comeOver(_Place.ANSWERED)
        elif self._place is _Place.HERE:
            self._place = _Place.ANSWERED
            self._observer.legAnswered(self)
        else:
            return
        if self._isHere and (self._port is None or not _isWithin(self._port.stream, profile)):
            self._leg.changeMedia(profile)

    def application(self) -> Application:
        application: Application = self._leg.application()
        return replace(
            application,
            calling=self.calling,
            called=self.called,
            texts=textsOf(self.displayName, self.calling),
            callId=self.callId,
            legId=self.legId,
        )

    def reject(self, cause: Cause, reason: Reason | None = None) -> None:
        self.hangup(cause)

    def hangup(self, cause: Cause) -> None:
        if self._place is _Place.STILL_THERE:
            self._request.fail(cause)
            self._owner.transferFailed()
            self._release(cause)
        elif self._place is not _Place.GONE:
            self._leg.hangup(cause)

    def changeMedia(self, profile: MediaProfile) -> None:
        if self._isHere:
            self._leg.changeMedia(profile)

    def sendDigit(self, digit: str, milliseconds: int, method: DigitMethod | None = None) -> None:
        if self._isHere:
            self._leg.sendDigit(digit, milliseconds, method)

    # What the leg reports once it is here.

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        if stream.medium is Medium.AUDIO:
            self._port = port
        self._observer.legMediaReady(self, port, stream)

    def legMediaLost(self, leg: ILeg, medium: Medium) -> None:
        self._observer.legMediaLost(self, medium)

    def legDigit(self, leg: ILeg, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self._observer.legDigit(self, digit, milliseconds, method)

    def legTransferRequested(self, leg: ILeg, request: ITransferRequest) -> None:
        self._observer.legTransferRequested(self, request)

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        self.peerEnded = leg.peerEnded
        self._release(cause)

    @property
    def _isHere(self) -> bool:
        return self._place in (_Place.HERE, _Place.ANSWERED)

    def _comeOver(self, place: _Place) -> None:
        """
        Take the leg out of the old call, with its sound.
        """
        side = self._side
        port = self._port = side.port if side.sound is SideSound.FLOWING else None
        self._place = place
        self._leg.observe(self)
        self._owner.sideMoves(side)
        if place is _Place.ANSWERED:
            self._observer.legAnswered(self)
        if port is not None:
            self._observer.legMediaReady(self, port, port.stream)

    def _release(self, cause: Cause) -> None:
        self._place = _Place.GONE
        observer, self._observer = self._observer, SilentObserver()
        observer.legReleased(self, cause)


def sourceOf(offer: IOffer) -> TransportAddress | None:
    """
    Where a call comes from, for whoever asks what may be called from there; C{None} where somebody
    answers for the caller, who may not call by their own right: a trunk that is handed on.
    """
    return None if isinstance(offer, TransferredLeg) and offer.sponsor else offer.peer


def _isWithin(stream: Stream, profile: MediaProfile) -> bool:
    """
    Whether sound flows as a profile has it, so that nothing needs to be negotiated.
    """
    if stream.transmit is None or stream.direction is not Direction.SENDRECV:
        return False
    wanted = profile.of(Medium.AUDIO)
    sent = stream.transmit.format
    return any(sent.sameEncoding(each) for each in wanted.formats)
