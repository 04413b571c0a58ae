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
    """How long nothing enters the server until it says that it is there, milliseconds."""

    patienceMs: int = 500
    """How long it may say nothing until it counts as hung, and is killed, milliseconds.  Whoever
    is killed by mistake is replaced like any other: no call is lost by that."""

    def __post_init__(self) -> None:
        if not 10 <= self.heartbeatMs <= 5000:
            raise ValueError("heartbeatMs: must be 10 to 5000")
        if not 2 * self.heartbeatMs <= self.patienceMs <= 60000:
            raise ValueError("patienceMs: must be at least twice heartbeatMs, and at most 60000")

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
