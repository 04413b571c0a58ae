"""
How many signatures are verified, so that forged ones cost no more than we have.

A source that runs out is not locked out: sources are forged.  What is left over for all is kept in
part for those that proved something of late.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

__all__ = ["SignatureBudget"]

PER_SOURCE = 50.0  # a second
BURST = 100.0
TOTAL = 2000.0  # a second
KEPT = TOTAL / 2  # of that, for hosts that proved something
PROVEN_FOR = 600.0  # seconds
MAX_HOSTS = 65_536  # that are remembered

T = TypeVar("T")


class SignatureBudget:
    """
    What may be spent.  Times are those of one clock, in seconds.
    """

    def __init__(self) -> None:
        self._total = (TOTAL, 0.0)  # what is left, and when that was so
        self._hosts: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._proven: OrderedDict[str, float] = OrderedDict()

    def take(self, host: str, now: float) -> bool:
        """
        Spend one verification.

        @return: whether there was one.
        """
        left, since = self._hosts.get(host, (BURST, now))
        left = min(BURST, left + (now - since) * PER_SOURCE)
        total, before = self._total
        total = min(TOTAL, total + (now - before) * TOTAL)
        least = 1.0 if self._hasProven(host, now) else KEPT + 1.0
        granted = left >= 1.0 and total >= least
        self._total = (total - granted, now)
        _put(self._hosts, host, (left - granted, now))
        return granted

    def proved(self, host: str, now: float) -> None:
        """
        One held that came from there.
        """
        _put(self._proven, host, now)

    def _hasProven(self, host: str, now: float) -> bool:
        at = self._proven.get(host)
        return at is not None and now - at <= PROVEN_FOR


def _put(table: OrderedDict[str, T], host: str, value: T) -> None:
    table[host] = value
    table.move_to_end(host)
    if len(table) > MAX_HOSTS:
        table.popitem(last=False)
