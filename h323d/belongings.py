"""
What a process has open on the disk, and a process that is forked must not have: a connection of
SQLite is neither to be used nor to be closed elsewhere, as its locks stay where it was opened.

So whoever forks closes all of it before; and it is opened again where there is more to write.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable

from twisted.logger import Logger

__all__ = ["Belongings", "Everybodys", "closeBelongings"]

_log = Logger()


class Belongings:
    """
    Of one owner, for as long as that is there.
    """

    def __init__(self, close: Callable[[], object], among: Everybodys | None = None) -> None:
        """
        @param close: closes what is open, if anything is; called while no thread is at work.
        @param among: this process's others.
        """
        self.close = close
        (_OF_THIS_PROCESS if among is None else among).add(self)


Everybodys = weakref.WeakSet[Belongings]
_OF_THIS_PROCESS = Everybodys()


def closeBelongings(among: Everybodys = _OF_THIS_PROCESS) -> None:
    """
    Close all that is open.
    """
    for each in list(among):
        try:
            each.close()
        except Exception:  # the fence: whoever cannot close his, holds up nobody
            _log.failure("something on the disk could not be closed")
