"""
Text messages outside of calls: who may send them, and where they go.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol

from h323d.call.callers import CallerName
from h323d.call.legs import IOffer
from h323d.call.ways import Way
from h323d.values.address import PartyAddress

__all__ = ["TextRefusal", "TextRule", "Texts", "Written"]


@dataclass(frozen=True, slots=True)
class Written:
    """
    What somebody has written to somebody.

    @ivar displayName: of who writes; empty if there is none.
    @ivar subject: empty if there is none.
    """

    displayName: str
    subject: str
    text: str


class TextRule(Protocol):
    """
    Knows what may not be shown.
    """

    def shown(
        self,
        writer: tuple[PartyAddress, ...],
        readers: tuple[PartyAddress, ...],
        written: Written,
    ) -> Written | None:
        """
        What of a message may be shown; C{None} if nothing need be cut out of it, as no such
        call is going on.
        """


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

    def shown(
        self, writer: CallerName, readers: tuple[PartyAddress, ...], written: Written
    ) -> Written | None:
        """
        As L{TextRule} has it.
        """

    def conceal(self, name: str) -> None:
        """
        Keep nothing of a message.

        @param name: its Call-ID.
        """
