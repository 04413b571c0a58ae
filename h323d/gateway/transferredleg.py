"""
A leg that goes on in another call: its party is to be joined with whom the other party of its
call has named (a REFER, a C{callTransferInitiate}, a Facility).

The call that comes of it is offered as any other is - admitted, routed, to a party or a room -
with this in the place of the leg, as if its party had called.  Until that call is answered, the
old one goes on, and all that is told here is told to who asked; with the answer the leg comes
over, and who asked is let go.  Should they hang up before that, it comes over at once, and they
are told all the same, as far as their protocol can.
"""

from __future__ import annotations

import enum
from typing import Protocol

from h323d.call.applications import Reason
from h323d.call.legs import IOffer, ITransferRequest
from h323d.call.replacing import Replacement
from h323d.gateway.bridgeside import BridgeSide, SideSound
from h323d.gateway.standin import StandIn
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from h323d.values.media.discord import NONE, Discord
from h323d.values.media.profile import MediaProfile

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


class TransferredLeg(StandIn):
    """
    Stands for a leg in the call that it is to go on in, and commands it once it is there.

    @ivar transfers: how often the call was transferred, with this time.
    @ivar sponsor: who has it call, and answers for it: an endpoint identifier; may be empty.
    """

    def __init__(
        self,
        owner: TransferOwner,
        sides: tuple[BridgeSide, BridgeSide],
        request: ITransferRequest,
        ids: tuple[CallID, LegID],
        transfers: int,
        sponsor: str = "",
    ) -> None:
        """
        @param sides: of the old call: that whose leg goes on, and that which has asked for it.
        @param request: of the other.
        @param ids: of the new call, and of the leg in it.
        """
        side, referrer = sides
        super().__init__(side, ids)
        self.called, self.referred = request.way.called, request.referred
        self.transfers, self.sponsor = transfers, sponsor
        if request.replaces is not None:
            self.replaces = Replacement(request.replaces, referrer.leg)
        self._owner = owner
        self._side = side
        self._request = request
        self._place = _Place.STILL_THERE

    @property
    def _isHere(self) -> bool:
        return self._place in (_Place.HERE, _Place.ANSWERED)

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

    def alert(self, early: MediaProfile | None) -> None:
        if self._place in (_Place.STILL_THERE, _Place.HERE):
            self._request.ringing()

    def answer(self, profile: MediaProfile) -> None:
        if self._place is _Place.STILL_THERE:
            self._request.succeed()  # before who asked is let go
            self._comeOver(_Place.ANSWERED)
        elif self._place is _Place.HERE:
            self._request.succeed()
            self._place = _Place.ANSWERED
            self._observer.legAnswered(self)
        else:
            return
        if self._isHere:
            self._settle(profile)

    def reject(self, cause: Cause, reason: Reason | None = None, discord: Discord = NONE) -> None:
        self.hangup(cause)

    def hangup(self, cause: Cause) -> None:
        if self._place is _Place.STILL_THERE:
            self._request.fail(cause)
            self._owner.transferFailed()
            self._release(cause)
        elif self._place is not _Place.GONE:
            self._leg.hangup(cause)

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
        if self._place is _Place.HERE:
            self._request.fail(cause)
        self._place = _Place.GONE
        super()._release(cause)


def sourceOf(offer: IOffer) -> TransportAddress | None:
    """
    Where a call comes from, for whoever asks what may be called from there; C{None} where somebody
    answers for the caller, who may not call by their own right: a trunk that is handed on.
    """
    return None if isinstance(offer, TransferredLeg) and offer.sponsor else offer.peer
