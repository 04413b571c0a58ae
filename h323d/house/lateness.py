"""
How late a reactor is: how long after it should have been something is done.

It is the process's, and no function of what enters the server; so it is measured outside of turns,
and whoever is forked measures anew.
"""

from __future__ import annotations

import os

from twisted.internet.interfaces import IReactorTime

__all__ = ["KEPT", "PERIOD", "Lateness"]

PERIOD = 0.5  # seconds between two looks
KEPT = 30.0  # seconds, at least, that the worst is remembered: longer than between two scrapes


class Lateness:
    """
    Looks twice a second.
    """

    def __init__(self, reactor: IReactorTime) -> None:
        self._reactor = reactor
        self._begin()

    @property
    def worst(self) -> float:
        """
        The worst of the last half minute, or up to twice that, in seconds; as far as this process
        has been the one that is looked at.
        """
        if self._process != os.getpid():  # a fork: its reactor has forgotten what it was to do
            self._begin()
        return max(self._before, self._now)

    def _begin(self) -> None:
        self._process = os.getpid()
        self._before = self._now = 0.0
        self._since = self._reactor.seconds()
        self._await()

    def _await(self) -> None:
        self._due = self._reactor.seconds() + PERIOD
        self._reactor.callLater(PERIOD, self._look)

    def _look(self) -> None:
        now = self._reactor.seconds()
        self._now = max(self._now, now - self._due)
        if now - self._since >= KEPT:
            self._before, self._now, self._since = self._now, 0.0, now
        self._await()
