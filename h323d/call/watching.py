"""
What can be seen of a conference from outside, by whoever watches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from h323d.call.legs import IOffer
from h323d.values.address import PartyAddress
from h323d.values.identifiers import LegID

__all__ = ["ConferenceWatcher", "Conferences", "Member"]


@dataclass(frozen=True, slots=True)
class Member:
    """
    Who is in a conference.

    @ivar names: of the party, best first; may be empty, and are what it calls itself.
    @ivar displayName: the same for people to read; may be empty.
    @ivar isHeld: whether it has put us on hold.
    @ivar isInvited: whether it was we who called it.
    @ivar isMuted: whether the others do not hear it.
    @ivar isModerator: whether it decides on the others.
    """

    legId: LegID
    names: tuple[PartyAddress, ...]
    displayName: str
    isHeld: bool
    isInvited: bool
    isMuted: bool = False
    isModerator: bool = False


class ConferenceWatcher(Protocol):
    """
    Who watches one.
    """

    def conferenceChanged(self) -> None:
        """Somebody came, or left, is on hold, or muted, or no more; or it is locked, or no more."""


class Conferences(Protocol):
    """
    Who has them.
    """

    def mayWatch(self, names: tuple[PartyAddress, ...], subscriber: IOffer) -> bool:
        """Whether somebody may know who is in the conference of these names."""

    def watch(self, names: tuple[PartyAddress, ...], watcher: ConferenceWatcher) -> str | None:
        """Tell C{watcher} from now on.  The name of the conference; C{None} if there is none."""

    def unwatch(self, watcher: ConferenceWatcher) -> None:
        """Tell it no more."""

    def members(self, name: str) -> tuple[Member, ...]:
        """Who is in it; nobody, where it is not open at present."""

    def isLocked(self, name: str) -> bool:
        """Whether nobody can join it at present."""
