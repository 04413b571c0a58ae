"""
Maintenance mode: what endpoints are told while the server takes no new calls.

Nobody new is registered and no new call is admitted; who can go to an alternate
gatekeeper is sent there (C{altGKInfo}; H.323, 7.2.6), unless it has a call here.
What belongs to a call that goes on - the called side's ARQ, BRQ, DRQ - is
answered as ever.  That calls do not pass is L{h323d.call.gates}' doing; this only
speaks for it in RAS.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from h323d.call.gates import MAINTENANCE, Gates
from h323d.events.bus import EventBus
from h323d.events.gatekeeper import RASAdmissionRefused
from h323d.gatekeeper.admission import AdmissionTable
from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration
from h323d.h323.ras.messages import (
    PROTOCOL_IDENTIFIER,
    callKey,
    identifierIn,
    rejection,
    usableAddresses,
)
from h323d.h323.ras.transactions import RASAnswer, RASRequest

__all__ = ["Maintenance"]

_INTRODUCED = frozenset(
    {"gatekeeperRequest", "registrationRequest"}
)  # whose rejects tell who we are


class Maintenance:
    """
    Turns away what would begin something new.
    """

    def __init__(
        self,
        gates: Gates,
        identity: Identity,
        registry: EndpointRegistry,
        admissions: AdmissionTable,
        clock: IReactorTime,
        events: EventBus,
    ) -> None:
        """
        @param gates: whether it is maintenance, they know.
        @param identity: names the gatekeepers that endpoints can go to instead.
        """
        self._gates = gates
        self._identity = identity
        self._registry = registry
        self._admissions = admissions
        self._clock = clock
        self._events = events

    def turnsAway(self, request: RASRequest) -> bool:
        """
        Whether a request is not to be answered as ever.
        """
        if self._gates.shut is not MAINTENANCE:
            return False
        fields = request.message.fields
        match request.message.name:
            case "gatekeeperRequest" | "locationRequest":
                return True
            case "registrationRequest":
                registration = self._registered(request)
                return registration is None or self._canGo(registration)
            case "admissionRequest":
                known = self._admissions.knows(callKey(fields))
                return not known and self._registered(request) is not None
            case _:
                return False

    def refuse(self, request: RASRequest) -> RASAnswer:
        """
        Say so, and where to go instead.
        """
        message = request.message
        if request.multicast:
            return None
        permanent = message.name == "registrationRequest"
        more = self._identity.elsewhere("resourceUnavailable", permanent)
        if message.name in _INTRODUCED:
            more["protocolIdentifier"] = PROTOCOL_IDENTIFIER
            more["gatekeeperIdentifier"] = self._identity.identifier
        if message.name == "admissionRequest":
            self._tell(request)
        return rejection(message, "resourceUnavailable", **more)

    def _canGo(self, registration: Registration) -> bool:
        calls = self._admissions.ofEndpoint(registration.endpointId)
        return bool(self._identity.alternates) and not calls

    def _registered(self, request: RASRequest) -> Registration | None:
        fields = request.message.fields
        registration = self._registry.byId(identifierIn(fields, "endpointIdentifier") or "")
        if registration is None and request.message.name == "registrationRequest":
            for address in usableAddresses(fields["callSignalAddress"][:1]):
                registration = self._registry.bySignalling(address)
        if registration is None or registration.source.host != request.source.host:
            return None
        return registration

    def _tell(self, request: RASRequest) -> None:
        fields = request.message.fields
        self._events.publish(
            RASAdmissionRefused(
                self._clock.seconds(),
                identifierIn(fields, "endpointIdentifier") or "",
                callKey(fields).hex(),
                "resourceUnavailable",
                request.source,
                (),
                (),
            )
        )
