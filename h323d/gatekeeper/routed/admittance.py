"""
What of a routed call a gatekeeper has to admit that we are registered with: that it comes in, where
that gatekeeper has sent it, and each of its ways that leads there.
"""

from __future__ import annotations

import enum
from typing import Protocol

from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.call.declaration import Declaration
from h323d.errors import RemoteProtocolError
from h323d.gatekeeper.routed.ways import Ways
from h323d.gatekeeper.routing.chain import FoundWay
from h323d.h323.calls.admission import AdmissionGrant, AdmissionRequest, Admitter
from h323d.h323.signalling.uuie import CallIdentity
from h323d.values.address import PartyAddress
from h323d.values.cause import Cause

__all__ = ["Admittance", "AdmittanceContext", "AdmittanceOwner"]


class AdmittanceOwner(Protocol):
    """
    What it needs of the call.

    @ivar declared: what is said of it to whom it goes on to.
    """

    identity: CallIdentity
    declared: Declaration
    calling: tuple[PartyAddress, ...]

    def letIn(self) -> None:
        """The call may come in: find where it goes."""

    def refuse(self, cause: Cause, reason: str) -> None:
        """It may not."""

    def dial(self, route: FoundWay, reference: int) -> None:
        """Try a way, with a call reference value."""

    def noWayLeft(self, cause: Cause) -> None:
        """None is left to be tried."""


class AdmittanceContext(Protocol):
    """
    What calls have in common.
    """

    @property
    def parents(self) -> Admitter:
        """The gatekeepers."""

    def newReference(self) -> int:
        """A call reference value."""

    def bandwidthOf(self, call: bytes) -> int:
        """What a call may use, in units of 100 bit/s."""


class Admittance:
    """
    That of one call.
    """

    def __init__(
        self,
        owner: AdmittanceOwner,
        context: AdmittanceContext,
        ways: Ways,
        sent: AdmissionRequest | None,
    ) -> None:
        """
        @param ways: where the call may go.
        @param sent: what is asked of who has sent the call; C{None} if that is nobody.
        """
        self._owner = owner
        self._context = context
        self._ways = ways
        self._sent = None if sent is None else _Permit(context.parents, sent, _Entrance(owner))
        self._onward: _Permit | None = None

    def enter(self) -> None:
        """
        Have the call let in; at once where nobody has to be asked any more.
        """
        if self._sent is None or self._sent.isHeld:
            self._owner.letIn()
        else:
            self._sent.ask()

    def tryNext(self, failed: Cause | None) -> None:
        """
        Try the next way.

        @param failed: why the way before it led nowhere.
        """
        way = self._ways.take(failed)
        if isinstance(way, Cause):
            self._owner.noWayLeft(way)
        elif way.parent:
            self._askFor(way)
        else:
            self._owner.dial(way, self._context.newReference())

    def answered(self) -> None:
        """
        The call is answered; who has admitted it may want to know when.
        """
        for permit in (self._sent, self._onward):
            if permit is not None:
                permit.answered()

    def end(self, cause: Cause) -> None:
        """
        The call is over.
        """
        for permit in (self._sent, self._onward):
            if permit is not None:
                permit.end(cause)

    def _askFor(self, way: FoundWay) -> None:
        if self._onward is not None:
            self._onward.end(Cause.NORMAL_UNSPECIFIED)
        identity = self._owner.identity
        request = AdmissionRequest(
            identity,
            self._context.newReference(),
            False,
            self._owner.calling,
            self._ways.namesFor(way),
            bandwidth=self._context.bandwidthOf(identity.callIdentifier),
            parent=way.parent,
            declaration=self._owner.declared,
        )
        self._onward = _Permit(self._context.parents, request, self)
        self._onward.ask()

    # What becomes of a way.

    def granted(self, request: AdmissionRequest, grant: AdmissionGrant) -> None:
        self._ways.go(_waysOf(grant))
        way = self._ways.take(None)
        if isinstance(way, Cause):
            self._owner.noWayLeft(way)
        else:
            self._owner.dial(way, request.reference)

    def denied(self, cause: Cause) -> None:
        self.tryNext(cause)


class _Asker(Protocol):
    def granted(self, request: AdmissionRequest, grant: AdmissionGrant) -> None:
        """The gatekeeper consents."""

    def denied(self, cause: Cause) -> None:
        """It does not, or is silent."""


class _Entrance:
    """
    What becomes of a call that was sent.
    """

    def __init__(self, owner: AdmittanceOwner) -> None:
        self._owner = owner

    def granted(self, request: AdmissionRequest, grant: AdmissionGrant) -> None:
        self._owner.letIn()

    def denied(self, cause: Cause) -> None:
        self._owner.refuse(cause, "notAdmitted")


class _PermitState(enum.Enum):
    WANTED = "wanted"
    HELD = "held"
    OVER = "over"


class _Permit:
    """
    One admission: asked for once, and given back in the end, whatever has become of it.
    """

    _log = Logger()

    def __init__(self, admitter: Admitter, request: AdmissionRequest, asker: _Asker) -> None:
        self._admitter = admitter
        self._request = request
        self._asker = asker
        self._state = _PermitState.WANTED

    @property
    def isHeld(self) -> bool:
        return self._state is _PermitState.HELD

    def ask(self) -> None:
        asked = self._admitter.admit(self._request)
        asked.addCallback(self._granted)
        asked.addErrback(self._denied)

    def answered(self) -> None:
        if self.isHeld:
            self._admitter.answered(self._request)

    def end(self, cause: Cause) -> None:
        held, self._state = self.isHeld, _PermitState.OVER
        if held:
            self._admitter.disengage(self._request, cause)

    def _granted(self, grant: AdmissionGrant) -> None:
        if self._state is _PermitState.OVER:
            self._admitter.disengage(self._request, Cause.NORMAL_CALL_CLEARING)
            return
        self._state = _PermitState.HELD
        self._asker.granted(self._request, grant)

    def _denied(self, failure: Failure) -> None:
        error, cause = failure.value, Cause.TEMPORARY_FAILURE
        if isinstance(error, RemoteProtocolError):
            cause = error.cause
        else:
            self._log.failure("an admission died of our own fault", failure=failure)
        if self._state is not _PermitState.OVER:
            self._asker.denied(cause)


def _waysOf(grant: AdmissionGrant) -> tuple[FoundWay, ...]:
    """
    Where a gatekeeper that was asked lets a call go.
    """
    return tuple(
        FoundWay(way.protocol, way.destination, way.called, grant=grant)
        for way in grant.ways
        if way.destination is not None
    )
