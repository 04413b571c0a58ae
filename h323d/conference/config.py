"""
The configuration of rooms.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from h323d.values.live import Live

__all__ = ["ConferenceConfig", "RoomConfig"]


@dataclass(frozen=True, slots=True)
class RoomConfig:
    """
    One room that exists by configuration.
    """

    name: str
    """What facts, logs and operators call the room."""

    aliases: tuple[str, ...] = ()
    """Numbers, H.323 names, SIP users or whole URIs by which it is called; its name is one too."""

    maxParticipants: int = 0
    """How many may be in it at once; 0 takes the general limit."""

    moderators: tuple[str, ...] = ()
    """Who decides on the others there: users with a password, registered names, or names for which
    a trusted peer answers; each a number, a name or a whole URI."""


@dataclass(frozen=True, slots=True)
class ConferenceConfig:
    """
    Rooms, and the numbers that open them.
    """

    patterns: Live[tuple[str, ...]] = ("8xxxx",)
    """Numbers that open a room on demand: x stands for any digit, all else for itself."""

    maxRooms: Live[int] = 500
    """How many rooms may be open at once."""

    maxParticipants: Live[int] = 100
    """How many may be in one room at once."""

    maxTotalParticipants: Live[int] = 1000
    """How many may be in all rooms together."""

    audioFormats: Live[tuple[str, ...]] = ()
    """What participants may speak, best first; if nothing is named, whatever is loaded, G.711
    first, which costs least."""

    packetMs: Live[int] = 20
    """Milliseconds of sound in each packet that we send, unless the peer asks otherwise."""

    rooms: Live[tuple[RoomConfig, ...]] = field(default=())
    """Rooms with names of their own, each a [[conference.rooms]] table."""

    def __post_init__(self) -> None:
        for name in ("maxRooms", "maxParticipants", "maxTotalParticipants"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: must be at least 1")
        if self.packetMs not in (10, 20, 30, 40, 50, 60):
            raise ValueError("packetMs: must be 10, 20, 30, 40, 50 or 60")
        for pattern in self.patterns:
            if not pattern or not all(c in "x0123456789*#" for c in pattern):
                raise ValueError(f"patterns: {pattern!r} has other than digits, *, # and x")
