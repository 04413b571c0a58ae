"""
What the gatekeeper itself asks of the endpoints whose calls it admitted: to tell of a
call (IRQ), to use less bandwidth (BRQ), and to end it (DRQ) (H.225.0, 7.12, 7.13 and
7.15; H.323, 8.2 and 8.5.2).

Each goes to where the endpoint registered from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from h323d.errors import ResourceUnavailable
from h323d.gatekeeper.admission import AdmissionTable, CallAdmission, NoBandwidth
from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.registry.registrations import EndpointRegistry
from h323d.h323.ras.messages import Fields, RASMessage
from h323d.h323.ras.transactions import RASAsked
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause

__all__ = ["Demands"]

_GUID = 16  # octets of a callIdentifier; the name of a call without one is longer

Answered = Callable[[RASMessage | None], None]
Informed = Callable[[CallAdmission, RASMessage | None], None]


class Requests(Protocol):
    """
    Who sends RAS requests: the channel.
    """

    def request(
        self, name: str, fields: Fields, destination: TransportAddress, answered: Answered
    ) -> RASAsked:
        """
        @param answered: called with the answer; C{None} if there is none.
        """


@dataclass(frozen=True, slots=True)
class _Inform:
    """
    An endpoint is asked about one of its calls.
    """

    admission: CallAdmission
    informed: Informed

    def answered(self, answer: RASMessage | None) -> None:
        self.informed(self.admission, answer)


@dataclass(frozen=True, slots=True)
class _Drop:
    """
    An endpoint is to end its side of a call.
    """

    admissions: AdmissionTable
    admission: CallAdmission
    cause: Cause

    def answered(self, answer: RASMessage | None) -> None:
        self.admissions.end(self.admission, self.cause)


@dataclass(frozen=True, slots=True)
class _Limit:
    """
    An endpoint is to use no more than C{amount} for a call.
    """

    admissions: AdmissionTable
    admission: CallAdmission
    amount: int

    def answered(self, answer: RASMessage | None) -> None:
        if answer is None or answer.name != "bandwidthConfirm":
            return
        claim = self.admission.claim
        now = self.admissions.find(claim.endpointId, claim.call, claim.answerCall)
        if now is not None and now.bandwidth > self.amount:
            try:
                self.admissions.changeBandwidth(now, self.amount)
            except NoBandwidth:
                raise AssertionError("less is always granted") from None


class Demands:
    """
    Asks endpoints about admitted calls.
    """

    def __init__(
        self,
        requests: Requests,
        identity: Identity,
        registry: EndpointRegistry,
        admissions: AdmissionTable,
    ) -> None:
        self._requests = requests
        self._identity = identity
        self._registry = registry
        self._admissions = admissions

    def inform(self, admission: CallAdmission, informed: Informed) -> bool:
        """
        Ask an endpoint about one of its calls (IRQ).

        @param informed: called with the admission and the answer; C{None} if there is none.

        @return: whether it could be asked.
        """
        fields: Fields = {
            "callReferenceValue": admission.callReference,
            "callIdentifier": _identifierOf(admission),
        }
        asking = _Inform(admission, informed)
        return self._ask("infoRequest", fields, admission, asking.answered)

    def drop(self, admission: CallAdmission, cause: Cause) -> None:
        """
        Have an endpoint end its side of a call (DRQ).  The admission ends with
        its answer, or when there is none.
        """
        fields = self._naming(admission) | {
            "disengageReason": ("forcedDrop", None),
            "answeredCall": admission.claim.answerCall,
        }
        asking = _Drop(self._admissions, admission, cause)
        if not self._ask("disengageRequest", fields, admission, asking.answered):
            self._admissions.end(admission, cause)

    def limit(self, admission: CallAdmission, amount: int) -> None:
        """
        Have an endpoint use no more than C{amount} for a call (BRQ), in units of
        100 bit/s.  It counts with that if it confirms.
        """
        fields = self._naming(admission) | {
            "bandWidth": amount,
            "answeredCall": admission.claim.answerCall,
        }
        asking = _Limit(self._admissions, admission, amount)
        self._ask("bandwidthRequest", fields, admission, asking.answered)

    def _naming(self, admission: CallAdmission) -> Fields:
        return {
            "endpointIdentifier": admission.claim.endpointId,
            "gatekeeperIdentifier": self._identity.identifier,
            "conferenceID": admission.conferenceId,
            "callReferenceValue": admission.callReference,
            "callIdentifier": _identifierOf(admission),
        }

    def _ask(self, name: str, fields: Fields, admission: CallAdmission, answered: Answered) -> bool:
        registration = self._registry.byId(admission.claim.endpointId)
        if registration is None or registration.protocol != "h323":
            return False
        try:
            self._requests.request(name, fields, registration.source, answered)
        except ResourceUnavailable:  # as many questions are under way as there can be
            return False
        return True


def _identifierOf(admission: CallAdmission) -> Fields:
    call = admission.claim.call
    return {"guid": call if len(call) == _GUID else bytes(_GUID)}
