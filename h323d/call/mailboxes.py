"""
Whether somebody has messages waiting, as a voice-mail server says: there is no mailbox here.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol

from h323d.call.legs import IOffer
from h323d.values.address import PartyAddress

__all__ = ["MailboxSight", "MailboxWatcher", "Mailboxes", "MessageSummary"]


@dataclass(frozen=True, slots=True)
class MessageSummary:
    """
    @ivar isWaiting: whether there are new messages.
    @ivar details: what else is said of them, a line each, without line ends: how many of which
        kind, and where they are heard.
    """

    isWaiting: bool
    details: tuple[str, ...] = ()


class MailboxSight(enum.Enum):
    """
    Whether somebody may be told of a mailbox.
    """

    UNKNOWN = "there is no such party"
    FORBIDDEN = "it is another's"
    OWN = "it is theirs"


class MailboxWatcher(Protocol):
    """
    Who is told.
    """

    def mailboxChanged(self) -> None:
        """Something else is said of it."""


class Mailboxes(Protocol):
    """
    Who knows.
    """

    def sightOf(self, names: tuple[PartyAddress, ...], who: IOffer) -> MailboxSight:
        """
        @param names: of whose mailbox it is.
        @param who: as if they called.
        """

    def mayTell(self, who: IOffer) -> bool:
        """Whether somebody is a voice-mail server that is believed."""

    def tell(self, names: tuple[PartyAddress, ...], summary: MessageSummary) -> bool:
        """
        A voice-mail server says so.

        @return: whether there is such a party.
        """

    def summary(self, names: tuple[PartyAddress, ...]) -> MessageSummary | None:
        """What is known; C{None} if nothing is, as a voice-mail server has yet to say it."""

    def watch(self, names: tuple[PartyAddress, ...], watcher: MailboxWatcher) -> None:
        """Tell C{watcher} from now on."""

    def unwatch(self, watcher: MailboxWatcher) -> None:
        """Tell it no more."""
