"""
The configuration of rooms.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from h323d.conference.menu import DEFAULT_MENU, actionsOf
from h323d.conference.pins import PIN
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

    members: tuple[str, ...] = ()
    """Who gets in without a PIN, likewise."""

    pin: str = ""
    """What everybody else has to enter before they get in: 4 to 12 digits, or what "h323ctl hash
    --pin" makes of them; empty lets in everybody."""

    moderatorPin: str = ""
    """What makes a moderator of who enters it, likewise; without a PIN for the others, they
    enter nothing."""

    recorded: bool = False
    """Whether who comes in is told that the room is recorded, by sounds.recorded.  The recording
    itself is not done here."""

    def __post_init__(self) -> None:
        for key in ("pin", "moderatorPin"):
            try:
                if getattr(self, key):
                    PIN(getattr(self, key))
            except ValueError as error:
                raise ValueError(f"{key}: {error}") from None
        if self.pin and self.pin == self.moderatorPin:
            raise ValueError("moderatorPin: is the pin, too")


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

    menu: Live[tuple[str, ...]] = DEFAULT_MENU
    """What participants can do by keys, each a few of 0-9, * and #, a space, and one of mute (be
    not heard, or again), count (hear how many are there), and for moderators lock (or unlock),
    muteAll (or unmute) and kickLast."""

    pinTries: Live[int] = 3
    """How often who is asked for a PIN may enter one, before the call ends."""

    pinSeconds: Live[float] = 10.0
    """Seconds without a key, after which what has been entered is all of a PIN."""

    pinPause: Live[float] = 2.0
    """Seconds after a wrong PIN, in which no key is taken."""

    pinFailures: Live[int] = 10
    """How many wrong PINs one caller, or one host of callers whom nobody answers for, may enter in
    an hour, in all rooms together, before they are not asked any more; 0 for any number."""

    rooms: Live[tuple[RoomConfig, ...]] = field(default=())
    """Rooms with names of their own, each a [[conference.rooms]] table."""

    def __post_init__(self) -> None:
        for name in ("maxRooms", "maxParticipants", "maxTotalParticipants", "pinTries"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: must be at least 1")
        if not 1.0 <= self.pinSeconds <= 60.0:
            raise ValueError("pinSeconds: must be 1 to 60")
        if not 0.0 <= self.pinPause <= 60.0:
            raise ValueError("pinPause: must be 0 to 60")
        try:
            actionsOf(self.menu)
        except ValueError as error:
            raise ValueError(f"menu: {error}") from None
        if self.pinFailures < 0:
            raise ValueError("pinFailures: must not be negative")
        if self.packetMs not in (10, 20, 30, 40, 50, 60):
            raise ValueError("packetMs: must be 10, 20, 30, 40, 50 or 60")
        for pattern in self.patterns:
            if not pattern or not all(c in "x0123456789*#" for c in pattern):
                raise ValueError(f"patterns: {pattern!r} has other than digits, *, # and x")
