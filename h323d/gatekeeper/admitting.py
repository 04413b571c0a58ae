"""
How a registered endpoint asks to call and be called, for bandwidth, and to
end: ARQ, BRQ and DRQ (H.225.0, 7.11 to 7.13).

Each method takes a request and returns its answer.  Calls are admitted in the
direct model: endpoints signal to each other, or to our own rooms, themselves.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from h323d.events import EventBus, RASAdmissionRefused
from h323d.gatekeeper.admission import Admission, AdmissionTable, NoBandwidth, TooManyCalls
from h323d.gatekeeper.bandwidth import Claim
from h323d.gatekeeper.registrations import EndpointRegistry, Registration
from h323d.gatekeeper.routing import Called, Identity, RoutingChain
from h323d.h323.addresses import partiesFromAliases, transportToValue
from h323d.h323.ras.messages import (
    Fields,
    RASMessage,
    callKey,
    identifierIn,
    rejection,
    usableAddresses,
)
from h323d.h323.ras.transactions import RASRequest
from h323d.values.address import TransportAddress

__all__ = ["Admitting"]

_NO_UUIES = dict.fromkeys(
    (
        "setup",
        "callProceeding",
        "connect",
        "alerting",
        "information",
        "releaseComplete",
        "facility",
        "progress",
        "empty",
        "status",
        "statusInquiry",
        "setupAcknowledge",
        "notify",
    ),
    False,
)


class Admitting:
    """
    Answers what concerns calls.
    """

    def __init__(
        self,
        identity: Identity,
        registry: EndpointRegistry,
        admissions: AdmissionTable,
        routing: RoutingChain,
        clock: IReactorTime,
        events: EventBus,
    ) -> None:
        self._identity = identity
        self._registry = registry
        self._admissions = admissions
        self._routing = routing
        self._clock = clock
        self._events = events

    def admit(self, request: RASRequest) -> RASMessage:
        """
        Answer an ARQ, of the calling or the called side.
        """
        fields = request.message.fields
        registration = self._asker(request)
        if registration is None:
            return self._refuse(request, "callerNotRegistered", "")
        endpointId = registration.endpointId
        destination = self._destination(fields, registration)
        if destination is None:
            return self._refuse(request, "calledPartyNotRegistered", endpointId)
        wanted = Admission(
            claim=Claim(callKey(fields), endpointId, fields["answerCall"]),
            conferenceId=fields["conferenceID"],
            callReference=fields["callReferenceValue"],
            bandwidth=fields["bandWidth"],
        )
        try:
            granted = self._admissions.admit(wanted)
        except NoBandwidth:
            return self._refuse(request, "requestDenied", endpointId)
        except TooManyCalls:
            return self._refuse(request, "resourceUnavailable", endpointId)
        return RASMessage(
            "admissionConfirm",
            {
                "requestSeqNum": fields["requestSeqNum"],
                "bandWidth": granted.bandwidth,
                "callModel": ("direct", None),
                "destCallSignalAddress": transportToValue(destination),
                "willRespondToIRR": True,
                "uuiesRequested": _NO_UUIES,
            },
        )

    def changeBandwidth(self, request: RASRequest) -> RASMessage:
        """
        Answer a BRQ.
        """
        fields = request.message.fields
        registration = self._registered(request)
        if registration is None:
            return rejection(request.message, "notBound", allowedBandWidth=0)
        if registration.source != request.source:
            return rejection(request.message, "invalidPermission", allowedBandWidth=0)
        admission = self._find(fields, registration)
        if admission is None:
            return rejection(request.message, "invalidConferenceID", allowedBandWidth=0)
        try:
            changed = self._admissions.changeBandwidth(admission, fields["bandWidth"])
        except NoBandwidth as error:
            return rejection(
                request.message, "insufficientResources", allowedBandWidth=error.allowed
            )
        return RASMessage(
            "bandwidthConfirm",
            {"requestSeqNum": fields["requestSeqNum"], "bandWidth": changed.bandwidth},
        )

    def disengage(self, request: RASRequest) -> RASMessage:
        """
        Answer a DRQ.  A call that nobody knows is over, as was asked.
        """
        fields = request.message.fields
        registration = self._registered(request)
        if registration is None:
            return rejection(request.message, "notRegistered")
        if registration.source != request.source:
            return rejection(request.message, "requestToDropOther")
        admission = self._find(fields, registration)
        if admission is not None:
            self._admissions.end(admission)
        elif self._admissions.knows(callKey(fields)):
            return rejection(request.message, "requestToDropOther")
        return RASMessage("disengageConfirm", {"requestSeqNum": fields["requestSeqNum"]})

    def _registered(self, request: RASRequest) -> Registration | None:
        fields = request.message.fields
        if identifierIn(fields, "gatekeeperIdentifier") not in (None, self._identity.identifier):
            return None
        return self._registry.byId(identifierIn(fields, "endpointIdentifier") or "")

    def _asker(self, request: RASRequest) -> Registration | None:
        registration = self._registered(request)
        if registration is None or registration.source != request.source:
            return None
        return registration

    def _find(self, fields: Fields, registration: Registration) -> Admission | None:
        return self._admissions.find(
            registration.endpointId, callKey(fields), fields.get("answeredCall")
        )

    def _destination(self, fields: Fields, registration: Registration) -> TransportAddress | None:
        if fields["answerCall"]:
            return registration.signalling[0]
        named = fields.get("destCallSignalAddress")
        signalled = usableAddresses([named]) if named is not None else ()
        names = partiesFromAliases(fields.get("destinationInfo", ()))
        found = self._routing.destination(Called(names, signalled[0] if signalled else None))
        return None if found is None else found.signalling

    def _refuse(self, request: RASRequest, reason: str, endpointId: str) -> RASMessage:
        call = callKey(request.message.fields).hex()
        now = self._clock.seconds()
        self._events.publish(RASAdmissionRefused(now, endpointId, call, reason))
        return rejection(request.message, reason)
