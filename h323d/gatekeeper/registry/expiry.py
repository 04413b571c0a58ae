"""
Deadlines for very many things, with one timer.

Keys are kept in buckets of a second each; setting, moving and removing one
costs the same however many there are.  A key is told of up to a second late,
never early.  Where very many come due together, they are told of a portion at a
time, and those that are still waiting can be moved or removed as ever.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from typing import Generic, TypeVar

from twisted.internet.interfaces import IDelayedCall, IReactorTime

__all__ = ["Expiry"]

PORTION = 50  # keys that are told of in one go
PAUSE = 0.02  # seconds between two portions, for everybody else

K = TypeVar("K")


class Expiry(Generic[K]):
    """
    Tells which keys' time has come.
    """

    def __init__(self, clock: IReactorTime, expired: Callable[[K], None]) -> None:
        """
        @param expired: called with each key whose deadline has passed; the key
            is forgotten before.
        """
        self._clock = clock
        self._expired = expired
        self._bucketOf: dict[K, int] = {}
        self._buckets: dict[int, dict[K, None]] = {}
        self._order: list[int] = []  # a heap of the keys of _buckets
        self._timer: IDelayedCall | None = None
        self._due = 0.0

    def __len__(self) -> int:
        return len(self._bucketOf)

    def set(self, key: K, deadline: float) -> None:
        """
        Give a key a deadline, or another one.

        @param deadline: in seconds of the clock.
        """
        self.remove(key)
        bucket = math.ceil(deadline)
        members = self._buckets.get(bucket)
        if members is None:
            members = self._buckets[bucket] = {}
            heapq.heappush(self._order, bucket)
        members[key] = None
        self._bucketOf[key] = bucket
        if self._timer is None or bucket < self._due:
            self._arm(bucket)

    def remove(self, key: K) -> None:
        """
        Forget a key, if it is there.
        """
        bucket = self._bucketOf.pop(key, None)
        if bucket is not None:
            del self._buckets[bucket][key]
            if not self._bucketOf:
                self.close()

    def close(self) -> None:
        """
        Forget everything.
        """
        self._bucketOf.clear()
        self._buckets.clear()
        self._order.clear()
        self._disarm()

    def _arm(self, due: float) -> None:
        self._disarm()
        self._due = due
        self._timer = self._clock.callLater(max(0.0, due - self._clock.seconds()), self._sweep)

    def _disarm(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None and timer.active():
            timer.cancel()

    def _sweep(self) -> None:
        self._timer = None
        now = self._clock.seconds()
        left = PORTION
        while self._order and self._order[0] <= now:
            bucket = self._order[0]
            members = self._buckets[bucket]
            while members:
                if not left:
                    self._arm(now + PAUSE)
                    return
                left -= 1
                key = next(iter(members))
                self.remove(key)
                self._expired(key)
            if self._buckets.get(bucket) is members:  # else a listener left nothing behind
                heapq.heappop(self._order)
                del self._buckets[bucket]
        if self._order and (self._timer is None or self._order[0] < self._due):
            self._arm(self._order[0])
