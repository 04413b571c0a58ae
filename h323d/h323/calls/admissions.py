"""
The admissions of our calls: which are held, and of whom.

Where we are registered with a gatekeeper, each side of a call asks it first, and tells it
when the call is over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.errors import RemoteProtocolError
from h323d.h323.calls.admission import AdmissionGrant, AdmissionRequest, Admitter
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID

__all__ = ["Admissions", "AdmittedCall"]


class AdmittedCall(Protocol):
    """
    What is admitted: a leg.
    """

    @property
    def legId(self) -> LegID:
        """Its identifier."""

    @property
    def callId(self) -> CallID:
        """That of its call."""

    @property
    def released(self) -> bool:
        """Whether it is over."""

    def fail(self, cause: Cause) -> None:
        """It cannot be begun."""

    def hangup(self, cause: Cause) -> None:
        """End it."""


Begin = Callable[[LegID, AdmissionRequest, AdmissionGrant], None]
"""
Goes on with a call that is admitted.
"""


class Admissions:
    """
    Those of one endpoint.
    """

    _log = Logger()

    def __init__(self, admitter: Admitter) -> None:
        """
        @param admitter: our registration with the gatekeeper.
        """
        self._admitter = admitter
        self._requests: dict[LegID, AdmissionRequest] = {}
        self._calls: dict[AdmissionRequest, AdmittedCall] = {}

    def concern(self, request: AdmissionRequest) -> bool:
        """
        Whether a call has to be asked for.
        """
        return self._admitter.concerns(request)

    def ask(
        self,
        call: AdmittedCall,
        request: AdmissionRequest,
        begin: Begin,
    ) -> None:
        """
        Ask for a call.  One that is not admitted fails.

        @param begin: goes on with the call, unless it is over by then.
        """
        admitting = self._admitter.admit(request)
        admitting.addCallback(self._granted, call, request, begin)
        admitting.addErrback(self._failed, call)

    def _granted(
        self, grant: AdmissionGrant, call: AdmittedCall, request: AdmissionRequest, begin: Begin
    ) -> None:
        if call.released:
            self._admitter.disengage(request, Cause.NORMAL_CALL_CLEARING)
            return
        self._requests[call.legId] = request
        self._calls[request] = call
        begin(call.legId, request, grant)

    def _failed(self, failure: Failure, call: AdmittedCall) -> None:
        error = failure.value
        if isinstance(error, RemoteProtocolError):
            call.fail(error.cause)
            return
        self._log.failure("admission of {callId} failed", failure=failure, callId=call.callId)
        call.fail(Cause.TEMPORARY_FAILURE)

    def withdrawn(self, request: AdmissionRequest) -> None:
        """
        The gatekeeper took an admission back: end the call.
        """
        call = self._calls.get(request)
        if call is not None:
            call.hangup(Cause.NORMAL_UNSPECIFIED)

    def answered(self, legId: LegID) -> None:
        """
        A call is answered, admitted or not.
        """
        request = self._requests.get(legId)
        if request is not None:
            self._admitter.answered(request)

    def gone(self, legId: LegID, cause: Cause) -> None:
        """
        A call is over, admitted or not.
        """
        request = self._requests.pop(legId, None)
        if request is not None:
            self._calls.pop(request, None)
            self._admitter.disengage(request, cause)
