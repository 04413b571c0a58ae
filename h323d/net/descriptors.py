"""
File descriptors: as many as the system lets us have, and a few that connections may not take.

Without these, who opens connections until there are no descriptors left shuts out the operator
as well, whose control socket needs one to accept.
"""

from __future__ import annotations

import os
import resource

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

__all__ = ["REST", "RESERVE", "Scarcity", "areScarce", "raiseLimit"]

RESERVE = 64  # for the operator's doors, files, name servers
REST = 1.0  # seconds for which nobody looks whether somebody has come, where there are none at all
TELL_EVERY = 60.0  # seconds between two lines in the log that say the same


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


class Scarcity:
    """
    Has connections turned away, and says so now and then.
    """

    _log = Logger()

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._told = -TELL_EVERY

    def isThere(self) -> bool:
        """
        Whether whoever has connected is to be turned away.
        """
        if not areScarce():
            return False
        now = self._clock.seconds()
        if now - self._told >= TELL_EVERY:
            self._told = now
            self._log.warn("connections are turned away: file descriptors run out (ulimit -n)")
        return True
