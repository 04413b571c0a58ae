"""
Which signatures have been shown, of all keys, whatever protocol they came by.

Only what has been verified is remembered, so nobody but the holder of a key can fill its memory;
and a key that the registry has no more keeps its own, as it may come back.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from h323d.guard.signatures.window import AHEAD
from h323d.values.proof import Proof

__all__ = ["MAX_NONCES", "ReplayMemory"]

MAX_NONCES = 1024  # of one key


class ReplayMemory:
    """
    What all keys have shown.
    """

    def __init__(self, since: float) -> None:
        """
        @param since: when we were started, in seconds of Unix time.  What was signed before may
            have been shown to the run before, and so may what a fast clock signed.
        """
        self._since = int(since + AHEAD)
        self._shown: dict[bytes, _Shown] = {}

    def isOfBefore(self, proof: Proof) -> bool:
        """
        Whether it may have been shown before we were started.
        """
        return proof.time < self._since

    def knows(self, key: bytes, proof: Proof) -> bool:
        """
        Whether a key has shown this before, or may have.
        """
        shown = self._shown.get(key)
        return shown is not None and shown.knows(proof)

    def recall(self, since: float, shown: Iterable[tuple[bytes, Proof]]) -> None:
        """
        Learn what keys have shown to the run before.

        @param since: from when on that is all, in seconds of Unix time.
        """
        for key, proof in shown:
            self.note(key, proof)
        self._since = int(since + AHEAD)

    def note(self, key: bytes, proof: Proof) -> None:
        """
        A key has shown this, and it is verified.
        """
        self._shown.setdefault(key, _Shown()).note(proof)


class _Shown:
    """
    What one key has shown.
    """

    __slots__ = ("_floor", "_nonces", "_oldest")

    def __init__(self) -> None:
        self._nonces: set[bytes] = set()
        self._oldest: list[tuple[int, bytes]] = []  # a heap of the same
        self._floor = 0

    def knows(self, proof: Proof) -> bool:
        return proof.nonce in self._nonces or proof.time < self._floor

    def note(self, proof: Proof) -> None:
        self._nonces.add(proof.nonce)
        heapq.heappush(self._oldest, (proof.time, proof.nonce))
        if len(self._oldest) > MAX_NONCES:
            time, nonce = heapq.heappop(self._oldest)
            self._nonces.discard(nonce)
            self._floor = max(self._floor, time + 1)  # what was forgotten must not come again
