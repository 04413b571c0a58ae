"""
How who is not believed is told.
"""

from __future__ import annotations

import pytest

from h323d.gatekeeper.security.reasons import BY_WHO_KNOWS, SECURITY_ERRORS_SINCE, refusalOf
from h323d.h323.ras.messages import ANSWERS, RASMessage, encodeRAS, reasonOf
from h323d.h323.security.h235 import Fault
from tests.support.ras import arq, brq, drq, grq, irr, lrq, rai, rrq, urq

REQUESTS = [
    grq(3, "10.0.0.2"),
    rrq(3, "10.0.0.2"),
    urq(3, "10.0.0.2"),
    arq(3, "e1"),
    brq(3, "e1", 640),
    drq(3, "e1"),
    lrq(3, "10.0.0.2", ("h323-ID", "anna")),
]


def nameOf(message: RASMessage) -> str:
    return message.name


@pytest.mark.parametrize("request_", REQUESTS, ids=nameOf)
@pytest.mark.parametrize("fault", Fault)
def test_everyFaultHasARejectThatCanBeSent(request_: RASMessage, fault: Fault) -> None:
    reject = refusalOf(request_, fault, "h323d", SECURITY_ERRORS_SINCE)
    assert reject is not None
    assert reject.name == ANSWERS[request_.name][1]
    assert reject.requestSeqNum == 3
    assert encodeRAS(reject)


def test_theReasonIsAsPreciseAsTheVersionAllows() -> None:
    for version, reason in ((SECURITY_ERRORS_SINCE, "securityError"), (3, "securityDenial")):
        reject = refusalOf(rrq(1, "10.0.0.2"), Fault.TIME, "h323d", version)
        assert reject is not None
        assert reasonOf(reject) == reason
    reject = refusalOf(rrq(1, "10.0.0.2"), Fault.TIME, "h323d", SECURITY_ERRORS_SINCE)
    assert reject is not None
    assert reject.fields["rejectReason"] == ("securityError", ("securityWrongSyncTime", None))


@pytest.mark.parametrize("fault", [Fault.ABSENT, Fault.UNKNOWN])
def test_whatIsNoErrorOfTheStandardIsADenial(fault: Fault) -> None:
    reject = refusalOf(rrq(1, "10.0.0.2"), fault, "h323d", SECURITY_ERRORS_SINCE)
    assert reject is not None
    assert reasonOf(reject) == "securityDenial"


@pytest.mark.parametrize("request_", REQUESTS, ids=nameOf)
def test_whoLooksForAGatekeeperIsToldWhichOneRefuses(request_: RASMessage) -> None:
    reject = refusalOf(request_, Fault.UNKNOWN, "h323d", 0)
    assert reject is not None
    looks = request_.name in ("gatekeeperRequest", "registrationRequest")
    assert ("gatekeeperIdentifier" in reject.fields) is looks


def test_anIRRIsAnsweredOnlyWhereAnAnswerIsWanted() -> None:
    message = irr(3, "10.0.0.2", "e1")
    wanted = RASMessage(message.name, {**message.fields, "needResponse": True})
    unwanted = RASMessage(message.name, {**message.fields, "needResponse": False})
    assert refusalOf(unwanted, Fault.UNKNOWN, "h323d", 4) is None
    assert refusalOf(wanted, Fault.UNKNOWN, "h323d", 4) is not None


def test_whatHasNoRejectIsNotAnswered() -> None:
    assert refusalOf(rai(3, "e1", True), Fault.UNKNOWN, "h323d", 4) is None


def test_onlyWhoKnowsThePasswordCanBeWrongInTheseWays() -> None:
    assert {each.name for each in BY_WHO_KNOWS} == {
        "TIME",
        "REPLAY",
        "WRONG_SENDER",
        "WRONG_RECEIVER",
    }
