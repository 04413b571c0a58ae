"""
A house with every way in walled up but one: what a server is made of may learn the time, draw
chance, open files and sockets and start threads by its L{Surroundings
<h323d.call.surroundings.Surroundings>} alone.

C{datetime.now} cannot be walled up, as it belongs to a type of C's; ruff refuses it.
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import currentframe
from types import FrameType, ModuleType
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, execute

__all__ = ["AnotherWay", "aside", "sealed"]

T = TypeVar("T")

_FUNCTIONS: dict[type | ModuleType, tuple[str, ...]] = {
    time: ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "sleep"),
    random: ("random", "randint", "randrange", "choice", "choices", "getrandbits", "shuffle"),
    os: ("urandom",),
    threading.Thread: ("start",),
}
_EVENTS = ("open", "socket.", "subprocess.", "os.fork", "os.posix_spawn", "sqlite3.")
_WORLD = ("h323d.net.",)  # which the surroundings are made of
_HOUSE = "h323d."


class AnotherWay(AssertionError):
    """
    Something was asked of the world behind its back.
    """


class _Walls:
    """
    @ivar standing: whether they are; what is done aside goes by a gap in them.
    """

    standing = False

    def audit(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.standing and event.startswith(_EVENTS):
            self.refuse(event, currentframe())

    def refuse(self, what: str, frame: FrameType | None) -> None:
        """
        @param frame: of whoever asks.

        @raise AnotherWay: that is the house itself, and not the world, or a test.
        """
        who = _asker(None if frame is None else frame.f_back)
        if self.standing and who.startswith(_HOUSE) and not who.startswith(_WORLD):
            raise AnotherWay(f"{who}: {what}")


_WALLS = _Walls()
sys.addaudithook(_WALLS.audit)


def _asker(frame: FrameType | None) -> str:
    """
    The module, of the house or of its tests, that has had something done; empty for an import.
    """
    while frame is not None:
        name = str(frame.f_globals.get("__name__"))
        if name.startswith("importlib"):
            return ""
        if name.startswith((_HOUSE, "tests.")):
            return name
        frame = frame.f_back
    return ""


def _walledUp(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def refusing(*arguments: Any, **named: Any) -> Any:  # Any: as the function has it
        _WALLS.refuse(name, currentframe())
        return function(*arguments, **named)

    return refusing


@contextmanager
def sealed() -> Iterator[None]:
    """
    Wall up every other way, for C{with}.
    """
    kept = [
        (module, name, getattr(module, name))
        for module in _FUNCTIONS
        for name in _FUNCTIONS[module]
    ]
    for module, name, function in kept:
        setattr(module, name, _walledUp(f"{module.__name__}.{name}", function))
    _WALLS.standing = True
    try:
        yield
    finally:
        _WALLS.standing = False
        for module, name, function in kept:
            setattr(module, name, function)


def aside(function: Callable[..., T], *arguments: Any, **named: Any) -> Deferred[T]:
    """
    What C{defer} is in a simulation: runs what waits for a disk, at once, and lets it at it.
    """
    before, _WALLS.standing = _WALLS.standing, False
    try:
        return execute(function, *arguments, **named)
    finally:
        _WALLS.standing = before
