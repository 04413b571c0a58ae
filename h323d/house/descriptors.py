"""
Descriptors of processes, and whatever else becomes readable, on a reactor.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

__all__ = ["OtherProcess", "Readable"]


@implementer(IReadDescriptor)
class Readable:
    """
    Is looked at until it is stopped.
    """

    def __init__(self, descriptor: int, read: Callable[[], object], reactor: Any) -> None:
        """
        @param reactor: Any, of many interfaces.
        """
        self._descriptor = descriptor
        self._read = read
        self._reactor = reactor
        reactor.addReader(self)

    def fileno(self) -> int:
        return self._descriptor

    def logPrefix(self) -> str:
        return "protection"

    def doRead(self) -> None:
        self._read()

    def stop(self) -> None:
        """
        Look no more.
        """
        self._reactor.removeReader(self)

    def connectionLost(self, reason: Failure) -> None:
        """
        The reactor stops.
        """


class OtherProcess:
    """
    Another process, by its pidfd: whoever gets its number after it is not meant.
    """

    def __init__(self, descriptor: int, gone: Callable[[], object], reactor: Any) -> None:
        """
        @param gone: called when it has ended.
        @param reactor: Any, of many interfaces.
        """
        self._descriptor = descriptor
        self._readable = Readable(descriptor, gone, reactor)

    def kill(self) -> None:
        """
        End it, if it has not ended.
        """
        try:
            signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
        except ProcessLookupError:
            return

    def reap(self) -> None:
        """
        Wait for it, and let go of it; only its parent has more to do.
        """
        self._readable.stop()
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PIDFD, self._descriptor, os.WEXITED)
        os.close(self._descriptor)
