"""
What a process has opened, and another has only inherited: a process that is forked is not to use
it, nor to close it.

A connection of SQLite is such a thing: its locks stay with whoever has opened it.
"""

from __future__ import annotations

import os
from typing import TypeVar

__all__ = ["Belongings"]

T = TypeVar("T")


class Belongings:
    """
    Of one owner, in whichever process it is.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._inherited: list[object] = []  # kept, as to let go of them would close them

    def own(self, thing: T | None) -> T | None:
        """
        @param thing: what was opened last; C{None} if nothing is open.

        @return: C{None} too, if another process has opened it: it is to be opened anew.
        """
        if self._process == os.getpid():
            return thing
        self._process = os.getpid()
        self._inherited.append(thing)
        return None
