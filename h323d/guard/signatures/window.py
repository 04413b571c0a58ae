"""
For how long a signature is fresh.
"""

from __future__ import annotations

__all__ = ["AHEAD", "BEHIND", "isFresh"]

AHEAD = 5.0  # seconds that a clock may be ahead of ours
BEHIND = 30.0  # seconds from when a request is signed to when we judge it


def isFresh(time: int, now: float) -> bool:
    """
    @param time: when it was signed, and C{now}, in seconds of Unix time.
    """
    return -AHEAD <= now - time <= BEHIND
