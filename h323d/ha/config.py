"""
The C{[ha]} section of the configuration.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["FollowerPlace", "HAConfig"]


class FollowerPlace(enum.Enum):
    """
    Where the server that follows is.
    """

    PROCESS = "process"
    """In another process of this machine."""


@dataclass(frozen=True, slots=True)
class HAConfig:
    """
    How a server is protected by another that follows it, and goes on where it dies.
    """

    enabled: bool = False
    """Whether another follows."""

    follower: FollowerPlace = FollowerPlace.PROCESS
    """Where it is: "process" is another process of this machine."""

    heartbeatMs: int = 100
    """How often the server says that it is there, and whoever follows how far it is,
    milliseconds."""

    patienceMs: int = 500
    """How long it may say nothing until it counts as hung, and is killed, milliseconds.  Whoever
    is killed by mistake is replaced like any other: no call is lost by that."""

    recorder: str = ""
    """The flight recorder: a directory in which all that enters the server is kept, to be done once
    more at a desk (h323ctl ha replay); empty keeps nothing.  Only where another follows.  A
    relative path is under the state directory.  It holds all that is said by signalling, with
    passwords, and all files that the server reads, with keys; only its owner may look into it."""

    recorderMegabytes: int = 256
    """How much it keeps; the oldest is thrown away.  Some 10 KB a call: what has lost its beginning
    can be read, and not be done again."""

    def __post_init__(self) -> None:
        if not 10 <= self.heartbeatMs <= 5000:
            raise ValueError("heartbeatMs: must be 10 to 5000")
        if not 2 * self.heartbeatMs <= self.patienceMs <= 60000:
            raise ValueError("patienceMs: must be at least twice heartbeatMs, and at most 60000")
        if not 1 <= self.recorderMegabytes <= 1 << 20:
            raise ValueError("recorderMegabytes: must be 1 to 1048576")

    @property
    def heartbeat(self) -> float:
        """
        In seconds.
        """
        return self.heartbeatMs / 1000

    @property
    def patience(self) -> float:
        """
        Likewise.
        """
        return self.patienceMs / 1000
