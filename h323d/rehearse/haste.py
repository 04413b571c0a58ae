"""
The priority of what measures: it must not be late itself, nor have the server wait.
"""

from __future__ import annotations

import os
from contextlib import suppress

__all__ = ["hurry"]

NICENESS = -10  # a server's usual (server.niceness)


def hurry() -> None:
    """
    Go before others, and not before the server, where the system lets us (root,
    CAP_SYS_NICE).  With a priority of real time (SCHED_RR of sched(7)) a party is never late, but
    a dozen of them that wake when the server sends hold it up amid a tick, so that half of what a
    room hears was missing on two processors.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
