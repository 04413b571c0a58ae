"""
Text messages outside of calls: who may send them, and where they go.
"""

from __future__ import annotations

import enum
from typing import Protocol

from h323d.call.callers import CallerName
from h323d.call.legs import IOffer
from h323d.call.ways import Way
from h323d.values.address import PartyAddress

__all__ = ["TextRefusal", "Texts"]


class TextRefusal(enum.Enum):
    """
    Why somebody has none.
    """

    UNKNOWN = "there is no such party"
    ABSENT = "it is not here at present"
    NO_TEXT = "it takes no text: a room, or a terminal of H.323"


class Texts(Protocol):
    """
    Who knows.
    """

    def writer(self, who: IOffer) -> CallerName | None:
        """
        How somebody is shown who sends one.

        @param who: as if they called.

        @return: C{None} if they are nobody who may.
        """

    def takeTurn(self, who: IOffer) -> bool:
        """Whether they may send one now, and not too many: that counts as sent."""

    def find(self, names: tuple[PartyAddress, ...]) -> tuple[Way, ...] | TextRefusal:
        """All the places where the party with these names is."""
