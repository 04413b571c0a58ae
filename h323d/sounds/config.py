"""
The configuration of the sounds of the house.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.values.live import Live

__all__ = ["BUILT_IN", "SoundsConfig"]

BUILT_IN = "built-in"


@dataclass(frozen=True, slots=True)
class SoundsConfig:
    """
    What the server itself lets people hear.  Each is the path of a WAV file (16 bits; 8, 16 or
    48 kHz; five minutes at most), "built-in" for what comes with the server, or empty for nothing.
    """

    ringback: Live[str] = BUILT_IN
    """Over and over, while the telephone of the called party rings: to a caller who is in a call
    already, and cannot hear it from their own telephone."""

    busy: Live[str] = BUILT_IN
    """To who is in a call already, when nobody can be had: for gateway.busySeconds."""

    hold: Live[str] = BUILT_IN
    """Over and over, to who is put on hold by the other party of a call through the gateway."""

    joined: Live[str] = ""
    """Once, to those in a room, when somebody comes; who comes hears nothing for as long."""

    left: Live[str] = ""
    """Once, to those in a room, when somebody leaves."""

    alone: Live[str] = ""
    """Once, to the first in a room."""

    enterPin: Live[str] = BUILT_IN
    """Once, to who has to enter a PIN before they get into a room."""

    wrongPin: Live[str] = BUILT_IN
    """Once, to who has entered a wrong one."""

    moderator: Live[str] = BUILT_IN
    """Once, to who comes into a room as a moderator."""

    recorded: Live[str] = BUILT_IN
    """Once, to whoever comes into a room that says it is recorded (conference.rooms)."""

    muted: Live[str] = BUILT_IN
    """Once, to who is not heard by the others of a room any more."""

    unmuted: Live[str] = BUILT_IN
    """Once, to who is heard by them again."""

    locked: Live[str] = BUILT_IN
    """Once, to those in a room, when nobody can join it any more."""

    unlocked: Live[str] = BUILT_IN
    """Once, to them, when others can again."""

    digit0: Live[str] = BUILT_IN
    """The digit 0, of the number of those in a room, to who asks for it."""

    digit1: Live[str] = BUILT_IN
    """Likewise, 1."""

    digit2: Live[str] = BUILT_IN
    """Likewise, 2."""

    digit3: Live[str] = BUILT_IN
    """Likewise, 3."""

    digit4: Live[str] = BUILT_IN
    """Likewise, 4."""

    digit5: Live[str] = BUILT_IN
    """Likewise, 5."""

    digit6: Live[str] = BUILT_IN
    """Likewise, 6."""

    digit7: Live[str] = BUILT_IN
    """Likewise, 7."""

    digit8: Live[str] = BUILT_IN
    """Likewise, 8."""

    digit9: Live[str] = BUILT_IN
    """Likewise, 9."""
