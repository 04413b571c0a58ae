"""
That somebody leaves, so that a graver call finds a seat: of a full room, or of another where all
rooms together are full.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from h323d.call.legs import ILeg
from h323d.call.precedence import IPrecedence, Seat
from h323d.conference.participant import Participant
from h323d.conference.roles import RoomRole
from h323d.conference.room import Room
from h323d.values.cause import Cause

__all__ = ["GivingWay"]

_JOINING = float("inf")  # later than all who have joined


class GivingWay:
    """
    Asks who has to, and sees to it.
    """

    def __init__(self, precedence: IPrecedence) -> None:
        self._precedence = precedence

    def within(self, room: Room, leg: ILeg) -> ILeg | None:
        """
        Who has to leave a room for a caller; C{None} if nobody has.
        """
        return self._yielding(tuple(room.participants.values()), (), room.maxParticipants, leg)

    def anywhere(
        self, rooms: Iterable[Room], asked: Iterable[ILeg], places: int, leg: ILeg
    ) -> ILeg | None:
        """
        Who has to leave any room for a caller, or to be asked no more.

        @param asked: who has no seat yet, as they are asked for a PIN: they count as the newest.
        @param places: how many there are, for all of them.
        """
        present = [each for room in rooms for each in room.participants.values()]
        return self._yielding(sorted(present, key=_since), asked, places, leg)

    def _yielding(
        self, present: Sequence[Participant], asked: Iterable[ILeg], places: int, leg: ILeg
    ) -> ILeg | None:
        legs = {each.leg.legId: each.leg for each in present} | {each.legId: each for each in asked}
        decide = {each.leg.legId for each in present if each.role is RoomRole.MODERATOR}
        taken = [Seat(each, each in decide) for each in legs]
        yielding = self._precedence.yielding(leg.legId, places, taken)
        return None if yielding is None else legs[yielding]

    def preempt(self, yielding: ILeg | None, by: ILeg) -> None:
        """
        Put them out, now that the caller is in.
        """
        if yielding is not None:
            self._precedence.preempted(yielding.legId, by.legId)
            yielding.hangup(Cause.PREEMPTION)


def _since(participant: Participant) -> float:
    joinedAt = participant.joinedAt
    return _JOINING if joinedAt is None else joinedAt
