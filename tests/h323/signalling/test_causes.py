"""
Release reasons and causes.
"""

from __future__ import annotations

import pytest

from h323d.h323.signalling import causes
from h323d.values.cause import Cause


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("noBandwidth", 34),
        ("gatekeeperResources", 47),
        ("unreachableDestination", 3),
        ("destinationRejection", 16),
        ("invalidRevision", 88),
        ("noPermission", 57),
        ("unreachableGatekeeper", 38),
        ("gatewayResources", 42),
        ("badFormatAddress", 28),
        ("adaptiveBusy", 41),
        ("inConf", 17),
        ("undefinedReason", 31),
        ("facilityCallDeflection", 16),
        ("securityDenied", 21),
        ("calledPartyNotRegistered", 20),
        ("callerNotRegistered", 21),
        ("newConnectionNeeded", 47),
        ("nonStandardReason", 127),
        ("hopCountExceeded", 25),
        ("_ext_99", 31),
    ],
)
def test_reasonsAreCauses(reason: str, cause: int) -> None:
    assert causes.causeOfReason(reason) == cause


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (Cause.NO_ROUTE_TO_DESTINATION, "unreachableDestination"),
        (Cause.USER_BUSY, "inConf"),
        (Cause.SUBSCRIBER_ABSENT, "calledPartyNotRegistered"),
        (Cause.INVALID_NUMBER_FORMAT, "badFormatAddress"),
        (Cause.NO_CIRCUIT_AVAILABLE, "noBandwidth"),
        (Cause.NETWORK_OUT_OF_ORDER, "unreachableGatekeeper"),
        (Cause.TEMPORARY_FAILURE, "adaptiveBusy"),
        (Cause.SWITCHING_EQUIPMENT_CONGESTION, "gatewayResources"),
        (Cause.RESOURCE_UNAVAILABLE, "gatekeeperResources"),
        (Cause.INTERWORKING, "undefinedReason"),
        (Cause.PREEMPTION, "undefinedReason"),
    ],
)
def test_causesAreReasons(cause: Cause, reason: str) -> None:
    assert causes.reasonOfCause(cause) == reason


def test_theCauseElementIsBelievedFirst() -> None:
    assert causes.believed(Cause.USER_BUSY, "noBandwidth") is Cause.USER_BUSY
    assert causes.believed(None, "noBandwidth") is Cause.NO_CIRCUIT_AVAILABLE
    assert causes.believed(None, None) is Cause.NORMAL_CALL_CLEARING


def test_aGatekeepersRefusalIsACause() -> None:
    assert causes.causeOfAdmissionReject("calledPartyNotRegistered") is Cause.SUBSCRIBER_ABSENT
    assert causes.causeOfAdmissionReject("_ext_40") is Cause.NORMAL_UNSPECIFIED
