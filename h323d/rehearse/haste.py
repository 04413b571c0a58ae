"""
The priority of what measures: it must not be late itself, or it would tell of its own delays.

Where the system does not let us (it takes root, or CAP_SYS_NICE), all goes on without.
"""

from __future__ import annotations

import os
from contextlib import suppress

__all__ = ["hurry", "measure"]

NICENESS = -11  # one before a server's usual (server.niceness)
LEAST = 1  # of the priorities of those that never wait for a usual process


def hurry() -> None:
    """
    Have this process go before others: it begins.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)


def measure() -> None:
    """
    Have this process, and the threads that it begins, run whenever they have something to do,
    which is a few hundredths of the time (SCHED_RR of sched(7)).  On a machine with much to do, a
    process of usual priority is late by a tenth of a second now and then.
    """
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(LEAST))
