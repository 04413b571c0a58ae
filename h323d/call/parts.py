"""
How a running server takes another configuration: every part of it first prepares what it
will need, and may refuse; once all have, what they prepared is committed.

So a file with a fault changes nothing, wherever the fault is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

__all__ = ["Change", "Commit"]

S = TypeVar("S")
S_contra = TypeVar("S_contra", contravariant=True)


class Commit(Protocol):
    """
    What is ready to take effect.  It is carried out at once, or never.
    """

    def commit(self) -> None:
        """Let it take effect.  Raises nothing: whatever could be wrong has been looked at."""


class Reconfigurable(Protocol[S_contra]):
    """
    Who goes by something that can change.
    """

    def reconfigure(self, state: S_contra, /) -> None:
        """Go by C{state} from now on.  Raises nothing."""


@dataclass(frozen=True, slots=True)
class Change(Generic[S]):
    """
    A L{Commit} of one part.

    @ivar state: what it is to go by.
    """

    part: Reconfigurable[S]
    state: S

    def commit(self) -> None:
        self.part.reconfigure(self.state)
