"""
What happens in a conference room.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.events.bus import Fact
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID, RoomID
from h323d.values.sound import SILENT, Sound

__all__ = [
    "ActiveSpeakerChanged",
    "ParticipantHeld",
    "ParticipantJoined",
    "ParticipantKicked",
    "ParticipantLeft",
    "ParticipantMuted",
    "ParticipantResumed",
    "ParticipantUnmuted",
    "PINEntered",
    "RoomClosed",
    "RoomLocked",
    "RoomOpened",
    "RoomUnlocked",
]


@dataclass(frozen=True, slots=True)
class RoomOpened(Fact):
    """
    A conference room came to be.
    """

    roomId: RoomID


@dataclass(frozen=True, slots=True)
class RoomClosed(Fact):
    """
    A conference room is gone.
    """

    roomId: RoomID


@dataclass(frozen=True, slots=True)
class RoomLocked(Fact):
    """
    A room takes in nobody but its moderators, and whom it calls itself.
    """

    roomId: RoomID


@dataclass(frozen=True, slots=True)
class RoomUnlocked(Fact):
    """
    A room that was locked takes in whoever comes.
    """

    roomId: RoomID


@dataclass(frozen=True, slots=True)
class PINEntered(Fact):
    """
    Who is asked for the PIN of a room has entered one.  Which one is not told.

    @ivar isRight: whether it opens the room.
    """

    roomId: RoomID
    callId: CallID
    legId: LegID
    isRight: bool


@dataclass(frozen=True, slots=True)
class ParticipantJoined(Fact):
    """
    A leg's media is part of a room.

    @ivar encoding: what the participant speaks, as in C{"PCMU/8000"}.
    @ivar role: C{"participant"} or C{"moderator"}.
    """

    roomId: RoomID
    callId: CallID
    legId: LegID
    encoding: str
    role: str = "participant"


@dataclass(frozen=True, slots=True)
class ParticipantLeft(Fact):
    """
    A participant is no longer part of a room.

    @ivar sound: how its sound came through, as it was looked at last, which is
        less than a second before.
    """

    roomId: RoomID
    callId: CallID
    legId: LegID
    cause: Cause
    sound: Sound = SILENT


@dataclass(frozen=True, slots=True)
class ParticipantHeld(Fact):
    """
    A participant has put us on hold: it is neither heard nor does it hear.
    """

    roomId: RoomID
    callId: CallID
    legId: LegID


@dataclass(frozen=True, slots=True)
class ParticipantResumed(Fact):
    """
    A participant that was on hold is back.
    """

    roomId: RoomID
    callId: CallID
    legId: LegID


@dataclass(frozen=True, slots=True)
class ParticipantMuted(Fact):
    """
    The others in a room do not hear a participant any more.

    @ivar byItself: whether it wants that itself; otherwise a moderator, or the operator, does.
    """

    roomId: RoomID
    callId: CallID
    legId: LegID
    byItself: bool


@dataclass(frozen=True, slots=True)
class ParticipantUnmuted(Fact):
    """
    The others hear a participant again.
    """

    roomId: RoomID
    callId: CallID
    legId: LegID


@dataclass(frozen=True, slots=True)
class ParticipantKicked(Fact):
    """
    A participant is put out of a room, by a moderator or the operator; its call ends with that.
    """

    roomId: RoomID
    callId: CallID
    legId: LegID


@dataclass(frozen=True, slots=True)
class ActiveSpeakerChanged(Fact):
    """
    Somebody else is speaking in a room.

    @ivar legId: who; C{None} when nobody is.
    """

    roomId: RoomID
    legId: LegID | None
