"""
How a server is protected by another that follows it, and what can be done about that.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from zope.interface import Interface, implementer

__all__ = ["UNPROTECTED", "IProtection", "NoProtection", "ProtectionState", "Standing"]


class ProtectionState(enum.Enum):
    """
    Whether somebody follows.
    """

    OFF = "off"
    """Nobody is to."""

    ALONE = "alone"
    """Nobody does, and another is about to be asked."""

    JOINING = "joining"
    """Somebody begins to."""

    PROTECTED = "protected"
    """Somebody does."""

    HANDING_OVER = "handing over"
    """Somebody does, and is to lead as soon as it has done all that has happened."""


@dataclass(frozen=True, slots=True)
class Standing:
    """
    How it stands at a time.

    @ivar epoch: one more at each take-over.
    @ivar turn: the last that has begun.
    @ivar lag: how many turns, of those that have happened, the follower has not done.
    @ivar lagSeconds: for how long the oldest of these has waited for it, at most.
    @ivar unprotectedDeaths: how often a leader died while nobody followed: calls were lost then.
    """

    state: ProtectionState = ProtectionState.OFF
    epoch: int = 0
    turn: int = 0
    lag: int = 0
    lagSeconds: float = 0.0
    unprotectedDeaths: int = 0

    @property
    def isProtected(self) -> bool:
        """
        Whether the death of who leads would be borne now.
        """
        return self.state in (ProtectionState.PROTECTED, ProtectionState.HANDING_OVER)


UNPROTECTED = Standing()


class IProtection(Interface):
    """
    Whoever knows, and sees to it, that another server follows.
    """

    def standing() -> Standing:
        """
        How it stands.
        """

    def switchOver(epoch: int) -> None:
        """
        Have the follower lead, as soon as it has done all that has happened.

        @param epoch: that this ends; nothing is done in another, as whoever takes over may do
            once more what was done last.
        """

    def join() -> None:
        """
        Have another follow, now; nothing if somebody does, or begins to.
        """


@implementer(IProtection)
class NoProtection:
    """
    Of a server that nobody is to follow.
    """

    def standing(self) -> Standing:
        return UNPROTECTED

    def switchOver(self, epoch: int) -> None:
        """
        To nobody.
        """

    def join(self) -> None:
        """
        Nobody does.
        """
