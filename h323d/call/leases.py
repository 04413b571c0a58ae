"""
What gates keep for those whom they admitted (L{h323d.call.lease.ILease}), until the
call, its side, or the registration is over.

That something is over is a fact, whoever ends it; so each lease ends once, and nobody who
ends a call has to think of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from twisted.logger import Logger

from h323d.call.applications import Admission
from h323d.call.lease import ILease
from h323d.events.bus import EventBus
from h323d.events.calls import CallEnded, CallRefused, CallTransferred
from h323d.events.gatekeeper import EndpointUnregistered, RASAdmissionEnded
from h323d.values.identifiers import LegID

__all__ = ["Leases", "ended", "ofCall", "ofRegistration", "ofSide"]

Holder = tuple[str, ...]

_log = Logger()


def ofCall(identifier: str) -> Holder:
    """
    Who holds the leases of a leg, or of the call that the operator makes.

    @param identifier: of the leg, or the call.
    """
    return ("call", identifier)


def ofSide(endpointId: str, callIdentifier: str, answerCall: bool) -> Holder:
    """
    Who holds those of one side of a call that RAS admits.

    @param callIdentifier: in hexadecimal.
    """
    return ("side", endpointId, callIdentifier, "called" if answerCall else "calling")


def ofRegistration(endpointId: str) -> Holder:
    """
    Who holds those of a registration.
    """
    return ("registration", endpointId)


class Leases:
    """
    All that are given.
    """

    def __init__(self, events: EventBus) -> None:
        """
        @param events: tell what is over.
        """
        self._given: dict[Holder, dict[ILease, None]] = {}
        self._first: dict[LegID, LegID] = {}  # what legs were before they went on elsewhere
        events.subscribe(CallEnded, self._callOver)
        events.subscribe(CallRefused, self._callOver)
        events.subscribe(CallTransferred, self._transferred)
        events.subscribe(RASAdmissionEnded, self._sideOver)
        events.subscribe(EndpointUnregistered, self._registrationOver)

    def __len__(self) -> int:
        return sum(map(len, self._given.values()))

    def give(self, holder: Holder, admission: Admission) -> None:
        """
        What was admitted has come to be: keep what goes with it.
        """
        if admission.leases:
            self._given.setdefault(holder, {}).update(dict.fromkeys(admission.leases))

    def _callOver(self, fact: CallEnded | CallRefused) -> None:
        self._end(ofCall(fact.legId))
        self._end(ofCall(fact.callId))
        first = self._first.pop(fact.legId, None)
        if first is not None:
            self._end(ofCall(first))  # its re-INVITEs are still of the leg that it always was

    def _transferred(self, fact: CallTransferred) -> None:
        self._first[fact.onwardLeg] = self._first.pop(fact.legId, fact.legId)

    def _sideOver(self, fact: RASAdmissionEnded) -> None:
        self._end(ofSide(fact.endpointId, fact.callIdentifier, fact.answerCall))

    def _registrationOver(self, fact: EndpointUnregistered) -> None:
        self._end(ofRegistration(fact.endpointId))

    def _end(self, holder: Holder) -> None:
        if self._given:
            ended(self._given.pop(holder, ()))


def ended(leases: Iterable[ILease]) -> None:
    """
    End leases, those too that come after one that fails.
    """
    for lease in leases:
        try:
            lease.end()
        except Exception:  # a fence: a gate may be anybody's code
            _log.failure("a lease does not end as it should")
