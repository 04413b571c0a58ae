"""
What somebody is in a room, and whether they are heard there.
"""

from __future__ import annotations

import enum

__all__ = ["RoomRole", "Voice"]


class RoomRole(enum.Enum):
    """
    What a participant may do.
    """

    PARTICIPANT = "participant"
    """Listens and speaks, and decides on itself alone."""

    MODERATOR = "moderator"
    """Decides on the others, too, and on who comes in."""


class Voice(enum.Enum):
    """
    Whether the others hear a participant.
    """

    OPEN = "open"
    """They do."""

    MUTED_ITSELF = "muted itself"
    """They do not, as the participant wants it, who can end that."""

    MUTED = "muted"
    """They do not, as a moderator or the operator wants it, who alone can end that."""
