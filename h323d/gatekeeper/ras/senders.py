"""
Whether who says something of a registration, or of a call that there is, is the endpoint that it
speaks for: URQ, DRQ, RAI, and IRR (H.225.0, 7.10, 7.13, 7.15 and 7.18).

The source of a datagram is not signed; gates may ask for more.  What they refuse gets the reject of
its request, if it has one and wants an answer, and changes nothing.  That a registration is not the
sender's at all is for others to answer.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred

from h323d.call.applications import Door, Refusal, Verdict
from h323d.call.gates import Gates
from h323d.call.leases import ended
from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration
from h323d.h323.applications import beliefApplication
from h323d.h323.ras.messages import Fields, identifierIn, rejection, usableAddresses
from h323d.h323.ras.reasons import REASONS, named
from h323d.h323.ras.transactions import RASAnswer, RASRequest

__all__ = ["Answerer", "Senders"]

Answerer = Callable[[RASRequest], RASAnswer | Deferred[RASAnswer]]

_DOORS = {
    "unregistrationRequest": Door.URQ,
    "disengageRequest": Door.DRQ,
    "resourcesAvailableIndicate": Door.RAI,
    "infoRequestResponse": Door.IRR,
}


class Senders:
    """
    Asks the gates about them.
    """

    def __init__(self, gates: Gates, registry: EndpointRegistry) -> None:
        self._gates = gates
        self._registry = registry

    def heard(self, request: RASRequest, answerer: Answerer) -> RASAnswer | Deferred[RASAnswer]:
        """
        Let a request be answered, if it is one of those and its sender is believed, or if it is
        another one.
        """
        door = _DOORS.get(request.message.name)
        if door is None or not self._gates.standAt(door):
            return answerer(request)
        own = self._ownOf(request)
        if own is None:
            return answerer(request)
        verdict = self._gates.judge(beliefApplication(door, request, own.endpointId, own.aliases))
        if isinstance(verdict, Deferred):
            return verdict.addCallback(_judged, request, answerer)
        return _judged(verdict, request, answerer)

    def _ownOf(self, request: RASRequest) -> Registration | None:
        """
        The registration that a request is about, if it came from there.
        """
        known = self._meant(request.message.fields)
        return known if known is not None and known.source == request.source else None

    def _meant(self, fields: Fields) -> Registration | None:
        endpointId = identifierIn(fields, "endpointIdentifier")
        if endpointId is not None:
            return self._registry.byId(endpointId)
        for address in usableAddresses(fields.get("callSignalAddress", ())):
            return self._registry.bySignalling(address)
        return None


def _judged(
    verdict: Verdict, request: RASRequest, answerer: Answerer
) -> RASAnswer | Deferred[RASAnswer]:
    if not isinstance(verdict, Refusal):
        ended(verdict.leases)  # there is nothing that they could be for
        return answerer(request)
    reasons = REASONS.get(request.message.name)
    isReport = request.message.name == "infoRequestResponse"
    isAnswered = not isReport or bool(request.message.fields.get("needResponse"))
    if reasons is None or not isAnswered:  # a RAI has no reject
        return None
    return named(rejection(request.message, reasons[verdict.reason]), verdict.reason)
