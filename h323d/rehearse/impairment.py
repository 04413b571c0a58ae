"""
What a bad network does to packets, in nobody's time: which are lost, and when the others arrive.

Of each flow - the packets of one port, in one direction - chance is drawn anew from the seed and
the name of the flow, so that the same packets of it are lost in each run, whatever the other flows
do.  Packets of a flow keep their order, as in a queue: what is later than its successor makes that
wait.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

__all__ = ["UNIMPAIRED", "Flow", "Impairment"]

MOST_MS = 5000.0


@dataclass(frozen=True, slots=True)
class Impairment:
    """
    @ivar loss: per cent of packets that do not arrive.
    @ivar delayMs: milliseconds that each takes at least.
    @ivar jitterMs: by how much it may take longer, milliseconds.
    """

    loss: float = 0.0
    delayMs: float = 0.0
    jitterMs: float = 0.0

    def __post_init__(self) -> None:
        """
        @raise ValueError: no network is like that.
        """
        if not 0 <= self.loss <= 100:
            raise ValueError("loss: must be 0 to 100 per cent")
        for key in ("delay", "jitter"):
            if not 0 <= getattr(self, f"{key}Ms") <= MOST_MS:
                raise ValueError(f"{key}: must be 0 to {MOST_MS:.0f} milliseconds")

    def __str__(self) -> str:
        """
        In words; empty for nothing.
        """
        told = [
            f"{self.loss:g} % loss" if self.loss else "",
            f"{self.delayMs:g} ms delay" if self.delayMs else "",
            f"{self.jitterMs:g} ms jitter" if self.jitterMs else "",
        ]
        return ", ".join(filter(None, told))


UNIMPAIRED = Impairment()


class Flow:
    """
    The packets of one port, in one direction.
    """

    def __init__(self, impairment: Impairment, seed: int, name: str) -> None:
        self._impairment = impairment
        self._rng = random.Random(f"{seed} {name}")
        self._last = float("-inf")

    def arrival(self, now: float) -> float | None:
        """
        The fate of its next packet.

        @param now: when it left, seconds.
        @return: when it arrives, not before those that left earlier; C{None} if it does not.
        """
        fate, waits = (
            self._rng.random(),
            self._rng.random(),
        )  # both, lost or not: none shifts others
        if fate * 100 < self._impairment.loss:
            return None
        taken = self._impairment.delayMs + waits * self._impairment.jitterMs
        self._last = max(self._last, now + taken / 1000)
        return self._last
