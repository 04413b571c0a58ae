"""
The gatekeeper as an operator sees it: its registrations, and the calls of its endpoints,
direct and routed.

Without a gatekeeper it is as with one that nobody uses.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from twisted.internet.defer import Deferred

from h323d.call.applications import Refusal
from h323d.gatekeeper.admission import CallAdmission
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routed.call import RoutedCall
from h323d.gatekeeper.routed.side import CALLED, CALLER
from h323d.gatekeeper.routing.chain import Called, FoundWay
from h323d.gatekeeper.routing.explanation import Explanation, explain
from h323d.gatekeeper.trunks.registrations import TrunkRegistrations
from h323d.gatekeeper.zone import Zone
from h323d.h323.ports import SIGNALLING_PORT
from h323d.h323.signalling.addresses import hostOf, partyFromText
from h323d.operation.command import OperatorError
from h323d.operation.naming import registrationNamed
from h323d.operation.peerviews import ParentView
from h323d.operation.routeviews import RouteView
from h323d.operation.statusviews import Figures
from h323d.operation.trunkviews import TrunkView, trunkView
from h323d.operation.viewing import (
    admissionView,
    parentView,
    registrationView,
    routedView,
    routeView,
)
from h323d.operation.views import (
    AdmissionView,
    RegistrationView,
    RoutedView,
    Transferred,
    Unregistered,
)
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause

__all__ = ["Gatekeeping"]


class Gatekeeping:
    """
    Shows and steers a zone.
    """

    def __init__(self, zone: Zone | None, registrations: TrunkRegistrations | None = None) -> None:
        """
        @param registrations: ours, with trunks.
        """
        self._zone = zone
        self._trunkRegistrations = registrations

    @property
    def routed(self) -> int:
        """
        How many calls are routed through us.
        """
        return 0 if self._zone is None else len(self._zone.routed)

    def figures(self) -> Figures:
        """
        How many of everything there are.
        """
        zone = self._zone
        if zone is None:
            return Figures(registrations=0, routed=0, admissions=0, bandwidth=0)
        return Figures(
            registrations=len(zone.registry),
            routed=self.routed,
            admissions=len(zone.admissions),
            bandwidth=zone.bandwidth.used,
        )

    def registered(self) -> Mapping[str, int]:
        """
        How many endpoints are registered, by protocol.
        """
        registry = () if self._zone is None else self._zone.registry
        return {"h323": 0, "sip": 0, **Counter(each.protocol for each in registry)}

    def calls(self, now: float, shown: Iterable[str]) -> Iterator[RoutedView | AdmissionView]:
        """
        Every routed call, and every side of a direct one, which is known by its
        admission alone.

        @param shown: call identifiers of calls that the operator sees already,
            in hexadecimal.
        """
        if self._zone is None:
            return
        seen = set(shown)
        admissions = self._zone.admissions
        for call in self._zone.routed:
            seen.add(call.callIdentifier)
            sides = admissions.ofCall(call.identity.callIdentifier)
            granted = max((side.bandwidth for side in sides), default=None)
            known = [admissions.used(side) for side in sides] or [call.usage.used or None]
            used = max((each for each in known if each is not None), default=None)
            yield routedView(call, granted, used, now)
        for admission in admissions:
            if admission.claim.call.hex() not in seen:
                yield admissionView(admission, admissions.used(admission), now)

    def registrations(self, name: str, most: int) -> list[RegistrationView]:
        """
        @param name: of one; C{-} for all.

        @raise OperatorError: nobody has that name.
        """
        zone = self._zone
        found: Iterable[Registration] = () if zone is None else zone.registry
        if name != "-":
            found = (self._registration(name),)
        return [
            registrationView(each, {} if zone is None else zone.roundTrips.of(each.endpointId))
            for each in itertools.islice(found, most)
        ]

    def parents(self, now: float) -> list[ParentView]:
        """
        The gatekeepers that we are registered with, or want to be.
        """
        parents = () if self._zone is None else self._zone.parents
        return [parentView(each, now) for each in parents]

    def route(self, name: str, caller: str) -> Deferred[RouteView]:
        """
        Where a call would go: the routing chain is asked, and whoever it asks.

        @return: fails with an L{OperatorError} if C{caller} is not registered,
            or if there is no gatekeeper.
        """
        return Deferred.fromCoroutine(self._route(name, caller))

    async def _route(self, name: str, caller: str) -> RouteView:
        calling = self._registration(caller) if caller else None
        return routeView(name, await self._explained(partyFromText(name), calling))

    async def _explained(self, name: PartyAddress, caller: Registration | None) -> Explanation:
        if self._zone is None:
            raise OperatorError("there is no gatekeeper")
        called = Called(
            (name,),
            calling=() if caller is None else caller.aliases,
            caller=caller,
            source=None if caller is None else caller.source,
        )
        return await explain(self._zone.chain, called)

    def trunks(self, now: float) -> list[TrunkView]:
        """
        Every trunk.
        """
        trunks = () if self._zone is None else self._zone.trunks
        ours = self._trunkRegistrations
        return [
            trunkView(each, now, None if ours is None else ours.of(each.name)) for each in trunks
        ]

    def unregister(self, name: str) -> Unregistered:
        """
        End a registration, and tell the endpoint.

        @raise OperatorError: nobody has that name.
        """
        endpointId = self._registration(name).endpointId
        if self._zone is not None:
            self._zone.unregister(endpointId)
        return Unregistered(endpointId)

    def hangup(self, name: str, cause: Cause = Cause.NORMAL_CALL_CLEARING) -> list[str]:
        """
        End the calls that C{name} means; of a direct one, both endpoints are
        told to hang up (DRQ).

        @param cause: what those are told who are in them.

        @return: what was ended: legs of routed calls, endpoints of direct ones.
        """
        routed = self._routed(name)
        for call in routed:
            call.hangup(cause)
        if routed or self._zone is None:
            return [call.legId for call in routed]
        sides = self._sides(name)
        for side in sides:
            self._zone.demands.drop(side, cause)
        return [side.claim.endpointId for side in sides]

    def hasCall(self, name: str) -> bool:
        """
        Whether a call is called so, be it routed or direct.
        """
        return bool(self._routed(name) or self._sides(name))

    def transfer(self, name: str, target: str, side: str) -> Deferred[Transferred]:
        """
        Ask one side of a routed call to call somebody else instead.

        @param side: C{"calling"} or C{"called"}.

        @return: fails with an L{OperatorError} if there is no such call, or it cannot be
            asked, or nobody is called C{target}.
        """
        return Deferred.fromCoroutine(self._transfer(name, target, side))

    async def _transfer(self, name: str, target: str, side: str) -> Transferred:
        place = CALLER if side == "calling" else CALLED
        for call in self._routed(name):
            party = partyFromText(target)
            destination = await self._find(party, call.registrationOf(place))
            if call.transfer(place, party, destination):
                return Transferred(call.callId)
            raise OperatorError(f"{name} is not answered, or its {side} side cannot be asked")
        raise OperatorError(f"no routed call is called {name}")

    async def _find(
        self, party: PartyAddress, caller: Registration | None
    ) -> TransportAddress | None:
        """
        Make sure that a call would find somebody: whoever is transferred to nobody has lost
        the call that there was.

        @return: where, if only the name itself says it.

        @raise OperatorError: it would not.
        """
        decision = (await self._explained(party, caller)).decision
        if isinstance(decision, Refusal):
            raise OperatorError(f"{party} may not be called: {decision.word}")
        if decision:
            if caller is not None and all(_leadsTo(each, caller) for each in decision):
                raise OperatorError(f"{party} is who would call")
            return None
        bySIP = party.value.lower().startswith(("sip:", "sips:"))
        destination = None if bySIP else hostOf(party, SIGNALLING_PORT)
        if destination is None:
            raise OperatorError(f"nobody is called {party}")
        return destination

    def _routed(self, name: str) -> list[RoutedCall]:
        calls = () if self._zone is None else self._zone.routed
        return [each for each in calls if name in (each.callId, each.legId, each.callIdentifier)]

    def _sides(self, name: str) -> tuple[CallAdmission, ...]:
        try:
            call = bytes.fromhex(name)
        except ValueError:
            return ()
        return () if self._zone is None else self._zone.admissions.ofCall(call)

    def _registration(self, name: str) -> Registration:
        found = None if self._zone is None else registrationNamed(self._zone.registry, name)
        if found is None:
            raise OperatorError(f"nobody is registered as {name}")
        return found


def _leadsTo(way: FoundWay, endpoint: Registration) -> bool:
    found = way.registration
    return found is not None and found.endpointId == endpoint.endpointId
