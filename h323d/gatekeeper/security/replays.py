"""
Whether what an endpoint shows was shown before, also before a restart (ITU-T H.235.1,
C{timeStamp} and C{random}).

What each sender showed is noted beside the registrations, as seldom and as late as they are
written.  So a server that did not end in order does not know what was shown in its last
moments: from who shows what it made before the start, nothing is believed then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.h323.security.freshness import Freshness, Past, Shown
from h323d.h323.security.h235 import Fault
from h323d.values.proof import Proof

__all__ = ["Replays", "ShownStore"]


class ShownStore(Protocol):
    """
    Who remembers across a restart what was shown.  It is told from within the answering of a
    request, so it must not take its time.
    """

    def keepShown(self, sender: str, shown: Shown) -> None:
        """A sender has shown so much."""

    def forgetShown(self, sender: str) -> None:
        """There is no such sender any more."""


class Replays:
    """
    What all senders have shown.
    """

    def __init__(self, clock: IReactorTime, store: ShownStore) -> None:
        """
        @param clock: tells Unix time.
        """
        self._clock = clock
        self._store = store
        self._past = Past()
        self._since = clock.seconds()
        self._fresh: dict[str, Freshness] = {}

    def recall(self, past: Past) -> None:
        """
        Go on from where the run before was left.
        """
        self._past = past

    def check(
        self, sender: str, proof: Proof, window: float, before: Iterable[str] = ()
    ) -> Fault | None:
        """
        Take note of a proof that has been verified.

        @param sender: who showed it.
        @param window: as L{Freshness.check} has it.
        @param before: what the sender called itself until it got this name.  It may have
            had it earlier, too, and what it showed then was forgotten.

        @return: C{None} if it was not shown before.
        """
        fresh = self._fresh.get(sender)
        if fresh is None:
            floor = self._past.floor(sender, self._since)
            fresh = Freshness(max((floor, *map(self._latest, before))))
        fault = fresh.check(proof, self._clock.seconds(), window)
        if fault is None and fresh.shown is not None:
            self._fresh[sender] = fresh
            self._store.keepShown(sender, fresh.shown)
        return fault

    def _latest(self, sender: str) -> int:
        fresh = self._fresh.get(sender)
        return 0 if fresh is None or fresh.shown is None else fresh.shown.latest

    def forget(self, sender: str) -> None:
        """
        There is no such sender any more.
        """
        known = self._fresh.pop(sender, None) is not None or sender in self._past.shown
        if known:
            self._store.forgetShown(sender)
