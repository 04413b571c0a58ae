"""
How often each of many sources may do something.
"""

from __future__ import annotations

from collections import OrderedDict

from twisted.internet.interfaces import IReactorTime

from h323d.call.shares import sourceOf

__all__ = ["MAX_ADDRESSES", "Rate"]

MAX_ADDRESSES = 65_536  # that are remembered, if nothing else is said


class Rate:
    """
    How often each source may do something: in the long run so often a
    second, and so often at once (a token bucket).

    A source that has been still long enough to have all its turns again is
    forgotten; so is the stillest, when there are too many.
    """

    def __init__(
        self, clock: IReactorTime, rate: float, burst: int, most: int = MAX_ADDRESSES
    ) -> None:
        """
        @param rate: a second; 0 sets no limit.
        @param most: sources that are remembered.
        """
        self._clock = clock
        self._rate = rate
        self._burst = float(burst)
        self._most = most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # turns left, when

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, host: str) -> bool:
        """
        Take a turn.

        @return: whether there was one.
        """
        if not self._rate:
            return True
        source, now = sourceOf(host), self._clock.seconds()
        left, since = self._buckets.get(source, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        granted = left >= 1.0
        self._buckets[source] = (left - 1.0 if granted else left, now)
        self._buckets.move_to_end(source)
        self._forget(now)
        return granted

    def has(self, host: str) -> bool:
        """
        Whether there is a turn to take.
        """
        if not self._rate or not self._buckets:
            return True
        left, since = self._buckets.get(sourceOf(host), (self._burst, 0.0))
        return left + (self._clock.seconds() - since) * self._rate >= 1.0

    def giveBack(self, host: str) -> None:
        """
        A turn was taken that need not have been.
        """
        source = sourceOf(host)
        if source in self._buckets:
            left, since = self._buckets[source]
            self._buckets[source] = (left + 1.0, since)

    def _forget(self, now: float) -> None:
        # Two at a time: one comes with each turn, so the table shrinks.
        for _ in range(2):
            host, (left, since) = next(iter(self._buckets.items()))
            full = left + (now - since) * self._rate >= self._burst
            if not full and len(self._buckets) <= self._most:
                return
            del self._buckets[host]
            if not self._buckets:
                return
