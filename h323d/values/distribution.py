"""
How values are distributed.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Distribution"]


@dataclass(frozen=True, slots=True)
class Distribution:
    """
    What a histogram has counted until a time.

    @ivar bounds: each the largest that counts there, ascending.
    @ivar counts: how many there were in each, and last, beyond all of them.
    @ivar total: the sum of the values.
    """

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float = 0.0
