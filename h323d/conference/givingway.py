"""
That somebody leaves a full room, so that a graver call finds a seat.
"""

from __future__ import annotations

from h323d.call.legs import ILeg
from h323d.call.precedence import IPrecedence, Seat
from h323d.conference.roles import RoomRole
from h323d.conference.room import Room
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID

__all__ = ["GivingWay"]


class GivingWay:
    """
    Asks who has to, and sees to it.
    """

    def __init__(self, precedence: IPrecedence) -> None:
        self._precedence = precedence

    def yielding(self, room: Room, leg: ILeg) -> LegID | None:
        """
        Who has to leave a room for a caller; C{None} if nobody has.
        """
        seats = [
            Seat(each.leg.legId, each.role is RoomRole.MODERATOR)
            for each in room.participants.values()
        ]
        return self._precedence.yielding(leg.legId, room.maxParticipants, seats)

    def preempt(self, room: Room, yielding: LegID | None, by: ILeg) -> None:
        """
        Put them out, now that the caller is in.
        """
        if yielding is not None:
            self._precedence.preempted(yielding, by.legId)
            room.participants[yielding].leg.hangup(Cause.PREEMPTION)
