"""
The calls that a gatekeeper has admitted us to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from h323d.call.applications import CallType
from h323d.call.declaration import Declaration
from h323d.call.ways import Way
from h323d.errors import RemoteProtocolError
from h323d.h323.calls.admission import AdmissionGrant, AdmissionRequest
from h323d.h323.ras.calls import MAX_OTHER_WAYS, ClientCalls
from h323d.h323.ras.clientasking import Answer, OurGatekeeper
from h323d.h323.ras.messages import RASMessage
from h323d.h323.security.guarddata import declarationIn
from h323d.h323.signalling.addresses import aliasesFromParties, transportToValue
from h323d.h323.signalling.uuie import CallIdentity
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause

CALL, CONFERENCE = bytes(range(16)), bytes(range(16, 32))
US, THERE = TransportAddress("10.0.0.2", 1720), TransportAddress("10.0.0.9", 1720)
HERE = OurGatekeeper(TransportAddress("10.0.0.1", 1719), "h323d", "e1")
ELSEWHERE = OurGatekeeper(TransportAddress("10.0.0.5", 1719), None, "old")
ANNA, BERT = (PartyAddress(AddressKind.H323_ID, each) for each in ("anna", "bert"))
REQUEST = AdmissionRequest(CallIdentity(CALL, CONFERENCE), 7, False, (ANNA,), (BERT,))
NAMING = {"conferenceID": CONFERENCE, "callReferenceValue": 7, "callIdentifier": {"guid": CALL}}


def confirm(**more: Any) -> RASMessage:
    fields = {
        "bandWidth": 640,
        "callModel": ("direct", None),
        "destCallSignalAddress": transportToValue(THERE),
    }
    return RASMessage("admissionConfirm", fields | more)


class Endpoint:
    """
    Who is registered, and what it asks and tells.
    """

    def __init__(self, here: OurGatekeeper | None = HERE, preGranted: Any = None) -> None:
        self.here = here
        self.signalling = US
        self.preGranted = preGranted or {}
        self.clock = Clock()
        self.clock.advance(1_700_000_000.0)
        self.asked: list[tuple[str, dict[str, Any], OurGatekeeper | None]] = []
        self.reports: list[tuple[Any, OurGatekeeper]] = []
        self.unknown: list[str] = []
        self.calls = ClientCalls(self, self.clock)
        self._waiting: list[Deferred[Answer]] = []

    def askAboutCall(
        self, name: str, fields: dict[str, Any], gatekeeper: OurGatekeeper | None = None
    ) -> Deferred[Answer]:
        self.asked.append((name, fields, gatekeeper))
        answer: Deferred[Answer] = Deferred()
        self._waiting.append(answer)
        return answer

    def report(self, perCallInfo: list[Any], gatekeeper: OurGatekeeper) -> None:
        self.reports.append((perCallInfo, gatekeeper))

    def strangers(self, reason: str) -> None:
        self.unknown.append(reason)

    def answer(self, message: RASMessage | None, gatekeeper: OurGatekeeper | None = HERE) -> None:
        self._waiting.pop(0).callback(Answer(message, gatekeeper))

    def admitted(
        self, request: AdmissionRequest = REQUEST, gatekeeper: OurGatekeeper = HERE, **more: Any
    ) -> AdmissionGrant:
        (grant,) = grantsOf(self, request, confirm(**more), gatekeeper)
        assert isinstance(grant, AdmissionGrant)
        self.asked.clear()
        return grant


def grantsOf(
    endpoint: Endpoint,
    request: AdmissionRequest,
    message: RASMessage | None,
    gatekeeper: OurGatekeeper | None = HERE,
) -> list[Any]:
    """
    What comes of a question that is answered so: the grant, or the error.
    """
    found: list[Any] = []
    endpoint.calls.admit(request).addCallbacks(
        found.append, lambda failure: found.append(failure.value)
    )
    endpoint.answer(message, gatekeeper)
    return found


# ARQ.


def test_aCallerAsksForWhomItCalls() -> None:
    endpoint = Endpoint()
    endpoint.calls.admit(REQUEST)
    ((name, fields, _),) = endpoint.asked
    assert name == "admissionRequest"
    assert NAMING.items() <= fields.items()
    assert fields["destinationInfo"] == aliasesFromParties((BERT,))
    assert (fields["answerCall"], fields["bandWidth"]) == (False, 1280)
    assert fields["srcCallSignalAddress"] == transportToValue(US)
    assert "destCallSignalAddress" not in fields


def test_aCallerSaysWhatItDeclaresOfTheCall() -> None:
    endpoint = Endpoint()
    endpoint.calls.admit(replace(REQUEST, declaration=Declaration(CallType.ESCALATE, True)))
    endpoint.calls.admit(REQUEST)
    declaring, plain = (fields for _, fields, _ in endpoint.asked)
    assert declarationIn(declaring) == Declaration(CallType.ESCALATE, True)
    assert "genericData" not in plain


def test_whoAnswersSaysWhereItIsCalled() -> None:
    endpoint = Endpoint()
    endpoint.calls.admit(replace(REQUEST, answerCall=True, source=THERE, called=()))
    ((_, fields, _),) = endpoint.asked
    assert fields["destCallSignalAddress"] == transportToValue(US)
    assert fields["srcCallSignalAddress"] == transportToValue(THERE)
    assert "destinationInfo" not in fields


def test_whoIsNotRegisteredAsksNobody() -> None:
    endpoint = Endpoint(here=None)
    errors: list[Any] = []
    endpoint.calls.admit(REQUEST).addErrback(lambda failure: errors.append(failure.value))
    assert [each.cause for each in errors] == [Cause.CALL_REJECTED]
    assert endpoint.asked == []


def test_aConsentSaysWhereToCallAndByWhichNames() -> None:
    endpoint = Endpoint()
    grant = endpoint.admitted(destinationInfo=aliasesFromParties((ANNA,)))
    assert grant == AdmissionGrant((Way("h323", THERE, (ANNA,)),), None)
    assert endpoint.calls.bandwidth(CALL) == 640


def test_whereTheGatekeeperRoutesOurIdentifierGoesIntoTheSetup() -> None:
    grant = Endpoint().admitted(callModel=("gatekeeperRouted", None))
    assert grant.endpointIdentifier == "e1"


def test_whatTheSetupHasToShowStandsInTheConsent() -> None:
    token = {"tokenOID": (1, 2, 3)}
    assert Endpoint().admitted(tokens=[token]).tokens == (token,)


def test_otherWaysAreTriedInTheOrderOfTheirPriorities() -> None:
    others = [
        {
            "callSignalAddress": [transportToValue(TransportAddress(f"10.0.1.{number}", 1720))],
            "priority": 100 - number,
        }
        for number in range(1, 2 * MAX_OTHER_WAYS)
    ]
    grant = Endpoint().admitted(alternateEndpoints=others)
    hosts = [way.destination.host for way in grant.ways if way.destination is not None]
    assert hosts[:2] == ["10.0.0.9", f"10.0.1.{2 * MAX_OTHER_WAYS - 1}"]
    assert len(hosts) == 1 + MAX_OTHER_WAYS


def test_aSilentGatekeeperAdmitsNothing() -> None:
    endpoint = Endpoint()
    (error,) = grantsOf(endpoint, REQUEST, None)
    assert isinstance(error, RemoteProtocolError)
    assert error.cause is Cause.NETWORK_OUT_OF_ORDER
    assert len(endpoint.calls) == 0


@pytest.mark.parametrize(
    ("reason", "gatekeeper", "unknown"),
    [
        ("calledPartyNotRegistered", HERE, []),
        ("callerNotRegistered", HERE, ["callerNotRegistered"]),
        ("callerNotRegistered", ELSEWHERE, []),
    ],
)
def test_aRefusalMayMeanThatWeAreNotKnownAnyMore(
    reason: str, gatekeeper: OurGatekeeper, unknown: list[str]
) -> None:
    endpoint = Endpoint()
    reject = RASMessage("admissionReject", {"rejectReason": (reason, None)})
    (error,) = grantsOf(endpoint, REQUEST, reject, gatekeeper)
    assert isinstance(error, RemoteProtocolError)
    assert endpoint.unknown == unknown
    assert len(endpoint.calls) == 0


# What was granted beforehand.

MAKE = {"makeCall": True, "useGKCallSignalAddressToMakeCall": False}
ANSWER = {"answerCall": True, "useGKCallSignalAddressToAnswer": False}


@pytest.mark.parametrize(
    ("granted", "request_", "asks"),
    [
        (MAKE, replace(REQUEST, destination=THERE), False),
        (MAKE, REQUEST, True),
        (MAKE, replace(REQUEST, answerCall=True), True),
        (MAKE | {"useGKCallSignalAddressToMakeCall": True}, REQUEST, True),
        (ANSWER, replace(REQUEST, answerCall=True), False),
        (ANSWER, replace(REQUEST, destination=THERE), True),
    ],
)
def test_whatIsGrantedBeforehandIsNotAskedFor(
    granted: dict[str, Any], request_: AdmissionRequest, asks: bool
) -> None:
    endpoint = Endpoint(preGranted=granted)
    found: list[AdmissionGrant] = []
    endpoint.calls.admit(request_).addCallback(found.append)
    assert bool(endpoint.asked) is asks
    assert len(endpoint.calls) == len(found) == (not asks)


# BRQ and DRQ.


@pytest.mark.parametrize(
    ("answer", "bandwidth"),
    [
        (RASMessage("bandwidthConfirm", {"bandWidth": 1500}), 1500),
        (RASMessage("bandwidthReject", {}), 640),
        (None, 640),
    ],
)
def test_moreBandwidthIsHadWhenItIsConfirmed(answer: RASMessage | None, bandwidth: int) -> None:
    endpoint = Endpoint()
    endpoint.admitted(gatekeeper=ELSEWHERE)
    found: list[int] = []
    endpoint.calls.changeBandwidth(REQUEST, 2000).addCallback(found.append)
    fields = NAMING | {"bandWidth": 2000, "answeredCall": False}
    assert endpoint.asked == [("bandwidthRequest", fields, ELSEWHERE)]
    endpoint.answer(answer)
    assert found == [endpoint.calls.bandwidth(CALL)] == [bandwidth]


@pytest.mark.parametrize(
    ("cause", "reason"),
    [(Cause.NORMAL_CALL_CLEARING, "normalDrop"), (Cause.NETWORK_OUT_OF_ORDER, "undefinedReason")],
)
def test_whoAdmittedACallIsToldThatItIsOverOnce(cause: Cause, reason: str) -> None:
    endpoint = Endpoint()
    endpoint.admitted(gatekeeper=ELSEWHERE)
    endpoint.calls.disengage(REQUEST, cause)
    endpoint.calls.disengage(REQUEST, cause)
    fields = NAMING | {"disengageReason": (reason, None), "answeredCall": False}
    assert endpoint.asked == [("disengageRequest", fields, ELSEWHERE)]


def test_whenACallWasAnsweredIsToldToWhoWantsToKnow() -> None:
    wanted = [{"required": {"startTime": None}}]
    told, untold = Endpoint(), Endpoint()
    told.admitted(usageSpec=wanted)
    untold.admitted()
    for endpoint in (told, untold):
        endpoint.calls.answered(REQUEST)
        endpoint.clock.advance(60)
        endpoint.calls.answered(REQUEST)
        endpoint.calls.disengage(REQUEST, Cause.NORMAL_CALL_CLEARING)
    ((_, fields, _),) = told.asked
    usage = fields["usageInformation"]
    assert (usage["connectTime"], usage["endTime"]) == (1_700_000_000, 1_700_000_060)
    assert "usageInformation" not in untold.asked[0][1]


# What the gatekeeper asks and tells.


def test_bothSidesOfACallThatIsDroppedAreGiven() -> None:
    endpoint = Endpoint()
    called = replace(REQUEST, answerCall=True)
    endpoint.admitted()
    endpoint.admitted(called)
    assert endpoint.calls.dropped(CALL) == (REQUEST, called)
    assert endpoint.calls.dropped(CALL) == ()
    assert endpoint.calls.bandwidth(CALL) is None


def test_allCallsOfAGatekeeperOrOneAreDescribed() -> None:
    endpoint = Endpoint()
    other = replace(REQUEST, identity=CallIdentity(CONFERENCE, CONFERENCE), answerCall=True)
    endpoint.admitted()
    endpoint.admitted(other, ELSEWHERE)
    (described,) = endpoint.calls.described(None, HERE)
    assert NAMING.items() <= described.items()
    assert (described["originator"], described["bandWidth"]) == (True, 640)
    (found,) = endpoint.calls.described(CONFERENCE, HERE)
    assert found["originator"] is False
    assert endpoint.calls.described(b"", HERE) == []


def test_aReportIsMadeAsOftenAsItIsWanted() -> None:
    endpoint = Endpoint()
    endpoint.admitted(irrFrequency=30)
    endpoint.clock.pump([30.0, 29.0])
    assert len(endpoint.reports) == 1
    endpoint.clock.advance(1.0)
    ((described,), gatekeeper) = endpoint.reports[-1]
    assert (described["callReferenceValue"], gatekeeper, len(endpoint.reports)) == (7, HERE, 2)
    endpoint.calls.close()
    assert endpoint.clock.getDelayedCalls() == []


# Gatekeepers that come and go.


def test_whatAGatekeeperAdmittedIsForgottenWithIt() -> None:
    endpoint = Endpoint()
    other = replace(REQUEST, identity=CallIdentity(CONFERENCE, CONFERENCE))
    endpoint.admitted(irrFrequency=30)
    endpoint.admitted(other, ELSEWHERE)
    assert endpoint.calls.gatekeeperAt("10.0.0.5") == ELSEWHERE
    assert endpoint.calls.gatekeeperAt("10.0.0.66") is None
    endpoint.calls.forget(HERE)
    assert (endpoint.calls.bandwidth(CALL), endpoint.calls.bandwidth(CONFERENCE)) == (None, 640)
    assert endpoint.clock.getDelayedCalls() == []


def test_anotherTakesOverWhatItAdmitted() -> None:
    endpoint = Endpoint()
    endpoint.admitted(gatekeeper=ELSEWHERE)
    endpoint.calls.moved(ELSEWHERE, HERE)
    assert endpoint.calls.gatekeeperAt("10.0.0.5") is None
    endpoint.calls.disengage(REQUEST, Cause.NORMAL_CALL_CLEARING)
    assert [gatekeeper for _, _, gatekeeper in endpoint.asked] == [HERE]
