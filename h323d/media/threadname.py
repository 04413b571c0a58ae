"""
The name of a thread, as the system shows it: in C{top -H}, and in C{/proc}, where its CPU is told.
"""

from __future__ import annotations

import ctypes

__all__ = ["showName"]

_PR_SET_NAME = 15  # of prctl(2)
_LONGEST = 15  # octets; the rest is left out


def showName(name: str) -> None:
    """
    Have the thread that calls this shown by a name, where the system has names for threads.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_NAME, name.encode()[:_LONGEST], 0, 0, 0)
