"""
What a routed call asks of gatekeepers that we are registered with, and when it gives that back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from twisted.internet.defer import Deferred

from h323d.call.applications import CallType
from h323d.call.declaration import Declaration
from h323d.call.ways import Way
from h323d.errors import RemoteProtocolError
from h323d.gatekeeper.routed.admittance import Admittance
from h323d.gatekeeper.routed.ways import Ways
from h323d.gatekeeper.routing.chain import Called, FoundWay, RoutingChain
from h323d.h323.calls.admission import AdmissionGrant, AdmissionRequest
from h323d.h323.signalling.addresses import partyFromText
from h323d.h323.signalling.uuie import CallIdentity
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause
from tests.support.loggedfailures import LoggedFailures
from tests.support.zone import EightDigits

HERE, THERE = TransportAddress("10.0.0.1", 1720), TransportAddress("10.0.0.9", 1720)
CAROLS = TransportAddress("10.0.0.4", 1720)
NAME, OTHER = partyFromText("1001"), partyFromText("49301001")
IDENTITY = CallIdentity(b"c" * 16, b"f" * 16)
WORLD = FoundWay("h323", HERE, parent="world")
CAROL = FoundWay("h323", CAROLS)
SENT = AdmissionRequest(IDENTITY, 5, True, (), (NAME,), THERE)
REFUSED = RemoteProtocolError(Cause.CALL_REJECTED, "securityDenial")


@dataclass
class Parents:
    """
    All parents, who answer when they are told to.
    """

    asked: list[tuple[AdmissionRequest, Deferred[AdmissionGrant]]] = field(default_factory=list)
    told: list[tuple[Any, ...]] = field(default_factory=list)

    def concerns(self, request: AdmissionRequest) -> bool:
        return True

    def admit(self, request: AdmissionRequest) -> Deferred[AdmissionGrant]:
        answer: Deferred[AdmissionGrant] = Deferred()
        self.asked.append((request, answer))
        return answer

    def answered(self, request: AdmissionRequest) -> None:
        self.told.append(("answered", request))

    def disengage(self, request: AdmissionRequest, cause: Cause) -> None:
        self.told.append(("disengaged", request, cause))


class Call:
    """
    A call that notes what it is to do.
    """

    identity = IDENTITY
    calling: tuple[PartyAddress, ...] = (partyFromText("4001"),)
    declared = Declaration(CallType.EMERGENCY)

    def __init__(self, *ways: FoundWay, sent: AdmissionRequest | None = None) -> None:
        self.parents = Parents()
        self.done: list[tuple[Any, ...]] = []
        self._ways = Ways(RoutingChain(()), EightDigits(), HERE.__eq__, Called((NAME,)), None)
        self._ways.found(ways)
        self.admittance = Admittance(self, self, self._ways, sent)

    def newReference(self) -> int:
        return 7

    def bandwidthOf(self, call: bytes) -> int:
        return 7680 if call == IDENTITY.callIdentifier else 0

    def letIn(self) -> None:
        self.done.append(("letIn",))

    def refuse(self, cause: Cause, reason: str) -> None:
        self.done.append(("refuse", cause, reason))

    def dial(self, route: FoundWay, reference: int) -> None:
        self.done.append(("dial", route, reference))

    def noWayLeft(self, cause: Cause) -> None:
        self.done.append(("noWayLeft", cause))


def test_aCallThatNobodySentIsLetInAtOnce() -> None:
    call = Call()
    call.admittance.enter()
    assert (call.done, call.parents.asked) == ([("letIn",)], [])


def test_aCallThatWasSentIsLetInByItsSender() -> None:
    call = Call(sent=SENT)
    call.admittance.enter()
    ((request, answer),) = call.parents.asked
    assert (request, call.done) == (SENT, [])
    answer.callback(AdmissionGrant())
    assert call.done == [("letIn",)]
    call.admittance.enter()  # it is forwarded: nobody is asked twice
    assert (len(call.parents.asked), call.done) == (1, [("letIn",)] * 2)


def test_aCallThatItsSenderDoesNotAdmitIsRefused() -> None:
    call = Call(sent=SENT)
    call.admittance.enter()
    call.parents.asked[0][1].errback(REFUSED)
    assert call.done == [("refuse", Cause.CALL_REJECTED, "notAdmitted")]
    call.admittance.end(Cause.CALL_REJECTED)
    assert call.parents.told == []


def test_aWayThatNobodyHasToAdmitIsTried() -> None:
    call = Call(CAROL)
    call.admittance.tryNext(None)
    assert (call.done, call.parents.asked) == ([("dial", CAROL, 7)], [])


def test_aWayToAParentLeadsWhereItSays() -> None:
    call = Call(WORLD)
    call.admittance.tryNext(None)
    ((request, answer),) = call.parents.asked
    assert (request.parent, request.called, request.answerCall) == ("world", (NAME,), False)
    assert (request.bandwidth, request.declaration) == (7680, call.declared)
    grant = AdmissionGrant((Way("h323", THERE, (OTHER,)), Way("h323", CAROLS)), "e1")
    answer.callback(grant)
    first = FoundWay("h323", THERE, (OTHER,), grant=grant)
    assert call.done == [("dial", first, 7)]
    call.admittance.tryNext(Cause.NO_USER_RESPONDING)
    assert call.done[1:] == [("dial", FoundWay("h323", CAROLS, grant=grant), 7)]
    assert call.parents.told == []  # that is the same admission


def test_whatAParentDoesNotAdmitGoesTheNextWay() -> None:
    call = Call(WORLD, CAROL)
    call.admittance.tryNext(None)
    call.parents.asked[0][1].errback(REFUSED)
    assert call.done == [("dial", CAROL, 7)]


def test_withoutAnotherWayTheRefusalIsWhy() -> None:
    call = Call(WORLD)
    call.admittance.tryNext(None)
    call.parents.asked[0][1].errback(REFUSED)
    assert call.done == [("noWayLeft", Cause.CALL_REJECTED)]


def test_aParentThatSendsTheCallBackToUsIsALoop() -> None:
    call = Call(WORLD)
    call.admittance.tryNext(None)
    call.parents.asked[0][1].callback(AdmissionGrant((Way("h323", HERE),)))
    assert call.done == [("noWayLeft", Cause.EXCHANGE_ROUTING_ERROR)]


def test_whoHasAdmittedIsToldOfTheAnswerAndOfTheEnd() -> None:
    call = Call(WORLD, sent=SENT)
    call.admittance.enter()
    call.parents.asked[0][1].callback(AdmissionGrant())
    call.admittance.tryNext(None)
    call.parents.asked[1][1].callback(AdmissionGrant((Way("h323", THERE),)))
    onward = call.parents.asked[1][0]
    call.admittance.answered()
    call.admittance.end(Cause.NORMAL_CALL_CLEARING)
    assert call.parents.told == [
        ("answered", SENT),
        ("answered", onward),
        ("disengaged", SENT, Cause.NORMAL_CALL_CLEARING),
        ("disengaged", onward, Cause.NORMAL_CALL_CLEARING),
    ]
    call.admittance.end(Cause.NORMAL_CALL_CLEARING)
    assert len(call.parents.told) == 4


def test_anAdmissionThatComesTooLateIsGivenBack() -> None:
    call = Call(WORLD)
    call.admittance.tryNext(None)
    call.admittance.end(Cause.NORMAL_CALL_CLEARING)
    ((request, answer),) = call.parents.asked
    answer.callback(AdmissionGrant((Way("h323", THERE),)))
    assert call.done == []
    assert call.parents.told == [("disengaged", request, Cause.NORMAL_CALL_CLEARING)]


def test_aRefusalThatComesTooLateIsOfNoInterest() -> None:
    call = Call(WORLD)
    call.admittance.tryNext(None)
    call.admittance.end(Cause.NORMAL_CALL_CLEARING)
    call.parents.asked[0][1].errback(REFUSED)
    assert (call.done, call.parents.told) == ([], [])


def test_ofTwoParentsTheFirstGetsItsAdmissionBack() -> None:
    call = Call(WORLD, FoundWay("h323", HERE, parent="other"))
    call.admittance.tryNext(None)
    (first, answer), *_ = call.parents.asked
    answer.callback(AdmissionGrant((Way("h323", THERE),)))
    call.admittance.tryNext(Cause.NO_USER_RESPONDING)
    assert [request.parent for request, _ in call.parents.asked] == ["world", "other"]
    assert call.parents.told == [("disengaged", first, Cause.NORMAL_UNSPECIFIED)]


def test_aFaultOfOursIsToldAndRefusesTheWay(loggedFailures: LoggedFailures) -> None:
    call = Call(WORLD)
    call.admittance.tryNext(None)
    call.parents.asked[0][1].errback(ZeroDivisionError())
    assert len(loggedFailures.take(ZeroDivisionError)) == 1
    assert call.done == [("noWayLeft", Cause.TEMPORARY_FAILURE)]
