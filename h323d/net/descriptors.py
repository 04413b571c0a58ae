"""
File descriptors: as many as the system lets us have, and a few that connections may not take.

Without these, who opens connections until there are no descriptors left shuts out the operator
as well, whose control socket needs one to accept.
"""

from __future__ import annotations

import os
import resource

__all__ = ["RESERVE", "areScarce", "raiseLimit"]

RESERVE = 64  # for the operator's doors, files, name servers


def raiseLimit() -> int:
    """
    Have as many as the system allows.

    @return: how many that are.

    @raise OSError: it does not let us.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except ValueError as error:  # no limit is more than some systems take
        raise OSError(str(error)) from error
    return hard


def areScarce() -> bool:
    """
    Whether only the reserve is left.

    A new descriptor is the lowest that is free, so one that is opened tells: what may not take
    the last ones never gets at them, and nothing has to be counted.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return False
    try:
        lowest = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return True
    os.close(lowest)
    return lowest >= limit - RESERVE
