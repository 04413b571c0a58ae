"""
Why something is refused, in the reasons of RAS: RRJ, ARJ, BRJ, URJ, DRJ and INAK (H.225.0, 7.9
to 7.13 and 7.15).
"""

from __future__ import annotations

from h323d.call.applications import NAMED, Reason
from h323d.h323.ras.messages import RASMessage
from h323d.h323.security.guarddata import refused

__all__ = ["REASONS", "named"]

REASONS: dict[str, dict[Reason, str]] = {
    "registrationRequest": {
        Reason.INVALID_SIGNATURE: "securityDenial",
        Reason.NOT_REGISTERED: "securityDenial",
        Reason.PII_POLICY_VIOLATION: "genericDataReason",
        Reason.BANDWIDTH_EXCEEDED: "resourceUnavailable",
        Reason.CAPACITY_EXCEEDED: "resourceUnavailable",
        Reason.GATEKEEPER_ERROR: "undefinedReason",
        Reason.NOT_PERMITTED: "securityDenial",
        Reason.NO_ROUTE: "undefinedReason",
        Reason.LOOP: "undefinedReason",
        Reason.RATE_EXCEEDED: "resourceUnavailable",
        Reason.OUT_OF_SERVICE: "resourceUnavailable",
        Reason.REFUSED_EVERYWHERE: "undefinedReason",
    },
    "admissionRequest": {
        Reason.INVALID_SIGNATURE: "securityDenial",
        Reason.NOT_REGISTERED: "callerNotRegistered",
        Reason.PII_POLICY_VIOLATION: "genericDataReason",
        Reason.BANDWIDTH_EXCEEDED: "requestDenied",
        Reason.CAPACITY_EXCEEDED: "exceedsCallCapacity",
        Reason.GATEKEEPER_ERROR: "undefinedReason",
        Reason.NOT_PERMITTED: "requestDenied",
        Reason.NO_ROUTE: "calledPartyNotRegistered",
        Reason.LOOP: "requestDenied",
        Reason.RATE_EXCEEDED: "resourceUnavailable",
        Reason.OUT_OF_SERVICE: "resourceUnavailable",
        Reason.REFUSED_EVERYWHERE: "requestDenied",
    },
    "bandwidthRequest": {
        Reason.INVALID_SIGNATURE: "securityDenial",
        Reason.NOT_REGISTERED: "invalidPermission",
        Reason.PII_POLICY_VIOLATION: "undefinedReason",
        Reason.BANDWIDTH_EXCEEDED: "insufficientResources",
        Reason.CAPACITY_EXCEEDED: "insufficientResources",
        Reason.GATEKEEPER_ERROR: "undefinedReason",
        Reason.NOT_PERMITTED: "invalidPermission",
        Reason.NO_ROUTE: "undefinedReason",
        Reason.LOOP: "undefinedReason",
        Reason.RATE_EXCEEDED: "insufficientResources",
        Reason.OUT_OF_SERVICE: "insufficientResources",
        Reason.REFUSED_EVERYWHERE: "undefinedReason",
    },
    "unregistrationRequest": {
        Reason.INVALID_SIGNATURE: "securityDenial",
        Reason.NOT_REGISTERED: "permissionDenied",
        Reason.PII_POLICY_VIOLATION: "undefinedReason",
        Reason.BANDWIDTH_EXCEEDED: "undefinedReason",
        Reason.CAPACITY_EXCEEDED: "undefinedReason",
        Reason.GATEKEEPER_ERROR: "undefinedReason",
        Reason.NOT_PERMITTED: "permissionDenied",
        Reason.NO_ROUTE: "undefinedReason",
        Reason.LOOP: "undefinedReason",
        Reason.RATE_EXCEEDED: "undefinedReason",
        Reason.OUT_OF_SERVICE: "undefinedReason",
        Reason.REFUSED_EVERYWHERE: "undefinedReason",
    },
    "disengageRequest": {  # which can be refused for three reasons alone
        Reason.INVALID_SIGNATURE: "securityDenial",
        Reason.NOT_REGISTERED: "requestToDropOther",
        Reason.PII_POLICY_VIOLATION: "securityDenial",
        Reason.BANDWIDTH_EXCEEDED: "securityDenial",
        Reason.CAPACITY_EXCEEDED: "securityDenial",
        Reason.GATEKEEPER_ERROR: "securityDenial",
        Reason.NOT_PERMITTED: "requestToDropOther",
        Reason.NO_ROUTE: "securityDenial",
        Reason.LOOP: "securityDenial",
        Reason.RATE_EXCEEDED: "securityDenial",
        Reason.OUT_OF_SERVICE: "securityDenial",
        Reason.REFUSED_EVERYWHERE: "securityDenial",
    },
    "infoRequestResponse": {
        Reason.INVALID_SIGNATURE: "securityDenial",
        Reason.NOT_REGISTERED: "securityDenial",
        Reason.PII_POLICY_VIOLATION: "undefinedReason",
        Reason.BANDWIDTH_EXCEEDED: "undefinedReason",
        Reason.CAPACITY_EXCEEDED: "undefinedReason",
        Reason.GATEKEEPER_ERROR: "undefinedReason",
        Reason.NOT_PERMITTED: "securityDenial",
        Reason.NO_ROUTE: "undefinedReason",
        Reason.LOOP: "undefinedReason",
        Reason.RATE_EXCEEDED: "undefinedReason",
        Reason.OUT_OF_SERVICE: "undefinedReason",
        Reason.REFUSED_EVERYWHERE: "undefinedReason",
    },
}
"""
Of each request, by its name, the reasons of its reject.
"""


def named(reject: RASMessage, reason: Reason) -> RASMessage:
    """
    A reject by a gate, with the name of the reason in its C{genericData}, where that is one of
    IF.guard's.  INAK has no place for it.
    """
    if reason not in NAMED or reject.name == "infoRequestNak":
        return reject
    return RASMessage(reject.name, reject.fields | {"genericData": [refused(reason)]})
