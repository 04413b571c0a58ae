"""
What an operator sees of councils.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.operation.views import View

__all__ = ["CouncilView", "GuardianView"]


@dataclass(frozen=True, slots=True)
class CouncilView(View):
    """
    One council.

    @ivar callType: as which type every call in its room counts.
    @ivar since: seconds ago.
    @ivar left: seconds until it is over, whoever is there.
    @ivar guardians: how many are on the list.
    @ivar present: how many of them are there.
    @ivar waiting: how many wait for a seat.
    @ivar guests: how many are there who are not on the list.
    @ivar by: who has convened it; C{None} if that is not known.
    """

    room: str
    callType: str
    since: float
    left: float
    seats: int
    guardians: int
    present: int
    waiting: int
    guests: int
    by: str | None


@dataclass(frozen=True, slots=True)
class GuardianView(View):
    """
    One guardian of a council, or somebody else who is in its room.

    @ivar guardian: the name of the entry; C{-} for who is not known.
    @ivar state: C{"present"}, C{"calling"}, C{"pausing"} (called again soon), C{"waiting"} (for a
        seat), C{"absent"}, or C{"guest"} for who has come without being on the list.
    @ivar came: C{"called"} if we rang, C{"calling"} if they did; C{None} for who is not there.
    @ivar attempts: how often they were rung.
    @ivar why: why the last attempt came to nothing; C{None} if none did.
    @ivar refused: why they were last not let in, or whoever said to be them; C{None} if nobody was
        refused.
    @ivar place: in the list of those who wait; C{None} for who does not.
    @ivar attended: whether they have been there, before a restart, too.
    @ivar legId: of the call in the room.
    """

    guardian: str
    state: str
    came: str | None
    attempts: int
    why: str | None
    refused: str | None
    place: int | None
    attended: bool
    legId: str | None
