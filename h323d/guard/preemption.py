"""
Who gives way to an EMERGENCY: of those who have a place in a ROUTINE call, the newest.

Never a moderator, never another EMERGENCY or an ESCALATE call, nor whom nobody has judged, as
those whom the operator has called.  One caller has it done so often in an hour and no more, and
those who came so are never more than half of a room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from h323d.call.applications import CallType

__all__ = ["HOUR", "MAX_AN_HOUR", "Place", "chosen"]

HOUR = 3600.0  # seconds
MAX_AN_HOUR = 3  # that give way to one caller


@dataclass(frozen=True, slots=True)
class Place:
    """
    One that is taken.

    @ivar name: by which who asks knows it.
    @ivar callType: as which that was judged; C{None} if nobody has.
    @ivar decides: whether they decide on others there.
    @ivar wasYielded: whether somebody else has given way for it.
    """

    name: str
    callType: CallType | None
    decides: bool = False
    wasYielded: bool = False


def chosen(places: Sequence[Place], times: int, seats: int = 0) -> Place | None:
    """
    @param places: in the order in which they were taken.
    @param times: how many have given way to the caller within the hour.
    @param seats: of the room that the places are in; 0 if they are in none.

    @return: who gives way; C{None} if nobody does.
    """
    if times >= MAX_AN_HOUR:
        return None
    yielded = sum(each.wasYielded for each in places)
    if seats and 2 * (yielded + 1) > seats:
        return None
    routine = (each for each in reversed(places) if each.callType is CallType.ROUTINE)
    return next((each for each in routine if not each.decides), None)
