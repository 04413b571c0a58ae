"""
Who meets in a room that is kept for them.
"""

from __future__ import annotations

from typing import Protocol

from h323d.call.applications import Refusal
from h323d.call.legs import ILeg

__all__ = ["Meeting"]


class Meeting(Protocol):
    """
    What the rooms need to know of those who meet in one of them.
    """

    @property
    def seats(self) -> int:
        """How many may be in it."""

    @property
    def kept(self) -> int:
        """How many of these are kept for who is being called."""

    def turnedAway(self, leg: ILeg, refusal: Refusal) -> None:
        """Somebody wanted a seat, and gets none; the leg is not ended yet."""
