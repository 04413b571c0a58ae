"""
A member's wish that whom they talk with in another call has their seat: a transfer after
consultation, asked for in the room.

The room does not know the other call.  It has that asked for there, as if the member had: the party
at its far end is to be transferred here, and to take the member's place.
"""

from __future__ import annotations

from zope.interface import implementer

from h323d.call.legs import ILeg, ITransferRequest
from h323d.call.ways import Way
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import RoomID

__all__ = ["SeatRequest"]


@implementer(ITransferRequest)
class SeatRequest:
    """
    What is asked for in the other call; what comes of it is told to who has asked in the room.
    """

    referred = None

    def __init__(self, request: ITransferRequest, leg: ILeg, roomId: RoomID) -> None:
        """
        @param request: what the member has asked for.
        @param leg: the member's, in the room.
        """
        self.way = Way("sip", None, (PartyAddress(AddressKind.H323_ID, roomId),))
        self.replaces = leg
        self._request = request

    def accept(self) -> None:
        self._request.accept()

    def ringing(self) -> None:
        self._request.ringing()

    def succeed(self) -> None:
        self._request.succeed()

    def fail(self, cause: Cause) -> None:
        self._request.fail(cause)
