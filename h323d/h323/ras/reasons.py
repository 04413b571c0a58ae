"""
Why something is refused, in the reasons of RAS: RRJ, ARJ and BRJ (H.225.0, 7.9.4, 7.11.3 and
7.12.3).
"""

from __future__ import annotations

from h323d.call.applications import Reason

__all__ = ["REASONS"]

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
}
"""
Of each request, by its name, the reasons of its reject.
"""
