"""
Pre-emption as it is done: who has given way to whom, so that it does not happen too often.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Protocol

from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from h323d.call.applications import CallType
from h323d.call.precedence import IPrecedence, Seat
from h323d.events.bus import EventBus
from h323d.events.calls import CallPreempted
from h323d.events.rooms import ParticipantJoined
from h323d.guard.holdings import Holding, Holdings
from h323d.guard.ledger import Call
from h323d.guard.preemption import HOUR, MAX_AN_HOUR, Place, chosen
from h323d.values.identifiers import LegID

__all__ = ["NOBODY", "Precedence", "PrecedenceOwner"]

SEAT, BANDWIDTH = "seat", "bandwidth"
MODERATOR = "moderator"  # as the fact has it


class PrecedenceOwner(Protocol):
    """
    Who ends calls.
    """

    def callPreempted(self, name: str) -> None:
        """
        Its bandwidth is another's: it is to be ended, now.

        @param name: of its leg, or the call's identifier where that is elsewhere.
        """


class _Nobody:
    def callPreempted(self, name: str) -> None:
        raise AssertionError(f"nobody ends {name}")


NOBODY = _Nobody()
"""
L{PrecedenceOwner} where no bandwidth is so little that somebody would give way.
"""


@implementer(IPrecedence)
class Precedence:
    """
    Before whom an EMERGENCY goes.
    """

    def __init__(
        self, holdings: Holdings, clock: IReactorTime, events: EventBus, owner: PrecedenceOwner
    ) -> None:
        """
        @param holdings: knows as what each call was judged.
        @param events: tell who decides in a room, and are told of what is done.
        """
        self._holdings = holdings
        self._clock = clock
        self._events = events
        self._owner = owner
        self._times: dict[str, deque[float]] = {}  # when others have given way to a terminal
        self._preempting: set[str] = set()  # the calls to whom
        self._deciding: set[str] = set()
        events.subscribe(ParticipantJoined, self._joined)

    def yielding(self, legId: LegID, seats: int, taken: Sequence[Seat]) -> LegID | None:
        asking = self._holdings.of(legId)
        if asking is None or asking.callType is not CallType.EMERGENCY:
            return None
        places = [self._placeOf(each.legId, each.decides) for each in taken]
        place = chosen(places, self._timesOf(asking.terminalId), seats)
        return None if place is None else LegID(place.name)

    def preempted(self, legId: LegID, by: LegID) -> None:
        holding, asking = self._holdings.of(legId), self._holdings.of(by)
        if holding is not None and asking is not None:
            self._count(holding, asking, SEAT)

    def yieldingBandwidth(self, call: Call, short: int) -> Holding | None:
        """
        Whose call would be ended for an EMERGENCY, for which there is not bandwidth enough; C{None}
        if nobody's is.

        @param short: bit/s that are lacking.
        """
        held = self._holdings
        others = (each for each in held.inForce() if each.lease.call != call)
        # Both sides of a call that goes on elsewhere are called as the call is.
        able = {str(each.lease.serial): each for each in others if held.bandwidthOf(each) >= short}
        places = [
            Place(serial, each.callType, each.name in self._deciding)
            for serial, each in able.items()
        ]
        place = chosen(places, self._timesOf(call.terminalId))
        return None if place is None else able[place.name]

    def bandwidthPreempted(self, holding: Holding, by: Holding) -> None:
        """
        A call's bandwidth is another's: have it ended.
        """
        self._count(holding, by, BANDWIDTH)
        self._owner.callPreempted(holding.name)

    def _count(self, holding: Holding, by: Holding, what: str) -> None:
        now = self._clock.seconds()
        self._forget(now - HOUR)
        self._times.setdefault(by.terminalId, deque(maxlen=MAX_AN_HOUR)).append(now)
        self._preempting.add(by.name)
        names = holding.name, holding.terminalId, by.name, by.terminalId
        self._events.publish(CallPreempted(now, *names, what))

    def _placeOf(self, name: str, decides: bool) -> Place:
        holding = self._holdings.of(name)
        callType = None if holding is None else holding.callType
        return Place(name, callType, decides, name in self._preempting)

    def _timesOf(self, terminalId: str) -> int:
        since = self._clock.seconds() - HOUR
        return sum(each > since for each in self._times.get(terminalId, ()))

    def _forget(self, since: float) -> None:
        """
        What is of interest no more.
        """
        for name in [each for each, times in self._times.items() if times[-1] <= since]:
            del self._times[name]
        self._preempting = {each for each in self._preempting if self._isThere(each)}

    def _joined(self, fact: ParticipantJoined) -> None:
        if fact.role == MODERATOR and self._isThere(fact.legId):
            self._deciding = {each for each in self._deciding if self._isThere(each)}
            self._deciding.add(fact.legId)

    def _isThere(self, name: str) -> bool:
        return self._holdings.of(name) is not None
