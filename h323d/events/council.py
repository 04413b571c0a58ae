"""
What happens to councils, and to the guardians who are to meet there.

A guardian is named by the C{terminal_id} of their entry in the registry.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.events.bus import Fact
from h323d.values.identifiers import CallID, LegID, RoomID

__all__ = [
    "CouncilConvened",
    "CouncilDismissed",
    "GuardianAbsent",
    "GuardianCalled",
    "GuardianJoined",
    "GuardianLeft",
    "GuardianQueued",
    "GuardianRefused",
]


@dataclass(frozen=True, slots=True)
class CouncilConvened(Fact):
    """
    Guardians are called together; or more of them, or once more, into a room where they meet.

    @ivar callType: as which type every call in the room counts.
    @ivar seats: how many may be in it.
    @ivar guardians: who is called.
    """

    roomId: RoomID
    callType: str
    seats: int
    guardians: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CouncilDismissed(Fact):
    """
    A council is over, and its room is closed.

    @ivar reason: C{"dismissed"}, C{"timeOver"} or C{"shuttingDown"}.
    """

    roomId: RoomID
    reason: str


@dataclass(frozen=True, slots=True)
class GuardianCalled(Fact):
    """
    A guardian is rung at one of the places where they have registered.

    @ivar attempt: the how manieth it is; those of one are made at the same time.
    """

    roomId: RoomID
    guardian: str
    callId: CallID
    legId: LegID
    attempt: int


@dataclass(frozen=True, slots=True)
class GuardianJoined(Fact):
    """
    A guardian is in the room of a council, and hears and speaks there.

    @ivar wasCalled: whether they were rung; otherwise they have called the room themselves.
    """

    roomId: RoomID
    guardian: str
    callId: CallID
    legId: LegID
    wasCalled: bool


@dataclass(frozen=True, slots=True)
class GuardianLeft(Fact):
    """
    A call of a guardian who was in the room of a council is over.
    """

    roomId: RoomID
    guardian: str
    callId: CallID
    legId: LegID


@dataclass(frozen=True, slots=True)
class GuardianQueued(Fact):
    """
    There is no seat for a guardian, who is called when there is one.

    @ivar place: in the list of those who wait, from 1.
    """

    roomId: RoomID
    guardian: str
    place: int


@dataclass(frozen=True, slots=True)
class GuardianAbsent(Fact):
    """
    A guardian could not be reached, and is not called again by itself.

    @ivar reason: of the last attempt: the name of a cause, as C{"USER_BUSY"}, or a word of ours, as
        C{"notRegistered"} or C{"noAnswer"}.
    @ivar attempts: how many there were.
    """

    roomId: RoomID
    guardian: str
    reason: str
    attempts: int


@dataclass(frozen=True, slots=True)
class GuardianRefused(Fact):
    """
    Who is a guardian, or says so, was not let in by the guard: into a room, to register, or as they
    answered us.

    @ivar isProven: whether it is the guardian; otherwise somebody says so.
    @ivar door: which one, as C{"INVITE"}: the value of a C{Door}.
    @ivar roomId: the room that was called; empty if it was none.
    @ivar reason: the name of a C{Reason}, as it was told.
    @ivar detail: the gate's own word for it.
    """

    guardian: str
    isProven: bool
    door: str
    roomId: str
    reason: str
    detail: str
