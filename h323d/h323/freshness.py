"""
Whether a proof is fresh: neither too old, nor shown before (ITU-T H.235.1,
C{timeStamp} and C{random}).

One L{Freshness} watches one sender.  It needs little memory for one that
sends little: what is older than all that it remembers counts as shown before.
"""

from __future__ import annotations

import heapq

from h323d.h323.h235 import Fault
from h323d.values.proof import Proof

__all__ = ["Freshness"]

REORDER = 16  # seconds that a request may come after a later one: it is repeated for so long
MAX_REMEMBERED = 4096  # proofs of one sender


class Freshness:
    """
    What one sender has shown.
    """

    __slots__ = ("_floor", "_oldest", "_seen")

    def __init__(self) -> None:
        self._seen: set[tuple[int, int]] = set()
        self._oldest: list[tuple[int, int]] = []  # a heap of the same
        self._floor = 0

    def check(self, proof: Proof, now: float, window: float) -> Fault | None:
        """
        Take note of a proof that has been verified.

        @param now: Unix time.
        @param window: seconds by which the sender's clock may differ from
            ours; 0 does not compare them, and then only what is remembered
            counts as shown before.

        @return: C{None} if it is fresh.
        """
        if window and abs(proof.time - now) > window:
            return Fault.TIME
        shown = (proof.time, proof.nonce)
        if shown in self._seen or (window and proof.time < self._floor):
            return Fault.REPLAY
        self._seen.add(shown)
        heapq.heappush(self._oldest, shown)
        self._forget(proof.time - REORDER)
        return None

    def _forget(self, before: int) -> None:
        oldest = self._oldest
        while oldest[0][0] < before or len(oldest) > MAX_REMEMBERED:
            gone = heapq.heappop(oldest)
            self._seen.remove(gone)
            # What was forgotten must not be shown again.
            self._floor = max(self._floor, gone[0] + 1)
