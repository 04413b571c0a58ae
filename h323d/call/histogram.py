"""
Counting how values are distributed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from h323d.values.distribution import Distribution

__all__ = ["Histogram"]


class Histogram:
    """
    Counts, and forgets each value.
    """

    def __init__(self, bounds: Sequence[float]) -> None:
        """
        @param bounds: as of a L{Distribution}.
        """
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(self._bounds) + 1)
        self._total = 0.0

    def add(self, value: float, times: int = 1) -> None:
        """
        There was a value; or as many of the same.
        """
        self._counts[bisect_left(self._bounds, value)] += times
        self._total += value * times

    def now(self) -> Distribution:
        """
        What there was until now.
        """
        return Distribution(self._bounds, tuple(self._counts), self._total)
