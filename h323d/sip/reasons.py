"""
Why something is refused, in the status codes of SIP (RFC 3261, 21).
"""

from __future__ import annotations

from h323d.call.applications import NAMED, Reason, Refusal
from h323d.sip.calls.causes import statusOf
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.transactions.layer import RETRY_AFTER
from h323d.values.cause import Cause

__all__ = ["RegistrationRefused", "explained", "statusOfCall", "statusOfReason"]

Rows = tuple[tuple[str, str], ...]

_STATUS = {
    Reason.INVALID_SIGNATURE: 403,
    Reason.NOT_REGISTERED: 403,
    Reason.PII_POLICY_VIOLATION: 403,
    Reason.BANDWIDTH_EXCEEDED: 488,
    Reason.CAPACITY_EXCEEDED: 503,
    Reason.GATEKEEPER_ERROR: 500,
    Reason.NOT_PERMITTED: 403,
    Reason.NO_ROUTE: 404,
    Reason.LOOP: 482,
    Reason.RATE_EXCEEDED: 503,
    Reason.OUT_OF_SERVICE: 503,
    Reason.REFUSED_EVERYWHERE: 603,
}

_EVERYWHERE = {
    Cause.USER_BUSY: 600,
    Cause.UNALLOCATED_NUMBER: 604,
    Cause.INCOMPATIBLE_DESTINATION: 606,
}
"""
What a refusal for all places is, where its cause has one of its own (RFC 3261, 21.6).
"""

_MORE_THAN_A_CAUSE = frozenset(
    (
        Reason.INVALID_SIGNATURE,
        Reason.NOT_REGISTERED,
        Reason.PII_POLICY_VIOLATION,
        Reason.BANDWIDTH_EXCEEDED,
        Reason.GATEKEEPER_ERROR,
        Reason.LOOP,
    )
)
"""
Which no cause of Q.850 says as well.
"""


def statusOfReason(reason: Reason) -> int:
    """
    The final response to a request that makes no call.
    """
    return _STATUS[reason]


def statusOfCall(cause: Cause, reason: Reason | None) -> int:
    """
    The final response to an INVITE.

    @param reason: C{None} where the cause is all that is known.
    """
    if reason is Reason.REFUSED_EVERYWHERE:
        return _EVERYWHERE.get(cause, _STATUS[reason])
    if reason in _MORE_THAN_A_CAUSE:
        return _STATUS[reason]
    return statusOf(cause)


def explained(status: int, reason: Reason | None) -> Rows:
    """
    The header fields that say more than a final response does: the name of the reason, in a
    Warning of who has a pseudonym (RFC 3261, 20.43), and when to come again.

    @param reason: C{None} where no gate has refused it.
    """
    rows: Rows = ()
    if reason is not None and reason in NAMED:
        rows = (("Warning", f'399 guard "{reason.value}"'),)
    if reason is not None and status == 503:
        rows = (*rows, ("Retry-After", str(RETRY_AFTER)))
    return rows


class RegistrationRefused(Exception):
    """
    A REGISTER is not granted.

    @ivar status: the answer, 400 to 699.
    @ivar rows: header fields that explain it.
    """

    def __init__(self, status: int, *header: str, rows: Rows = ()) -> None:
        """
        @param header: the name and the value of one.
        """
        super().__init__(status, *header)
        self.status = status
        self.rows = ((header[0], header[1]), *rows) if header else rows

    @classmethod
    def by(cls, refusal: Refusal) -> RegistrationRefused:
        """
        What a gate has refused.
        """
        status = statusOfReason(refusal.reason)
        return cls(status, rows=explained(status, refusal.reason))

    def response(self, request: SIPRequest, toTag: str) -> SIPResponse:
        response = request.response(self.status, None, toTag)
        return response.withHeaders(response.headers.extending(*self.rows))
