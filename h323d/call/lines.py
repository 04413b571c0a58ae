"""
What others may see of the calls of a party: what a busy lamp shows, and what picks up a call needs.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol

from h323d.call.legs import IOffer
from h323d.values.address import PartyAddress
from h323d.values.identifiers import LegID

__all__ = ["LineCall", "LineState", "LineWatcher", "Lines", "Sight"]


class LineState(enum.Enum):
    """
    How far a call has come, in the words of RFC 4235 (3.7.1), the latest last.
    """

    TRYING = "trying"
    PROCEEDING = "proceeding"
    EARLY = "early"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class LineCall:
    """
    A call of a party that is not over.

    @ivar legId: of its leg; of a call that is routed, or that only its admissions tell of, of the
        call, and made from that.
    @ivar isInitiator: whether it is the party that calls.
    @ivar others: the names of whom it calls, or is called by, best first; of a caller who does not
        want to be known, nobody's.
    """

    legId: LegID
    state: LineState
    isInitiator: bool
    others: tuple[PartyAddress, ...] = ()


class Sight(enum.Enum):
    """
    How much somebody may see of a party.
    """

    UNKNOWN = "there is no such party"
    FORBIDDEN = "nothing"
    STATE = "whether it is in a call"
    WHOLE = "with whom, and by which the call could be picked up"


class LineWatcher(Protocol):
    """
    Who watches a party.
    """

    def lineChanged(self) -> None:
        """A call of it came, went, or has come further."""


class Lines(Protocol):
    """
    Who knows of their calls.
    """

    def sightOf(self, names: tuple[PartyAddress, ...], who: IOffer) -> Sight:
        """
        How much somebody may see of the party with these names.

        @param who: as if they called it.
        """

    def watch(self, names: tuple[PartyAddress, ...], watcher: LineWatcher) -> None:
        """Tell C{watcher} from now on."""

    def unwatch(self, watcher: LineWatcher) -> None:
        """Tell it no more."""

    def calls(self, names: tuple[PartyAddress, ...]) -> tuple[LineCall, ...]:
        """The calls of the party, the oldest first."""
