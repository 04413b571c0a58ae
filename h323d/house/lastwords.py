"""
What a process says when it crashes: where each of its threads was.

A signal of the processor's - SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL - is of what the process did
itself.  Python has that written down before it ends (C{faulthandler}), here to a pipe; whoever is
killed by others says nothing.  So whoever reads the other end knows why it is dead, though it is
not its parent.
"""

from __future__ import annotations

import faulthandler
import os

__all__ = ["LastWords"]

_MOST = 65536  # octets


class LastWords:
    """
    Of a process that leads, for whoever is forked by it.
    """

    def __init__(self) -> None:
        """
        @raise OSError: there are no descriptors left.
        """
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)
        os.set_blocking(self._writing, False)

    def say(self) -> None:
        """
        In the process that leads: have them written there.
        """
        faulthandler.enable(self._writing)
        os.close(self._reading)

    def forget(self) -> None:
        """
        In the process that leads: nobody is there to read them.
        """
        faulthandler.disable()
        os.close(self._writing)

    def listen(self) -> None:
        """
        In the process that follows: say nothing there.
        """
        faulthandler.disable()
        os.close(self._writing)

    def heard(self) -> str:
        """
        In the process that follows, once the other is dead.

        @return: empty, if it did not crash.
        """
        try:
            said = os.read(self._reading, _MOST)
        except BlockingIOError:
            said = b""
        os.close(self._reading)
        return said.decode(errors="replace")
