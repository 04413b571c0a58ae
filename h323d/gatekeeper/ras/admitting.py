"""
How a registered endpoint asks to call and be called: ARQ (H.225.0, 7.11).

The answer may be a Deferred, where somebody else has to be asked first: a gate, or whoever
knows where the called party is.  Where a call is to be routed, both sides are told
our own call signalling address instead of each other's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from twisted.internet.defer import Deferred

from h323d.call import applications
from h323d.call.applications import PASSED, Door, Refusal, Verdict
from h323d.call.callers import CallerName
from h323d.call.leases import ended, ofSide
from h323d.events.gatekeeper import RASAdmissionRefused
from h323d.gatekeeper.admission import CallAdmission, NoBandwidth, TooManyCalls
from h323d.gatekeeper.bandwidth import Claim
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.context import ZoneContext
from h323d.gatekeeper.partings import Partings
from h323d.gatekeeper.ras.otherways import OtherWays
from h323d.gatekeeper.ras.usage import USAGE_WANTED
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routed.config import CallModel
from h323d.gatekeeper.routing.chain import Called, Decision, FoundWay, RoutingChain
from h323d.h323.applications import (
    admissionApplication,
    bandwidthIn,
)
from h323d.h323.ras.messages import (
    Fields,
    RASMessage,
    callIdentifierIn,
    callKey,
    identifierIn,
    rejection,
    usableAddresses,
)
from h323d.h323.ras.reasons import REASONS, named
from h323d.h323.ras.transactions import RASAnswer, RASRequest
from h323d.h323.signalling.addresses import aliasesFromParties, partiesFromAliases, transportToValue
from h323d.h323.signalling.callpriority import answerTo, priorityIn
from h323d.values.address import TransportAddress

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
    Answers ARQ.
    """

    def __init__(
        self,
        config: GatekeeperConfig,
        context: ZoneContext,
        routing: RoutingChain,
        routed: CallRouting,
        partings: Partings,
    ) -> None:
        """
        @param partings: sees that what is said to be over ends.
        """
        tables = context.tables
        self._callers = tables.callers
        self._partings = partings
        self._irrFrequency = config.irrFrequency
        self._identity = context.identity
        self._registry = tables.registry
        self._admissions = tables.admissions
        self._routing = routing
        self._routed = routed
        self._dialRule = context.site.dialRule
        self._gates = context.gates
        self._otherWays = OtherWays(tables.registry, routed)
        self._clock = context.world.clock
        self._events = context.world.events

    def reconfigure(self, config: GatekeeperConfig) -> None:
        """
        Answer otherwise from now on.
        """
        self._irrFrequency = config.irrFrequency

    def admit(self, request: RASRequest) -> RASMessage | Deferred[RASAnswer]:
        """
        Answer an ARQ, of the calling or the called side.
        """
        fields = request.message.fields
        registration = self._asker(request)
        if registration is None:
            return self._refuse(request, "callerNotRegistered", "")
        called = self._called(fields, registration)
        if not self._gates.standAt(Door.ARQ):
            return self._locate(request, registration, called, PASSED)
        application = admissionApplication(
            request,
            registration.endpointId,
            called.calling,
            called.names,
            registration.aliases,
        )
        verdict = self._gates.judge(application)
        if isinstance(verdict, Deferred):
            return verdict.addCallback(self._judgedLater, request, registration, called)
        return self._judged(verdict, request, registration, called)

    def _judgedLater(
        self, verdict: Verdict, request: RASRequest, registration: Registration, called: Called
    ) -> RASMessage | Deferred[RASAnswer]:
        if self._isHere(registration):
            return self._judged(verdict, request, registration, called)
        if not isinstance(verdict, Refusal):
            ended(verdict.leases)
        return self._refuse(request, "callerNotRegistered", "")

    def _judged(
        self, verdict: Verdict, request: RASRequest, registration: Registration, called: Called
    ) -> RASMessage | Deferred[RASAnswer]:
        if isinstance(verdict, Refusal):
            reject = self._refuseFor(verdict, request, registration, called)
            return named(reject, verdict.reason)
        if verdict.texts is not None:
            called = replace(called, calling=verdict.texts.among(called.calling))
        answer = self._locate(request, registration, called, verdict)
        if isinstance(answer, Deferred):
            return answer.addCallback(self._leased, request, registration, verdict)
        self._leased(answer, request, registration, verdict)
        return answer

    def _leased(
        self,
        answer: RASAnswer,
        request: RASRequest,
        registration: Registration,
        passed: applications.Admission,
    ) -> RASAnswer:
        """
        What the gates keep is the admission's, if there is one.
        """
        fields, endpointId = request.message.fields, registration.endpointId
        if answer is not None and answer.name == "admissionConfirm":
            side = ofSide(endpointId, callKey(fields).hex(), fields["answerCall"])
            self._gates.leases.give(side, passed)
        else:
            ended(passed.leases)
        return answer

    def _locate(
        self,
        request: RASRequest,
        registration: Registration,
        called: Called,
        passed: applications.Admission,
    ) -> RASMessage | Deferred[RASAnswer]:
        """
        @param passed: what the gates have granted.
        """
        if request.message.fields["answerCall"]:
            here = (FoundWay("h323", registration.signalling[0]),)
            routed = self._routed.carries(called.call)
            return self._grant(request, registration, called, here, routed, passed)
        decision = self._routing.find(called)
        if isinstance(decision, Deferred):
            return decision.addCallback(self._decidedLater, request, registration, called, passed)
        return self._decided(decision, request, registration, called, passed)

    def _decidedLater(
        self,
        decision: Decision,
        request: RASRequest,
        registration: Registration,
        called: Called,
        passed: applications.Admission,
    ) -> RASMessage:
        if self._isHere(registration):
            return self._decided(decision, request, registration, called, passed)
        return self._refuse(request, "callerNotRegistered", "")

    def _isHere(self, registration: Registration) -> bool:
        """
        Whether an endpoint is registered still, after others were asked.
        """
        return self._registry.byId(registration.endpointId) is not None

    def _decided(
        self,
        decision: Decision,
        request: RASRequest,
        registration: Registration,
        called: Called,
        passed: applications.Admission,
    ) -> RASMessage:
        endpointId = registration.endpointId
        if isinstance(decision, Refusal):
            return self._refuseFor(decision, request, registration, called)
        if not decision:
            return self._refuse(request, "calledPartyNotRegistered", endpointId, called)
        model = self._routed.modelFor(called, decision[0])
        if model is CallModel.DIRECT:
            return self._grant(request, registration, called, decision, False, passed)
        answer = self._grant(request, registration, called, decision, True, passed)
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
        passed: applications.Admission,
    ) -> RASMessage:
        """
        @param ways: where the call may go, the best first.
        @param routed: whether the signalling goes through us.
        """
        fields, identity = request.message.fields, self._identity
        signalling = identity.signalling if routed else ways[0].destination
        signalling = identity.told(signalling, identity.towards(request))
        endpointId = registration.endpointId
        wanted = CallAdmission(
            claim=Claim(callKey(fields), endpointId, fields["answerCall"]),
            conferenceId=fields["conferenceID"],
            callReference=fields["callReferenceValue"],
            bandwidth=bandwidthIn(fields, passed),
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
        confirm = self._confirm(request, registration, called, ways, granted)
        return _prioritized(confirm, answerTo(priorityIn(fields), passed.priority))

    def _confirm(
        self,
        request: RASRequest,
        registration: Registration,
        called: Called,
        ways: Sequence[FoundWay],
        granted: CallAdmission,
    ) -> RASMessage:
        fields, routed = request.message.fields, granted.model == "routed"
        confirm: Fields = {
            "requestSeqNum": fields["requestSeqNum"],
            "bandWidth": granted.bandwidth,
            "callModel": ("gatekeeperRouted" if routed else "direct", None),
            "destCallSignalAddress": transportToValue(granted.destination),
            "willRespondToIRR": True,
            "uuiesRequested": _NO_UUIES,
        }
        if self._irrFrequency:
            confirm["irrFrequency"] = self._irrFrequency
        mapping = bool(fields.get("canMapAlias"))
        if mapping and ways[0].called:
            confirm["destinationInfo"] = aliasesFromParties(ways[0].called)
        if not routed:
            confirm |= self._otherWays.told(called, ways, mapping)
            confirm |= USAGE_WANTED if registration.usage else {}
        return RASMessage("admissionConfirm", confirm)

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

    def _refuseFor(
        self, refusal: Refusal, request: RASRequest, registration: Registration, called: Called
    ) -> RASMessage:
        reason = REASONS[request.message.name][refusal.reason]
        return self._refuse(request, reason, registration.endpointId, called)

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


def _prioritized(confirm: RASMessage, generic: Sequence[Fields]) -> RASMessage:
    """
    A consent that says what becomes of the priority that the caller wants.
    """
    if not generic:
        return confirm
    return RASMessage(confirm.name, confirm.fields | {"genericData": list(generic)})
