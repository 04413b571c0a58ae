"""
The sounds of the house, by name.
"""

from __future__ import annotations

import enum

__all__ = ["DIGITS", "HouseSound"]


class HouseSound(enum.Enum):
    """
    One of them; its value is its key in C{[sounds]}.
    """

    RINGBACK = "ringback"
    """The telephone of who is called rings."""

    BUSY = "busy"
    """Who is called cannot be had."""

    HOLD = "hold"
    """The other party has gone away, and will be back."""

    JOINED = "joined"
    """Somebody has come into the room."""

    LEFT = "left"
    """Somebody has left it."""

    ALONE = "alone"
    """Nobody else is in the room yet."""

    ENTER_PIN = "enterPin"
    """A PIN is to be entered."""

    WRONG_PIN = "wrongPin"
    """That was none of the room's."""

    MODERATOR = "moderator"
    """Who hears it is a moderator."""

    RECORDED = "recorded"
    """The room is recorded."""

    MUTED = "muted"
    """The others do not hear who hears this."""

    UNMUTED = "unmuted"
    """They do again."""

    LOCKED = "locked"
    """Nobody can join the room."""

    UNLOCKED = "unlocked"
    """Whoever comes can."""

    DIGIT_0 = "digit0"
    """A digit of a number that is told, as are the following."""

    DIGIT_1 = "digit1"
    DIGIT_2 = "digit2"
    DIGIT_3 = "digit3"
    DIGIT_4 = "digit4"
    DIGIT_5 = "digit5"
    DIGIT_6 = "digit6"
    DIGIT_7 = "digit7"
    DIGIT_8 = "digit8"
    DIGIT_9 = "digit9"

    @property
    def repeats(self) -> bool:
        """
        Whether it is played over and over, until what it tells is over.
        """
        return self in (HouseSound.RINGBACK, HouseSound.BUSY, HouseSound.HOLD)


DIGITS = tuple(HouseSound(f"digit{each}") for each in range(10))
"""
By what they say.
"""
