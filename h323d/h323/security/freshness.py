"""
Whether a proof is fresh: neither too old, nor shown before (ITU-T H.235.1,
C{timeStamp} and C{random}).

One L{Freshness} watches one sender.  It needs little memory for one that
sends little: what is older than all that it remembers counts as shown before.
What is to be known of it after a restart is L{Shown}; of all senders, L{Past}.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from h323d.h323.security.h235 import Fault
from h323d.values.proof import Proof

__all__ = ["Freshness", "Past", "Shown"]

REORDER = 16  # seconds that a request may come after a later one: it is repeated for so long
MAX_REMEMBERED = 4096  # proofs of one sender


class Shown(NamedTuple):
    """
    What one sender has shown, as far as a restart has to know it.

    @ivar latest: the latest time that it named, in seconds of Unix time by its own clock.
    @ivar ahead: the most, in whole seconds, that its clock was seen to be ahead of ours;
        negative where it is behind.
    """

    latest: int
    ahead: int


@dataclass(frozen=True, slots=True)
class Past:
    """
    What all senders had shown before a restart.

    @ivar shown: by what the sender called itself.
    @ivar complete: whether nothing is missing in it.
    """

    shown: Mapping[str, Shown] = field(default_factory=dict)
    complete: bool = False

    def floor(self, sender: str, since: float) -> int:
        """
        Before which time, by its own clock, all counts as shown that a sender shows from
        now on.

        Where something may be missing, that is all that it made before we were started:
        what it showed in the last moments of the run before was perhaps not written down.

        @param since: when we were started, in seconds of Unix time.
        """
        known = self.shown.get(sender)
        if known is None:
            return 0 if self.complete else int(since)
        if self.complete:
            return known.latest + 1
        return max(known.latest + 1, math.ceil(since) + known.ahead)


class Freshness:
    """
    What one sender has shown.

    @ivar shown: the same for a restart; C{None} before it has shown anything.
    """

    __slots__ = ("_floor", "_oldest", "_seen", "shown")

    def __init__(self, floor: int = 0) -> None:
        """
        @param floor: what is older, in seconds of Unix time, counts as shown before.
        """
        self._seen: set[tuple[int, bytes]] = set()
        self._oldest: list[tuple[int, bytes]] = []  # a heap of the same
        self._floor = floor
        self.shown: Shown | None = None

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
        self._note(proof.time, math.ceil(proof.time - now))
        heapq.heappush(self._oldest, shown)
        self._forget(proof.time - REORDER)
        return None

    def _note(self, time: int, ahead: int) -> None:
        before = self.shown
        if before is not None:
            time, ahead = max(time, before.latest), max(ahead, before.ahead)
        self.shown = Shown(time, ahead)

    def _forget(self, before: int) -> None:
        oldest = self._oldest
        while oldest[0][0] < before or len(oldest) > MAX_REMEMBERED:
            gone = heapq.heappop(oldest)
            self._seen.remove(gone)
            # What was forgotten must not be shown again.
            self._floor = max(self._floor, gone[0] + 1)
