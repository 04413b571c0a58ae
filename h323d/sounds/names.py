"""
The sounds of the house, by name.
"""

from __future__ import annotations

import enum

__all__ = ["HouseSound"]


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

    @property
    def repeats(self) -> bool:
        """
        Whether it is played over and over, until what it tells is over.
        """
        return self in (HouseSound.RINGBACK, HouseSound.BUSY, HouseSound.HOLD)
