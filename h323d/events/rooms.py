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
    "ParticipantLeft",
    "ParticipantResumed",
    "RoomClosed",
    "RoomOpened",
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
class ParticipantJoined(Fact):
    """
    A leg's media is part of a room.

    @ivar encoding: what the participant speaks, as in C{"PCMU/8000"}.
    """

    roomId: RoomID
    callId: CallID
    legId: LegID
    encoding: str


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
class ActiveSpeakerChanged(Fact):
    """
    Somebody else is speaking in a room.

    @ivar legId: who; C{None} when nobody is.
    """

    roomId: RoomID
    legId: LegID | None
