"""
Where a call is tried: the ways that are left, the sides that are called at present, and what has
become of the others; the response context of RFC 3261, 16.7, for calls of any protocol.

The ways of one rank are called at the same time.  The next rank's turn comes when all of them
have refused: after any refusal that is not for all places, where the ways are those of one party
(C{Way.rank}); otherwise after causes that tell of the place, and not of the party.

A side that sends us elsewhere (SIP's 3xx, H.323's C{callForwarded}) has its place taken by the
ways that it names, at once, and as if they had been among the others from the beginning.  One
that sends us back to where we came from, or too far, has refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from h323d.call.applications import Reason
from h323d.call.ways import Way, inRanks
from h323d.gateway.bridgeside import BridgeSide, SideSound
from h323d.gateway.refusals import bestOf
from h323d.values.cause import Cause

__all__ = ["MAX_REDIRECTIONS", "Branches", "Place"]

MAX_REDIRECTIONS = 5  # from one place to the next


@dataclass(frozen=True, slots=True)
class Place:
    """
    A way, and how we came to it.

    @ivar before: the place that has sent us here; C{None} for one that was found first of all.
    @ivar isFound: whether we know of it by more than the word of who sends us.
    """

    way: Way
    before: Place | None = None
    isFound: bool = False

    @property
    def isToBeFound(self) -> bool:
        """
        Whether it is to be asked where it is, or, if it has an address, whether it may be called:
        a redirection may name one of our own, somebody elsewhere, or who is forbidden.
        """
        return self.before is not None and not self.isFound

    @property
    def past(self) -> tuple[Place, ...]:
        """
        The places before, the last first.
        """
        return () if self.before is None else (self.before, *self.before.past)

    def loops(self) -> bool:
        """
        Whether it leads to where we have been, or is too far from where we began.
        """
        past = self.past
        here = _end(self.way)
        return len(past) > MAX_REDIRECTIONS or any(_end(each.way) == here for each in past)


def _end(way: Way) -> tuple[object, ...]:
    """
    What two ways have in common that lead to one place.
    """
    return (way.protocol, way.destination, way.contact or way.called)


def _areRanked(one: Way, other: Way) -> bool:
    """
    Whether they are among the places of one party.
    """
    return one.rank is not None and other.rank is not None


class Branches:
    """
    The called sides of one bridge, from the first that is called to the one that answers.

    @ivar refusedByPeer: whether it is the called side that has refused, and not we who gave up.
    @ivar discord: what it and we speak, as one has told last that has nothing in common with us.
    """

    def __init__(self, ways: Iterable[Way], most: int, ofPlaces: Collection[int]) -> None:
        """
        @param ways: in the order in which they are to be tried.
        @param most: at how many places the call is tried, all together.
        @param ofPlaces: the causes that tell of a place, and not of the party.
        """
        self._ranks = deque(tuple(map(Place, ways)) for ways in inRanks(ways))
        self._most = most
        self._ofPlaces = ofPlaces
        self._sides: dict[BridgeSide, Place] = {}
        self._uncalled: dict[BridgeSide, None] = {}  # those that pick the call up
        self._onward: dict[BridgeSide, list[Way]] = {}
        self._due: list[Place] = []  # to be called at once
        self._asked: dict[Place, None] = {}  # somebody looks for them
        self._known = {_end(place.way) for rank in self._ranks for place in rank}
        self._last: Way | None = None
        self._refusals: list[Cause] = []
        self._looped = self._refusedEverywhere = False
        self.refusedByPeer = False
        self.discord = ""

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
    def reason(self) -> Reason | None:
        """
        What there is to say beside the verdict.
        """
        if self._refusedEverywhere:
            return Reason.REFUSED_EVERYWHERE
        isLoop = self._looped and self.verdict is Cause.EXCHANGE_ROUTING_ERROR
        return Reason.LOOP if isLoop else None

    @property
    def speaking(self) -> BridgeSide | None:
        """
        The first side whose sound flows.
        """
        return next((side for side in self if side.sound is SideSound.FLOWING), None)

    @property
    def isDue(self) -> bool:
        """
        Whether we have been sent to places that are not called yet.
        """
        return bool(self._due)

    @property
    def isOver(self) -> bool:
        """
        Whether nobody is called, or about to be.
        """
        return not (self._sides or self._due or self._asked)

    @property
    def left(self) -> Iterator[Way]:
        """
        The ways that nobody has been called by yet.
        """
        return (place.way for rank in self._ranks for place in rank)

    def take(self) -> tuple[Place, ...]:
        """
        The places that are to be called now; none if there are none left, or the last refusals
        were for all of them.
        """
        if not self._ranks or not self._goesOn(self._ranks[0][0].way):
            return ()
        return self._asFarAsAllowed(self._ranks.popleft())

    def takeDue(self) -> tuple[Place, ...]:
        """
        The places that we are sent to.
        """
        due, self._due = tuple(self._due), []
        return self._asFarAsAllowed(due)

    def _asFarAsAllowed(self, places: tuple[Place, ...]) -> tuple[Place, ...]:
        taken = places[: self._most]
        self._most -= len(taken)
        return taken

    def _goesOn(self, following: Way) -> bool:
        if self._last is None or _areRanked(self._last, following):
            return True
        return self.verdict in self._ofPlaces

    @property
    def isImpatient(self) -> bool:
        """
        Whether others are to be called if nobody answers for long.
        """
        last = self._last
        return last is not None and bool(self._ranks) and _areRanked(last, self._ranks[0][0].way)

    def enter(self, side: BridgeSide, place: Place) -> None:
        """
        A side is called.
        """
        self._last = place.way
        self._sides[side] = place

    def wayTo(self, side: BridgeSide) -> Way | None:
        """
        How a side was called; C{None} if it was not.
        """
        place = self._sides.get(side)
        return None if place is None else place.way

    def pickUp(self, side: BridgeSide, way: Way) -> None:
        """
        A side that nobody has called is about to answer in the place of one that is called.

        @param way: how its party could be called.
        """
        self._sides[side] = Place(way)
        self._uncalled[side] = None

    def isUncalled(self, side: BridgeSide) -> bool:
        """
        Whether a side has come by itself.
        """
        return side in self._uncalled

    def passOver(self, cause: Cause) -> None:
        """
        A way is not taken, as none can be called on it at present.
        """
        self._refusals.append(cause)
        self._most += 1  # only who is called counts

    def redirect(self, side: BridgeSide, way: Way) -> None:
        """
        A side is about to be over, and names somebody else who is to be called instead.
        """
        self._onward.setdefault(side, []).append(way)

    def leave(self, side: BridgeSide, cause: Cause) -> None:
        """
        A side is over that has not answered.
        """
        place = self._sides.pop(side)
        if side in self._uncalled:
            del self._uncalled[side]
            return  # that it does not answer after all says nothing of who is called
        self.refusedByPeer |= side.leg.peerEnded
        # Of our own accord, a leg ends so only where its way leads back to us.
        self._looped |= cause is Cause.EXCHANGE_ROUTING_ERROR and not side.leg.peerEnded
        self.discord = side.leg.discord or self.discord
        if side.leg.refusedEverywhere:
            self._refusedEverywhere = True
            self._ranks.clear()
            self._asked.clear()
            self._refusals.clear()
        ways = self._onward.pop(side, None)
        if ways is None:
            self._refusals.append(cause)
        else:
            self._follow(ways, place)

    def ask(self, place: Place) -> None:
        """
        A place is looked for.
        """
        self._asked[place] = None
        self._most += 1  # only what is found counts

    def found(self, place: Place, ways: Iterable[Way]) -> None:
        """
        These are the ways there.
        """
        if place in self._asked:
            del self._asked[place]
            self._follow(ways, place.before, isFound=True)

    def permitted(self, place: Place, trunk: str) -> None:
        """
        It may be called at its address.

        @param trunk: the name of that which is there; empty if none is.
        """
        if place in self._asked:
            del self._asked[place]
            self._due.append(replace(place, way=replace(place.way, trunk=trunk), isFound=True))

    def notFound(self, place: Place, cause: Cause) -> None:
        """
        There is none.
        """
        self._asked.pop(place, None)
        self._refusals.append(cause)

    def _follow(self, ways: Iterable[Way], before: Place | None, isFound: bool = False) -> None:
        """
        @param before: who sends us there.
        @param isFound: whether it is not their word alone.
        """
        ranks: list[tuple[Place, ...]] = []
        for rank in inRanks(ways):
            places = [place for way in rank if self._isNew(place := Place(way, before, isFound))]
            if places:
                ranks.append(tuple(places))
        if ranks:
            self._due += ranks[0]
            self._ranks.extendleft(reversed(ranks[1:]))

    def _isNew(self, place: Place) -> bool:
        if place.loops():
            self._refusals.append(Cause.EXCHANGE_ROUTING_ERROR)
            self._looped = True
            return False
        end = _end(place.way)
        if end in self._known:
            return False
        self._known.add(end)
        return True
