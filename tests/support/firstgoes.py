"""
An order of precedence for those who have places.
"""

from __future__ import annotations

from collections.abc import Sequence

from zope.interface import implementer

from h323d.call.precedence import IPrecedence, Seat
from h323d.values.identifiers import LegID

__all__ = ["FirstGoes"]


@implementer(IPrecedence)
class FirstGoes:
    """
    Whoever comes goes before the first who has come.

    @ivar done: who had to go, and for whom.
    @ivar taken: the seats that it was asked about.
    """

    def __init__(self) -> None:
        self.done: list[tuple[LegID, LegID]] = []
        self.taken: Sequence[Seat] = ()

    def yielding(self, legId: LegID, seats: int, taken: Sequence[Seat]) -> LegID | None:
        self.taken = taken
        return taken[0].legId

    def preempted(self, legId: LegID, by: LegID) -> None:
        self.done.append((legId, by))
