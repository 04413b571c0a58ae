"""
What an endpoint asks of a call to which it is admitted: bandwidth, and to end (BRQ and DRQ;
H.225.0, 7.12 and 7.13).

Only whence it registered can an endpoint ask.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from h323d.call.applications import PASSED, Door, Refusal, Verdict
from h323d.call.gates import Gates
from h323d.call.leases import ended, ofSide
from h323d.gatekeeper.admission import AdmissionTable, CallAdmission, NoBandwidth
from h323d.gatekeeper.config import GatekeeperConfig, PreGranted
from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.partings import Partings
from h323d.gatekeeper.ras.usage import answeredIn
from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration
from h323d.h323.applications import bandwidthApplication, bandwidthIn
from h323d.h323.ras.messages import Fields, RASMessage, callKey, identifierIn, rejection
from h323d.h323.ras.reasons import REASONS, named
from h323d.h323.ras.transactions import RASAnswer, RASRequest
from h323d.h323.signalling.causes import causeOfReason
from h323d.h323.signalling.reading import causeOfElement
from h323d.values.cause import Cause

__all__ = ["OngoingCalls"]


class OngoingCalls:
    """
    Answers BRQ and DRQ.
    """

    def __init__(
        self,
        config: GatekeeperConfig,
        identity: Identity,
        registry: EndpointRegistry,
        admissions: AdmissionTable,
        partings: Partings,
        gates: Gates,
        clock: IReactorTime,
    ) -> None:
        """
        @param partings: sees that what is said to be over ends.
        @param gates: what BRQs pass.
        """
        self._preGranted = config.preGrantedCalls is not PreGranted.NONE
        self._identity = identity
        self._registry = registry
        self._admissions = admissions
        self._partings = partings
        self._gates = gates
        self._clock = clock

    def reconfigure(self, config: GatekeeperConfig) -> None:
        """
        Calls that were granted beforehand can still be told of as over when no more are
        granted.
        """
        self._preGranted = self._preGranted or config.preGrantedCalls is not PreGranted.NONE

    def changeBandwidth(self, request: RASRequest) -> RASMessage | Deferred[RASAnswer]:
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
        if not self._gates.standAt(Door.BRQ):
            return self._resized(PASSED, request, registration)
        verdict = self._gates.judge(
            bandwidthApplication(request, registration.endpointId, registration.aliases)
        )
        if isinstance(verdict, Deferred):
            return verdict.addCallback(self._resized, request, registration)
        return self._resized(verdict, request, registration)

    def _resized(
        self, verdict: Verdict, request: RASRequest, registration: Registration
    ) -> RASMessage:
        fields = request.message.fields
        admission = self._find(fields, registration)
        if isinstance(verdict, Refusal):
            allowed = 0 if admission is None else self._allowed(verdict, admission)
            reason = REASONS[request.message.name][verdict.reason]
            answer = rejection(request.message, reason, allowedBandWidth=allowed)
            return named(answer, verdict.reason)
        if admission is None:  # it ended while others were asked
            ended(verdict.leases)
            return rejection(request.message, "invalidConferenceID", allowedBandWidth=0)
        try:
            changed = self._admissions.changeBandwidth(admission, bandwidthIn(fields, verdict))
        except NoBandwidth as error:
            ended(verdict.leases)
            return rejection(
                request.message, "insufficientResources", allowedBandWidth=error.allowed
            )
        call, endpointId, answerCall = admission.claim
        self._gates.leases.give(ofSide(endpointId, call.hex(), answerCall), verdict)
        return RASMessage(
            "bandwidthConfirm",
            {"requestSeqNum": fields["requestSeqNum"], "bandWidth": changed.bandwidth},
        )

    def _allowed(self, refusal: Refusal, admission: CallAdmission) -> int:
        """
        What could be asked for after such a refusal, in units of 100 bit/s: the call keeps what it
        has.
        """
        if refusal.bandwidth is None:
            return admission.bandwidth
        allowed = min(refusal.bandwidth // 100, self._admissions.allowed(admission))
        return max(admission.bandwidth, allowed)

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

    def _registered(self, request: RASRequest) -> Registration | None:
        fields = request.message.fields
        if identifierIn(fields, "gatekeeperIdentifier") not in (None, self._identity.identifier):
            return None
        return self._registry.byId(identifierIn(fields, "endpointIdentifier") or "")

    def _usageTold(self, fields: Fields, admission: CallAdmission) -> None:
        answered = answeredIn(fields, admission.since, self._clock.seconds())
        if answered is not None:
            self._admissions.answered(admission, answered)

    def _find(self, fields: Fields, registration: Registration) -> CallAdmission | None:
        return self._admissions.find(
            registration.endpointId, callKey(fields), fields.get("answeredCall")
        )


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
