"""
How long the servers of one trunk may say nothing, all of them together: as long as those of a URI
may (64*T1, L{h323d.sip.calls.nexthops}), and then a call goes on by the next trunk.

Where a trunk has several servers, each has its share of the time that is left.  A server that has
failed in no time leaves the others more of it, and one that works on the call takes from it, too;
its call is given up only where there is still somebody else to try.
"""

from __future__ import annotations

from collections.abc import Iterable

from twisted.internet.interfaces import IReactorTime

from h323d.call.ways import Way

__all__ = ["TRUNK_PATIENCE", "TrunkPatience"]

TRUNK_PATIENCE = 32.0  # seconds: 64*T1
_SHARE = 4.0  # seconds that a server has in any case: its INVITE has been sent four times
_TOO_LITTLE = 1.0  # seconds in which nobody need have said anything


class TrunkPatience:
    """
    That of one call.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._deadlines: dict[str, float] = {}

    def isOver(self, way: Way) -> bool:
        """
        Whether no more servers of a trunk are to be tried.
        """
        return bool(way.trunk) and self._rest(way.trunk) < _TOO_LITTLE

    def shareOf(self, way: Way, left: Iterable[Way], most: float) -> float:
        """
        A way is taken.

        @param left: those that could be taken after it.
        @param most: seconds that any way may say nothing.

        @return: seconds that this one may.
        """
        if not way.trunk:
            return most
        self._deadlines.setdefault(way.trunk, self._clock.seconds() + TRUNK_PATIENCE)
        rest, after = self._rest(way.trunk), sum(each.trunk == way.trunk for each in left)
        return min(most, rest, max(_SHARE, rest / (after + 1)))

    def _rest(self, trunk: str) -> float:
        now = self._clock.seconds()
        return self._deadlines.get(trunk, now + TRUNK_PATIENCE) - now
