"""
Why a gate refuses a call, in its ReleaseComplete: a reason that says more than the cause does, and
the name that everybody sees.
"""

from __future__ import annotations

from h323d.call.applications import NAMED, Reason
from h323d.h323.security.guarddata import refused
from h323d.h323.signalling import uuie
from h323d.h323.signalling.causes import reasonOfCause
from h323d.h323.signalling.uuie import CallIdentity
from h323d.values.cause import Cause

__all__ = ["releaseComplete", "releaseReason"]

_RELEASES = {
    Reason.INVALID_SIGNATURE: "securityDenied",
    Reason.NOT_REGISTERED: "callerNotRegistered",
    Reason.PII_POLICY_VIOLATION: "genericDataReason",
    Reason.BANDWIDTH_EXCEEDED: "noBandwidth",
    Reason.GATEKEEPER_ERROR: "undefinedReason",
}


def releaseReason(cause: Cause, reason: Reason | None) -> str:
    """
    The C{ReleaseCompleteReason}.

    @param reason: C{None} where the cause is all that is known.
    """
    said = None if reason is None else _RELEASES.get(reason)
    return said or reasonOfCause(cause)


def releaseComplete(
    identity: CallIdentity, cause: Cause, reason: Reason | None, tunnelling: bool = False
) -> bytes:
    """
    An C{H323-UserInformation}.
    """
    body = uuie.releaseComplete(identity, releaseReason(cause, reason))
    generic = (refused(reason),) if reason is not None and reason in NAMED else ()
    return uuie.write(body, tunnelling, generic=generic)
