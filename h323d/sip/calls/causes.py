"""
Causes and SIP status codes: RFC 3398, 7.2.4.1 and 8.2.6.1, with RFC 3326.

RFC 3398 is followed where deployed gateways do; the rows where they agree on
something else are marked.  A C{Reason} header says more than a status code and is believed
before it: the cause that it has of Q.850, or otherwise the status that it has of SIP.  What is
not acceptable for want of bandwidth has a C{Warning} that says so (RFC 3261, 20.43).

That somebody else has taken the call, SIP says by C{cause=200} in a CANCEL (RFC 3326, 3.1), and
Q.850 by cause 26, non-selected user clearing.  That a call has to give way to a graver one, SIP
says by a protocol of its own (RFC 4411), and Q.850 by cause 8.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from h323d.errors import DecodeError
from h323d.sip.messages.message import SIPMessage, SIPResponse
from h323d.values.cause import Cause
from h323d.values.proceeding import Proceeding

__all__ = [
    "cancelCause",
    "causeOf",
    "proceedingOf",
    "provisionalOf",
    "reasonCause",
    "reasonOf",
    "reasonsOf",
    "retryAfterOf",
    "statusOf",
]

_PROCEEDING = {181: Proceeding.FORWARDED, 182: Proceeding.QUEUED}  # 21.1.3 and 21.1.4
_STATUS = {
    Cause.UNALLOCATED_NUMBER: 404,
    Cause.NO_ROUTE_TO_TRANSIT_NETWORK: 404,
    Cause.NO_ROUTE_TO_DESTINATION: 404,
    Cause.NORMAL_CALL_CLEARING: 480,  # before an answer: 487 is for who has cancelled (9.2)
    Cause.USER_BUSY: 486,
    Cause.NO_USER_RESPONDING: 408,
    Cause.NO_ANSWER_FROM_USER: 480,
    Cause.SUBSCRIBER_ABSENT: 480,
    Cause.CALL_REJECTED: 403,
    Cause.NUMBER_CHANGED: 410,
    Cause.REDIRECTION_TO_NEW_DESTINATION: 410,
    Cause.EXCHANGE_ROUTING_ERROR: 483,
    Cause.NON_SELECTED_USER_CLEARING: 404,
    Cause.DESTINATION_OUT_OF_ORDER: 502,
    Cause.INVALID_NUMBER_FORMAT: 484,
    Cause.FACILITY_REJECTED: 501,
    Cause.NORMAL_UNSPECIFIED: 480,
    Cause.NO_CIRCUIT_AVAILABLE: 503,
    Cause.NETWORK_OUT_OF_ORDER: 503,
    Cause.TEMPORARY_FAILURE: 503,
    Cause.SWITCHING_EQUIPMENT_CONGESTION: 503,
    Cause.REQUESTED_CIRCUIT_NOT_AVAILABLE: 503,
    Cause.RESOURCE_UNAVAILABLE: 503,
    Cause.INCOMING_CALLS_BARRED_WITHIN_CUG: 403,
    Cause.BEARER_CAPABILITY_NOT_AUTHORIZED: 403,
    Cause.BEARER_CAPABILITY_NOT_AVAILABLE: 503,
    Cause.SERVICE_NOT_AVAILABLE: 501,
    Cause.BEARER_CAPABILITY_NOT_IMPLEMENTED: 488,
    Cause.FACILITY_NOT_IMPLEMENTED: 501,
    Cause.RESTRICTED_DIGITAL_ONLY: 488,
    Cause.SERVICE_NOT_IMPLEMENTED: 501,
    Cause.USER_NOT_MEMBER_OF_CUG: 403,
    Cause.INCOMPATIBLE_DESTINATION: 488,  # RFC 3398 has 503
    Cause.RECOVERY_ON_TIMER_EXPIRY: 504,
    Cause.PROTOCOL_ERROR: 500,
    Cause.INTERWORKING: 500,
}

_CAUSES = {
    400: Cause.TEMPORARY_FAILURE,
    401: Cause.CALL_REJECTED,
    402: Cause.CALL_REJECTED,
    403: Cause.CALL_REJECTED,
    404: Cause.UNALLOCATED_NUMBER,
    405: Cause.SERVICE_NOT_AVAILABLE,
    406: Cause.SERVICE_NOT_IMPLEMENTED,
    407: Cause.CALL_REJECTED,
    408: Cause.RECOVERY_ON_TIMER_EXPIRY,
    410: Cause.NUMBER_CHANGED,
    413: Cause.INTERWORKING,
    414: Cause.INTERWORKING,
    415: Cause.SERVICE_NOT_IMPLEMENTED,
    416: Cause.INTERWORKING,
    420: Cause.INTERWORKING,
    421: Cause.INTERWORKING,
    422: Cause.INTERWORKING,
    423: Cause.INTERWORKING,
    480: Cause.NO_USER_RESPONDING,
    481: Cause.TEMPORARY_FAILURE,
    482: Cause.EXCHANGE_ROUTING_ERROR,
    483: Cause.EXCHANGE_ROUTING_ERROR,
    484: Cause.INVALID_NUMBER_FORMAT,
    485: Cause.UNALLOCATED_NUMBER,
    486: Cause.USER_BUSY,
    487: Cause.NORMAL_UNSPECIFIED,
    488: Cause.INCOMPATIBLE_DESTINATION,
    491: Cause.INTERWORKING,
    500: Cause.TEMPORARY_FAILURE,
    501: Cause.SERVICE_NOT_IMPLEMENTED,
    502: Cause.NETWORK_OUT_OF_ORDER,
    503: Cause.TEMPORARY_FAILURE,
    504: Cause.RECOVERY_ON_TIMER_EXPIRY,
    505: Cause.INTERWORKING,
    513: Cause.INTERWORKING,
    600: Cause.USER_BUSY,
    603: Cause.CALL_REJECTED,
    604: Cause.UNALLOCATED_NUMBER,
    606: Cause.INCOMPATIBLE_DESTINATION,
    607: Cause.CALL_REJECTED,
    608: Cause.CALL_REJECTED,
}

COMPLETED_ELSEWHERE = 200  # RFC 3326, 3.1
UA_PREEMPTION = 1  # RFC 4411, 5: it is a user agent that needs the place
MAX_PREEMPTION = 5

_UNACCEPTABLE = (488, 606)
_NO_BANDWIDTH = re.compile(r"\s*370\s")
_REASON = re.compile(r"(?:^|,)\s*(Q\.850|SIP|preemption)\s*(;[^,]*)", re.IGNORECASE)
_REASON_CAUSE = re.compile(r";\s*cause\s*=\s*([0-9]{1,3})\s*(?:;|$)", re.IGNORECASE)


def statusOf(cause: Cause) -> int:
    """
    The final response that refuses a call for C{cause}.
    """
    return _STATUS.get(cause, 480)


def causeOf(status: int, reasons: Iterable[str] = (), warnings: Iterable[str] = ()) -> Cause:
    """
    Why a call failed.

    @param status: of the final response, 300 to 699.
    @param reasons: the values of its C{Reason} headers.
    @param warnings: the values of its C{Warning} headers.
    """
    told = reasonCause(reasons)
    if told is None and status in _UNACCEPTABLE and any(map(_NO_BANDWIDTH.match, warnings)):
        return Cause.NO_CIRCUIT_AVAILABLE
    return _causeOfStatus(status) if told is None else told


def _causeOfStatus(status: int) -> Cause:
    known = _CAUSES.get(status)
    if known is not None:
        return known
    if status < 400:
        return Cause.REDIRECTION_TO_NEW_DESTINATION
    if 500 <= status < 600:
        return Cause.TEMPORARY_FAILURE
    return Cause.NORMAL_UNSPECIFIED


def reasonCause(reasons: Iterable[str]) -> Cause | None:
    """
    Why, as C{Reason} header values have it (RFC 3326); C{None} if they do not say.
    """
    numbers = _reasonNumbers(reasons)
    number, status = numbers.get("q.850", 0), numbers.get("sip", 0)
    if 1 <= number <= 127:
        return Cause.fromWire(number)
    if 1 <= numbers.get("preemption", 0) <= MAX_PREEMPTION:
        return Cause.PREEMPTION
    return _causeOfStatus(status) if 300 <= status <= 699 else None


def cancelCause(reasons: Iterable[str]) -> Cause:
    """
    Why a caller has given up.

    @param reasons: the values of the C{Reason} headers of its CANCEL.
    """
    values = tuple(reasons)
    told = reasonCause(values)
    if told is None and _reasonNumbers(values).get("sip") == COMPLETED_ELSEWHERE:
        return Cause.NON_SELECTED_USER_CLEARING
    return told or Cause.NORMAL_CALL_CLEARING


def _reasonNumbers(reasons: Iterable[str]) -> dict[str, int]:
    """
    The causes, by protocol in small letters; of several of one protocol, the first.
    """
    found: dict[str, int] = {}
    for value in reasons:
        for protocol, parameters in _REASON.findall(value):
            number = _REASON_CAUSE.search(parameters)
            if number is not None:
                found.setdefault(protocol.lower(), int(number.group(1)))
    return found


def reasonOf(cause: Cause) -> str:
    """
    The C{Reason} header value for a cause (RFC 3326, 2).
    """
    said = f"Q.850;cause={int(cause)}"
    if cause is Cause.NON_SELECTED_USER_CLEARING:
        return f'SIP;cause={COMPLETED_ELSEWHERE};text="Call completed elsewhere", {said}'
    if cause is Cause.PREEMPTION:
        return f'preemption;cause={UA_PREEMPTION};text="UA Preemption", {said}'
    return said


def reasonsOf(message: SIPMessage) -> tuple[str, ...]:
    """
    The C{Reason} header lines of a message, whole.
    """
    return message.headers.lines("Reason")


def proceedingOf(status: int) -> Proceeding:
    """
    @param status: 100 to 199.
    """
    return _PROCEEDING.get(status, Proceeding.UNDER_WAY)


def provisionalOf(how: Proceeding) -> int:
    """
    The status for it; 183 for what no other says.
    """
    return next((status for status, each in _PROCEEDING.items() if each is how), 183)


def retryAfterOf(response: SIPResponse) -> int:
    """
    For how many seconds a server wants no requests (21.5.4); 0 if it does not say so, or only of
    whom was called there.
    """
    if response.status != 503:
        return 0
    try:
        return response.seconds("Retry-After") or 0
    except DecodeError:
        return 0
