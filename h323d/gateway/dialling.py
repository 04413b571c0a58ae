"""
Calling the places of a bridge: the legs to them, and where those are whom a called side names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.call.applications import Refusal
from h323d.call.declaration import Declaration, onward
from h323d.call.legs import ILeg, IOriginator, LegDirection, namesOf
from h323d.call.observer import SilentObserver
from h323d.call.particulars import Particulars
from h323d.call.policy import Found
from h323d.call.ways import MAX_HOPS, Way
from h323d.gateway.branches import Branches, Place
from h323d.gateway.bridgeside import BridgeSide
from h323d.gateway.context import BridgeContext
from h323d.gateway.transferredleg import sourceOf
from h323d.gateway.trunkpatience import TrunkPatience
from h323d.values.address import ANONYMOUS, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.diversion import Diversion, DiversionReason
from h323d.values.media.profile import MediaProfile

__all__ = ["Dialling", "DiallingOwner", "calledBy"]


class DiallingOwner(Protocol):
    """
    What is told of it.
    """

    def placeCalled(self, leg: ILeg, place: Place, offered: MediaProfile) -> None:
        """This leg goes there; it has no observer yet."""

    def placesFound(self) -> None:
        """It is known by now where somebody is, or that nobody knows."""


class Dialling:
    """
    Makes the legs of one bridge.
    """

    _log = Logger()

    def __init__(
        self,
        owner: DiallingOwner,
        context: BridgeContext,
        caller: BridgeSide,
        branches: Branches,
        patience: TrunkPatience,
    ) -> None:
        """
        @param caller: on whose behalf.
        @param branches: knows which places are to be called.
        @param patience: whose servers have been silent for too long.
        """
        self._owner = owner
        self._context = context
        self._caller = caller
        self._branches = branches
        self._patience = patience

    def callNext(self) -> bool:
        """
        Call the places whose turn it is.

        @return: whether anybody is called, or looked for.
        """
        while places := self._branches.take():
            self._callAll(places)
            self.callDue()
            if not self._branches.isOver:
                return True
        return False

    def callDue(self) -> None:
        """
        Call where a called side has sent us.
        """
        while places := self._branches.takeDue():
            self._callAll(places)

    def _callAll(self, places: Iterable[Place]) -> None:
        for place in places:
            originator = self._context.originators.get(place.way.protocol)
            if place.isToBeFound:
                self._find(place)
            elif originator is not None and self._isOpen(place):
                self._call(originator, place)

    def _isOpen(self, place: Place) -> bool:
        obstacle = self._context.trunks.obstacle(place.way)
        if self._patience.isOver(place.way):
            obstacle = Cause.NO_USER_RESPONDING
        if obstacle is not None:
            self._branches.passOver(obstacle)
        return obstacle is None

    def _call(self, originator: IOriginator, place: Place) -> None:
        caller = self._caller.leg
        hops = MAX_HOPS if caller.hops is None else caller.hops - 1
        calling, displayName = _shown(caller)
        offered = self._context.offer(place.way.protocol, self._caller)
        leg: ILeg = originator.originate(
            caller.callId,
            calling,
            place.way,
            offered,
            SilentObserver(),
            Particulars(
                hops,
                displayName,
                _diversionOf(place) or caller.diversion,
                caller.referred,
                namesOf(caller) if self._context.answersFor(caller) else (),
                _declarationOf(caller),
            ),
        )
        if caller.priority is not None:
            leg.prioritize(caller.priority)
        self._owner.placeCalled(leg, place, offered)

    def _find(self, place: Place) -> None:
        """
        Ask where somebody is whom a called side has named, or whether they may be called there.
        """
        self._branches.ask(place)
        finder, calling = self._context.finder, namesOf(self._caller.leg)
        found = (
            None
            if finder is None
            else finder.find(calling, place.way.called, self._answeringFor(place))
        )
        if isinstance(found, Deferred):
            found.addCallback(self._foundLater, place).addErrback(self._failed, place)
        else:
            self._found(found, place)

    def _answeringFor(self, place: Place) -> TransportAddress | None:
        """
        Where they are by whose right somebody is called: who sends us there, if they may call
        others themselves; or else the caller.

        @return: C{None} for the operator, or whoever else the caller does not come from.
        """
        before, caller = place.before, self._caller.leg
        if before is not None and self._context.knows(before.way):
            return before.way.destination
        return None if caller.direction is LegDirection.OUTGOING else sourceOf(caller)

    def _found(self, found: Found, place: Place) -> None:
        if isinstance(found, Refusal):
            self._branches.notFound(place, found.cause)
        elif place.way.destination is not None:
            self._branches.permitted(place, self._context.trunks.lineOf(place.way))
        elif not found:
            self._branches.notFound(place, Cause.NO_ROUTE_TO_DESTINATION)
        else:
            self._branches.found(place, calledBy(found, place.way.called))

    def _foundLater(self, found: Found, place: Place) -> None:
        self._found(found, place)
        self._owner.placesFound()

    def _failed(self, failure: Failure, place: Place) -> None:
        self._log.failure("nobody could say where a called party is", failure)
        self._branches.notFound(place, Cause.TEMPORARY_FAILURE)
        self._owner.placesFound()


def _diversionOf(place: Place) -> Diversion | None:
    """
    Who has sent us there; C{None} if nobody has.
    """
    if place.before is None:
        return None
    names = place.before.way.called
    return Diversion(names[0] if names else None, DiversionReason.DEFLECTION)


def _declarationOf(caller: ILeg) -> Declaration:
    asked = caller.application()
    return onward(Declaration(asked.callType, asked.declaredPII), caller.priority)


def calledBy(ways: Iterable[Way], names: tuple[PartyAddress, ...]) -> Iterator[Way]:
    """
    Ways, each with whom it leads to.

    @param names: of whom those lead to that do not say it.
    """
    return (way if way.called else replace(way, called=names) for way in ways)


def _shown(caller: ILeg) -> tuple[tuple[PartyAddress, ...], str]:
    """
    How the called party is shown who calls: by a name for people in any case, or it would be
    shown ours.
    """
    if caller.restricted:
        return (ANONYMOUS,), "Anonymous"
    names = namesOf(caller)
    first = str(names[0]) if names else ""
    return names, caller.displayName or first
