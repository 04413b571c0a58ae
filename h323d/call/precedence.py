"""
Before whom a call goes where there is no place left: a question that whoever has places asks, and
that somebody who knows how grave calls are answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zope.interface import Interface, implementer

from h323d.values.identifiers import LegID

__all__ = ["EQUALS", "IPrecedence", "Seat"]


@dataclass(frozen=True, slots=True)
class Seat:
    """
    One that is taken.

    @ivar legId: by whom.
    @ivar decides: whether they decide on the others there.
    """

    legId: LegID
    decides: bool = False


class IPrecedence(Interface):
    """
    Who has to give way to whom.
    """

    def yielding(legId: LegID, seats: int, taken: Sequence[Seat]) -> LegID | None:
        """
        Who would give way to a leg that finds all seats taken; C{None} if nobody does.  Nobody
        has to, before L{preempted}.

        @param seats: how many there are.
        @param taken: in the order in which they were.
        """

    def preempted(legId: LegID, by: LegID) -> None:
        """
        A leg gives way to another, as L{yielding} has said, and is being ended.
        """


@implementer(IPrecedence)
class _Equals:
    def yielding(self, legId: LegID, seats: int, taken: Sequence[Seat]) -> LegID | None:
        return None

    def preempted(self, legId: LegID, by: LegID) -> None:
        raise AssertionError("nobody gives way")


EQUALS = _Equals()
"""
L{IPrecedence} where nobody goes before another.
"""
