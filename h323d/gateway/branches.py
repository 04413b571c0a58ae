"""
Where a call is tried: the ways that are left, the sides that are called at present, and what has
become of the others; the response context of RFC 3261, 16.7, for calls of any protocol.

The ways of one rank are called at the same time.  The next rank's turn comes when all of them
have refused: after any refusal that is not for all places, where the ways are those of one party
(C{Way.rank}); otherwise after causes that tell of the place, and not of the party.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator

from h323d.call.ways import Way, inRanks
from h323d.gateway.bridgeside import BridgeSide, SideSound
from h323d.gateway.refusals import bestOf
from h323d.values.cause import Cause

__all__ = ["Branches"]


class Branches:
    """
    The called sides of one bridge, from the first that is called to the one that answers.

    @ivar refusedByPeer: whether it is the called side that has refused, and not we who gave up.
    """

    def __init__(self, ways: Iterable[Way], most: int, ofPlaces: Collection[int]) -> None:
        """
        @param ways: in the order in which they are to be tried.
        @param most: at how many places the call is tried, all together.
        @param ofPlaces: the causes that tell of a place, and not of the party.
        """
        self._ranks = deque(inRanks(ways))
        self._most = most
        self._ofPlaces = ofPlaces
        self._sides: dict[BridgeSide, Way] = {}
        self._last: Way | None = None
        self._refusals: list[Cause] = []
        self.refusedByPeer = False

    def __iter__(self) -> Iterator[BridgeSide]:
        """
        The sides that are called, or have answered.
        """
        return iter(tuple(self._sides))

    def __contains__(self, side: object) -> bool:
        return side in self._sides

    @property
    def verdict(self) -> Cause:
        """
        Why the party cannot be reached.
        """
        return bestOf(self._refusals, self._ofPlaces) or Cause.NO_ROUTE_TO_DESTINATION

    @property
    def speaking(self) -> BridgeSide | None:
        """
        The first side whose sound flows.
        """
        return next((side for side in self if side.sound is SideSound.FLOWING), None)

    def take(self) -> tuple[Way, ...]:
        """
        The ways that are to be called now; none if there are none left, or the last refusals
        were for all of them.
        """
        if not self._ranks or not self._goesOn(self._ranks[0][0]):
            return ()
        ways = self._ranks.popleft()[: self._most]
        self._most -= len(ways)
        return ways

    def _goesOn(self, following: Way) -> bool:
        last = self._last
        if last is None or (last.rank is not None and following.rank is not None):
            return True
        return self.verdict in self._ofPlaces

    def enter(self, side: BridgeSide, way: Way) -> None:
        """
        A side is called.
        """
        self._last = self._sides[side] = way

    def leave(self, side: BridgeSide, cause: Cause) -> bool:
        """
        A side is over that has not answered.

        @return: whether it was the last.
        """
        del self._sides[side]
        self.refusedByPeer |= side.leg.peerEnded
        if side.leg.refusedEverywhere:
            self._ranks.clear()
            self._refusals.clear()
        self._refusals.append(cause)
        return not self._sides
