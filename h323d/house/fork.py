"""
A fork of a server: what the new process has, and what is the other's alone.
"""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Any

from twisted.internet.error import ConnectionLost
from twisted.internet.interfaces import IReadDescriptor
from twisted.internet.tcp import Port
from twisted.internet.unix import Port as UNIXPort
from twisted.python.failure import Failure

from h323d.house.renewal import renew, silence

__all__ = ["Inheritance"]

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""
What all processes of a terminal, or of a service, are sent; it is for whoever leads.
"""


class Inheritance:
    """
    What a process has been left of its parent's reactor, and of its signals: listening ports, which
    it holds until it leads.  Open connections that are not of the world of doors are its
    parent's alone.
    """

    def __init__(self, reactor: Any) -> None:
        """
        @param reactor: Any, of many interfaces.
        """
        self._reactor = reactor
        there = dict.fromkeys((*reactor.getReaders(), *reactor.getWriters()))
        self._ports: list[IReadDescriptor] = [each for each in there if isinstance(each, Port)]
        renew(reactor)
        self._handlers: dict[signal.Signals, Any] = {
            each: signal.signal(each, _ignore) for each in _ENDINGS
        }  # Any: as signal has it
        with silence():
            for each in there:
                if not isinstance(each, Port):
                    _letGo(each)

    def lead(self) -> None:
        """
        Use it.
        """
        for port in self._ports:
            self._reactor.addReader(port)
            if isinstance(port, UNIXPort):
                _ownLock(port)
        for each, handler in self._handlers.items():
            signal.signal(each, handler)


def _ownLock(port: Any) -> None:
    """
    Have the lock of a UNIX socket's path name this process, which is to remove both.
    """
    name = os.fsdecode(port.lockFile.name)
    mine = f"{name}.{os.getpid()}"
    os.symlink(str(os.getpid()), mine)
    os.replace(mine, name)


def _ignore(number: int, frame: FrameType | None) -> None:
    """
    It is for another process.
    """


def _letGo(thing: Any) -> None:
    """
    Close what is Twisted's own here, without a word to the peer, whom the other process serves.
    """
    if not type(thing).__module__.startswith("twisted.internet."):
        return
    held = getattr(thing, "socket", None)
    if held is not None:
        os.close(held.detach())
        thing.connectionLost(Failure(ConnectionLost()))
