"""
What voice-mail servers say of the mailboxes of those who are registered here.

Where no trunk is one, nobody can have messages.  Where one is, it is not known whether somebody has
any before it has said so, which most do when that changes; so nothing is claimed until then.
"""

from __future__ import annotations

from typing import Protocol

from h323d.call.callers import ICallerNames
from h323d.call.legs import IOffer
from h323d.call.mailboxes import MailboxSight, MailboxWatcher, MessageSummary
from h323d.gatekeeper.lines.names import PartyNames
from h323d.values.address import PartyAddress, TransportAddress

__all__ = ["PartyMailboxes", "VoiceMailTrunks"]

MAX_SUMMARIES = 10_000  # that are remembered
NONE_WAITING = MessageSummary(False)


class VoiceMailTrunks(Protocol):
    """
    Who has the trunks.
    """

    @property
    def haveVoiceMail(self) -> bool:
        """Whether any is a voice-mail server."""

    def isVoiceMail(self, source: TransportAddress) -> bool:
        """Whether one is that something comes from."""


class PartyMailboxes:
    """
    L{h323d.call.mailboxes.Mailboxes} of a zone.
    """

    def __init__(self, names: PartyNames, callers: ICallerNames, trunks: VoiceMailTrunks) -> None:
        """
        @param names: by which parties are known.
        @param callers: knows who somebody is.
        """
        self._names = names
        self._callers = callers
        self._trunks = trunks
        self._summaries: dict[str, MessageSummary] = {}
        self._watchers: dict[MailboxWatcher, frozenset[str]] = {}

    def sightOf(self, names: tuple[PartyAddress, ...], who: IOffer) -> MailboxSight:
        own = self._names.ofParty(self._callers.nameOf(who).party)
        if not own:  # who are not told, either, whom there is
            return MailboxSight.FORBIDDEN
        if not self._names.areOurs(names):
            return MailboxSight.UNKNOWN
        isOwn = not own.isdisjoint(self._names.of(names))
        return MailboxSight.OWN if isOwn else MailboxSight.FORBIDDEN

    def mayTell(self, who: IOffer) -> bool:
        return self._trunks.isVoiceMail(who.peer)

    def tell(self, names: tuple[PartyAddress, ...], summary: MessageSummary) -> bool:
        if not self._names.areOurs(names):
            return False
        told = self._names.of(names)
        for name in sorted(told):
            self._summaries.pop(name, None)
            self._summaries[name] = summary
        while len(self._summaries) > MAX_SUMMARIES:
            del self._summaries[next(iter(self._summaries))]
        for watcher, watched in tuple(self._watchers.items()):
            if not watched.isdisjoint(told):
                watcher.mailboxChanged()
        return True

    def summary(self, names: tuple[PartyAddress, ...]) -> MessageSummary | None:
        if not self._trunks.haveVoiceMail:
            return NONE_WAITING
        known = (self._summaries.get(name) for name in sorted(self._names.of(names)))
        return next((each for each in known if each is not None), None)

    def watch(self, names: tuple[PartyAddress, ...], watcher: MailboxWatcher) -> None:
        self._watchers[watcher] = self._names.of(names)

    def unwatch(self, watcher: MailboxWatcher) -> None:
        self._watchers.pop(watcher, None)
