"""
The priority of what measures: it must not be late itself.
"""

from __future__ import annotations

import os
from contextlib import suppress

__all__ = ["NICENESS", "hurry"]

NICENESS = -11  # one before a server's usual (server.niceness)


def hurry() -> None:
    """
    Have this process go before others, where the system lets us (root, or CAP_SYS_NICE).
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
