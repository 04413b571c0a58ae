"""
Why a call ended, in H.225.0's two vocabularies: C{ReleaseCompleteReason} and the cause.

The table is H.225.0, 7.2.2.8, table 5, but for the reasons that it takes for normal, and that
say who may not call: the other protocol has a word for those.  On receipt the cause element is
believed first: a peer that sends both means the cause.
"""

from __future__ import annotations

from h323d.call.transport import NO_LOCAL_PORT
from h323d.values.cause import Cause

__all__ = [
    "believed",
    "causeOfAdmissionReject",
    "causeOfReason",
    "causeToSend",
    "reasonOfCause",
    "unreached",
]

_CAUSES: dict[str, Cause] = {
    "noBandwidth": Cause.NO_CIRCUIT_AVAILABLE,
    "gatekeeperResources": Cause.RESOURCE_UNAVAILABLE,
    "unreachableDestination": Cause.NO_ROUTE_TO_DESTINATION,
    "destinationRejection": Cause.NORMAL_CALL_CLEARING,
    "invalidRevision": Cause.INCOMPATIBLE_DESTINATION,
    "noPermission": Cause.BEARER_CAPABILITY_NOT_AUTHORIZED,  # table 5 has 111
    "unreachableGatekeeper": Cause.NETWORK_OUT_OF_ORDER,
    "gatewayResources": Cause.SWITCHING_EQUIPMENT_CONGESTION,
    "badFormatAddress": Cause.INVALID_NUMBER_FORMAT,
    "adaptiveBusy": Cause.TEMPORARY_FAILURE,
    "inConf": Cause.USER_BUSY,
    "undefinedReason": Cause.NORMAL_UNSPECIFIED,
    "facilityCallDeflection": Cause.NORMAL_CALL_CLEARING,
    "securityDenied": Cause.CALL_REJECTED,  # table 5 has 31
    "calledPartyNotRegistered": Cause.SUBSCRIBER_ABSENT,
    "callerNotRegistered": Cause.CALL_REJECTED,  # table 5 has 31
    "newConnectionNeeded": Cause.RESOURCE_UNAVAILABLE,
    "nonStandardReason": Cause.INTERWORKING,
    "replaceWithConferenceInvite": Cause.NORMAL_UNSPECIFIED,
    "genericDataReason": Cause.NORMAL_UNSPECIFIED,
    "neededFeatureNotSupported": Cause.NORMAL_UNSPECIFIED,
    "tunnelledSignallingRejected": Cause.INTERWORKING,
    "invalidCID": Cause.NORMAL_UNSPECIFIED,
    "securityError": Cause.CALL_REJECTED,  # table 5 has 31
    "hopCountExceeded": Cause.EXCHANGE_ROUTING_ERROR,
}

_REASONS: dict[Cause, str] = {
    Cause.UNALLOCATED_NUMBER: "unreachableDestination",
    Cause.NO_ROUTE_TO_TRANSIT_NETWORK: "unreachableDestination",
    Cause.NO_ROUTE_TO_DESTINATION: "unreachableDestination",
    Cause.NORMAL_CALL_CLEARING: "destinationRejection",
    Cause.USER_BUSY: "inConf",
    Cause.SUBSCRIBER_ABSENT: "calledPartyNotRegistered",
    Cause.CALL_REJECTED: "destinationRejection",
    Cause.REDIRECTION_TO_NEW_DESTINATION: "facilityCallDeflection",
    Cause.EXCHANGE_ROUTING_ERROR: "hopCountExceeded",
    Cause.INVALID_NUMBER_FORMAT: "badFormatAddress",
    Cause.NO_CIRCUIT_AVAILABLE: "noBandwidth",
    Cause.NETWORK_OUT_OF_ORDER: "unreachableGatekeeper",
    Cause.TEMPORARY_FAILURE: "adaptiveBusy",
    Cause.SWITCHING_EQUIPMENT_CONGESTION: "gatewayResources",
    Cause.RESOURCE_UNAVAILABLE: "gatekeeperResources",
    Cause.INCOMPATIBLE_DESTINATION: "invalidRevision",
    Cause.BEARER_CAPABILITY_NOT_AUTHORIZED: "noPermission",
}

_ADMISSION: dict[str, Cause] = {
    "calledPartyNotRegistered": Cause.SUBSCRIBER_ABSENT,
    "invalidPermission": Cause.BEARER_CAPABILITY_NOT_AUTHORIZED,
    "requestDenied": Cause.TEMPORARY_FAILURE,
    "callerNotRegistered": Cause.CALL_REJECTED,
    "invalidEndpointIdentifier": Cause.TEMPORARY_FAILURE,
    "resourceUnavailable": Cause.RESOURCE_UNAVAILABLE,
    "securityDenial": Cause.CALL_REJECTED,
    "qosControlNotSupported": Cause.SERVICE_NOT_IMPLEMENTED,
    "incompleteAddress": Cause.INVALID_NUMBER_FORMAT,
    "aliasesInconsistent": Cause.UNALLOCATED_NUMBER,
    "routeCallToSCN": Cause.REDIRECTION_TO_NEW_DESTINATION,
    "exceedsCallCapacity": Cause.USER_BUSY,
    "noRouteToDestination": Cause.NO_ROUTE_TO_DESTINATION,
    "unallocatedNumber": Cause.UNALLOCATED_NUMBER,
    "collectDestination": Cause.INVALID_NUMBER_FORMAT,
    "collectPIN": Cause.INVALID_NUMBER_FORMAT,
    "neededFeatureNotSupported": Cause.SERVICE_NOT_IMPLEMENTED,
}


def causeOfReason(reason: str) -> Cause:
    """
    The cause that a reason stands for; C{NORMAL_UNSPECIFIED} for one that we do not know.

    @param reason: the name of a C{ReleaseCompleteReason} alternative.
    """
    return _CAUSES.get(reason, Cause.NORMAL_UNSPECIFIED)


def reasonOfCause(cause: Cause) -> str:
    """
    The reason to send beside a cause; C{undefinedReason} where the table has none.
    """
    return _REASONS.get(cause, "undefinedReason")


def causeToSend(cause: Cause) -> Cause:
    """
    The cause that a peer is told.  To call somebody else because a Facility asked for it is
    normal clearing, of which the reason alone says more.
    """
    if cause is Cause.REDIRECTION_TO_NEW_DESTINATION:
        return _CAUSES["facilityCallDeflection"]
    return cause


def believed(cause: Cause | None, reason: str | None) -> Cause:
    """
    What a ReleaseComplete means.

    @param cause: of its cause element, if it has one that can be read.
    @param reason: of its body, if there is one.
    """
    if cause is not None:
        return cause
    return Cause.NORMAL_CALL_CLEARING if reason is None else causeOfReason(reason)


def causeOfAdmissionReject(reason: str) -> Cause:
    """
    What a gatekeeper's refusal means for the call.

    @param reason: the name of an C{AdmissionRejectReason} alternative.
    """
    return _ADMISSION.get(reason, Cause.NORMAL_UNSPECIFIED)


def unreached(reason: str) -> Cause:
    """
    Why a call ends whose connection was not made, or was lost.

    @param reason: as L{h323d.call.transport.IStreamUser.streamClosed} has it.
    """
    if reason == NO_LOCAL_PORT:
        return Cause.RESOURCE_UNAVAILABLE
    return Cause.DESTINATION_OUT_OF_ORDER
