"""
How a registered endpoint asks to call and be called, for bandwidth, and to
end: ARQ, BRQ and DRQ (H.225.0, 7.11 to 7.13).

Each method takes a request and returns its answer, or a Deferred where somebody
else has to be asked first.  Where a call is to be routed, both sides are told
our own call signalling address instead of each other's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from h323d.call.applications import Refusal
from h323d.call.callers import CallerName
from h323d.call.dialrule import DialRule
from h323d.events.bus import EventBus
from h323d.events.gatekeeper import RASAdmissionRefused
from h323d.gatekeeper.admission import Admission, AdmissionTable, NoBandwidth, TooManyCalls
from h323d.gatekeeper.bandwidth import Claim
from h323d.gatekeeper.callers import Callers
from h323d.gatekeeper.config import GatekeeperConfig, PreGranted
from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.partings import Partings
from h323d.gatekeeper.ras.otherways import OtherWays
from h323d.gatekeeper.ras.usage import USAGE_WANTED, answeredIn
from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration
from h323d.gatekeeper.routed.config import CallModel
from h323d.gatekeeper.routing.chain import Called, Decision, FoundWay, RoutingChain
from h323d.h323.ras.messages import (
    Fields,
    RASMessage,
    callIdentifierIn,
    callKey,
    identifierIn,
    rejection,
    usableAddresses,
)
from h323d.h323.ras.transactions import RASAnswer, RASRequest
from h323d.h323.signalling.addresses import aliasesFromParties, partiesFromAliases, transportToValue
from h323d.h323.signalling.causes import causeOfReason
from h323d.h323.signalling.reading import causeOfElement
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause

__all__ = ["Admitting", "CallRouting"]

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


class CallRouting(Protocol):
    """
    What is asked of the calls whose signalling goes through us.
    """

    def modelFor(self, called: Called, way: FoundWay) -> CallModel:
        """How much of a call that is about to be admitted goes through us."""

    def remember(self, called: Called, model: CallModel, routes: tuple[FoundWay, ...]) -> None:
        """Such a call was admitted: this is where it may go."""

    def carries(self, callIdentifier: bytes) -> bool:
        """Whether a call goes through us already."""


class Admitting:
    """
    Answers what concerns calls.
    """

    def __init__(
        self,
        config: GatekeeperConfig,
        identity: Identity,
        registry: EndpointRegistry,
        admissions: AdmissionTable,
        routing: RoutingChain,
        routed: CallRouting,
        partings: Partings,
        callers: Callers,
        dialRule: DialRule,
        clock: IReactorTime,
        events: EventBus,
    ) -> None:
        """
        @param partings: sees that what is said to be over ends.
        @param callers: says how callers are shown.
        """
        self._callers = callers
        self._partings = partings
        self._irrFrequency = config.irrFrequency
        self._preGranted = config.preGrantedCalls is not PreGranted.NONE
        self._identity = identity
        self._registry = registry
        self._admissions = admissions
        self._routing = routing
        self._routed = routed
        self._dialRule = dialRule
        self._otherWays = OtherWays(registry, routed)
        self._clock = clock
        self._events = events

    def reconfigure(self, config: GatekeeperConfig) -> None:
        """
        Answer otherwise from now on.  Calls that were granted beforehand can still be told
        of as over when no more are granted.
        """
        self._irrFrequency = config.irrFrequency
        self._preGranted = self._preGranted or config.preGrantedCalls is not PreGranted.NONE

    def admit(self, request: RASRequest) -> RASMessage | Deferred[RASAnswer]:
        """
        Answer an ARQ, of the calling or the called side.
        """
        fields = request.message.fields
        registration = self._asker(request)
        if registration is None:
            return self._refuse(request, "callerNotRegistered", "")
        called = self._called(fields, registration)
        if fields["answerCall"]:
            here = (FoundWay("h323", registration.signalling[0]),)
            routed = self._routed.carries(called.call)
            return self._grant(request, registration, called, here, routed)
        decision = self._routing.find(called)
        if isinstance(decision, Deferred):
            return decision.addCallback(self._decidedLater, request, registration, called)
        return self._decided(decision, request, registration, called)

    def _decidedLater(
        self, decision: Decision, request: RASRequest, registration: Registration, called: Called
    ) -> RASMessage:
        if self._registry.byId(registration.endpointId) is None:  # it left while others were asked
            return self._refuse(request, "callerNotRegistered", "")
        return self._decided(decision, request, registration, called)

    def _decided(
        self, decision: Decision, request: RASRequest, registration: Registration, called: Called
    ) -> RASMessage:
        endpointId = registration.endpointId
        if isinstance(decision, Refusal):
            return self._refuse(request, "requestDenied", endpointId, called)
        if not decision:
            return self._refuse(request, "calledPartyNotRegistered", endpointId, called)
        model = self._routed.modelFor(called, decision[0])
        if model is CallModel.DIRECT:
            return self._grant(request, registration, called, decision, False)
        answer = self._grant(request, registration, called, decision, True)
        if answer.name == "admissionConfirm":
            self._routed.remember(called, model, decision)
        return answer

    def _grant(
        self,
        request: RASRequest,
        registration: Registration,
        called: Called,
        ways: Sequence[FoundWay],
        routed: bool,
    ) -> RASMessage:
        """
        @param ways: where the call may go, the best first.
        @param routed: whether the signalling goes through us.
        """
        fields, way = request.message.fields, ways[0]
        identity = self._identity
        signalling = identity.signalling if routed else way.destination
        signalling = identity.told(signalling, identity.towards(request))
        endpointId = registration.endpointId
        wanted = Admission(
            claim=Claim(callKey(fields), endpointId, fields["answerCall"]),
            conferenceId=fields["conferenceID"],
            callReference=fields["callReferenceValue"],
            bandwidth=fields["bandWidth"],
            source=request.source,
            destination=signalling,
            calling=called.calling,
            called=called.names,
            model="routed" if routed else "direct",
            hosts=registration.hosts,
        )
        try:
            granted = self._admissions.admit(wanted)
        except NoBandwidth:
            return self._refuse(request, "requestDenied", endpointId, called)
        except TooManyCalls:
            return self._refuse(request, "resourceUnavailable", endpointId, called)
        self._partings.resumed(granted.claim)
        confirm: Fields = {
            "requestSeqNum": fields["requestSeqNum"],
            "bandWidth": granted.bandwidth,
            "callModel": ("gatekeeperRouted" if routed else "direct", None),
            "destCallSignalAddress": transportToValue(signalling),
            "willRespondToIRR": True,
            "uuiesRequested": _NO_UUIES,
        }
        if self._irrFrequency:
            confirm["irrFrequency"] = self._irrFrequency
        if way.called and fields.get("canMapAlias"):
            confirm["destinationInfo"] = aliasesFromParties(way.called)
        if not routed:
            mapping = bool(fields.get("canMapAlias"))
            confirm |= self._otherWays.told(called, ways, mapping)
            if registration.usage:
                confirm |= USAGE_WANTED
        return RASMessage("admissionConfirm", confirm)

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
        self._usageTold(fields, admission)
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
        Answer a DRQ.  A call that nobody knows is over, as was asked; so is one
        that only the other side asked for, where calls are granted beforehand.
        One that is here, and does not end by itself, is ended.
        """
        fields = request.message.fields
        registration = self._registered(request)
        if registration is None:
            return rejection(request.message, "notRegistered")
        if registration.source != request.source:
            return rejection(request.message, "requestToDropOther")
        admission = self._find(fields, registration)
        if admission is not None:
            self._usageTold(fields, admission)
            cause = _causeOf(fields)
            self._admissions.end(admission, cause, disengaged=True)
            self._partings.announced(admission, cause)
        elif not self._preGranted and self._admissions.knows(callKey(fields)):
            return rejection(request.message, "requestToDropOther")
        return RASMessage("disengageConfirm", {"requestSeqNum": fields["requestSeqNum"]})

    def _called(self, fields: Fields, asker: Registration) -> Called:
        calling = partiesFromAliases(fields["srcInfo"])
        if not fields["answerCall"]:  # or it is of another that it tells
            calling = self._callers.named(asker, CallerName(calling, ""), asker.source).calling
        return Called(
            names=partiesFromAliases(fields.get("destinationInfo", ())),
            signalled=self._signalled(fields, asker.source.host),
            calling=calling,
            caller=asker,
            source=asker.source,
            call=callIdentifierIn(fields),
        )

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

    def _usageTold(self, fields: Fields, admission: Admission) -> None:
        answered = answeredIn(fields, admission.since, self._clock.seconds())
        if answered is not None:
            self._admissions.answered(admission, answered)

    def _find(self, fields: Fields, registration: Registration) -> Admission | None:
        return self._admissions.find(
            registration.endpointId, callKey(fields), fields.get("answeredCall")
        )

    def _refuse(
        self, request: RASRequest, reason: str, endpointId: str, called: Called | None = None
    ) -> RASMessage:
        self._events.publish(
            RASAdmissionRefused(
                self._clock.seconds(),
                endpointId,
                callKey(request.message.fields).hex(),
                reason,
                request.source,
                () if called is None else called.calling,
                () if called is None else called.names,
            )
        )
        return rejection(request.message, reason, **self._identity.elsewhere(reason))

    def _signalled(self, fields: Fields, host: str) -> TransportAddress | None:
        """
        The address that a caller names, if it may: the call may go through us.  An endpoint's
        may be on this machine, and so is our own.
        """
        named = fields.get("destCallSignalAddress")
        usable = usableAddresses([named]) if named is not None else ()
        address = usable[0] if usable else None
        if address is None or self._identity.isOurSignalling(address):
            return address
        field = "destCallSignalAddress"
        may = self._dialRule.objection(address, host, field) is None
        return address if may or self._registry.bySignalling(address) is not None else None


def _causeOf(fields: Fields) -> Cause | None:
    """
    Why a call ended, as a DRQ tells it; C{None} where it does not.
    """
    match fields.get("terminationCause"):
        case ("releaseCompleteCauseIE", bytes(element)):
            return causeOfElement(element)
        case ("releaseCompleteReason", (str(reason), _)):
            return causeOfReason(reason)
        case _:
            return None
