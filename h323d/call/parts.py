"""
What a server is made of: parts that begin, change, leave and end together.

It takes another configuration as a whole.  Every part of it first prepares what it will need,
and may refuse; once all have, what they prepared is committed.  So a file with a fault changes
nothing, wherever the fault is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from twisted.internet.defer import Deferred, succeed

__all__ = ["UNCHANGED", "Change", "Commit", "Part", "Together"]

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


@dataclass(frozen=True, slots=True)
class Together:
    """
    Several, in their order, as one.
    """

    commits: tuple[Commit, ...] = ()

    def commit(self) -> None:
        for each in self.commits:
            each.commit()


UNCHANGED: Commit = Together()
"""
Of a part that has nothing to change.
"""


class Part(Generic[S_contra]):
    """
    One part, by its own configuration.  Each of the four means the same for all of them; who has
    nothing to do for one leaves it out.
    """

    def start(self) -> None:
        """
        Bind what is to be bound, and take part from now on.

        @raise h323d.errors.ResourceUnavailable: something cannot be bound; L{close} frees the
            rest.
        """

    def prepare(self, config: S_contra, /) -> Commit:
        """
        Have another configuration ready.  This changes nothing yet.

        @param config: that in force but for what can change while we run.

        @raise h323d.errors.ConfigurationError: something in it cannot be used.
        """
        return UNCHANGED

    def leave(self) -> None:
        """
        Hang up on everybody, who get to end as their protocol has it; begin nothing new.
        """

    def close(self) -> Deferred[None]:
        """
        Free everything: sockets, timers, and calls that are still there, which are hung up on
        without waiting for an answer.

        @return: fires when all that outlives us is on the disk; never fails.
        """
        return succeed(None)
