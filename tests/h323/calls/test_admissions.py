"""
The admissions of calls, without calls.
"""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from h323d.errors import RemoteProtocolError
from h323d.h323.calls.admission import AdmissionGrant, AdmissionRequest
from h323d.h323.calls.admissions import Admissions
from h323d.h323.signalling.uuie import CallIdentity
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from tests.support.loggedfailures import LoggedFailures

GRANT = AdmissionGrant()
NORMAL = Cause.NORMAL_CALL_CLEARING


class Gatekeeper:
    def __init__(self) -> None:
        self.answers: list[Deferred[AdmissionGrant]] = []
        self.told: list[AdmissionRequest] = []
        self.disengaged: list[tuple[AdmissionRequest, Cause]] = []

    def concerns(self, request: AdmissionRequest) -> bool:
        return True

    def admit(self, request: AdmissionRequest) -> Deferred[AdmissionGrant]:
        self.answers.append(Deferred())
        return self.answers[-1]

    def answered(self, request: AdmissionRequest) -> None:
        self.told.append(request)

    def disengage(self, request: AdmissionRequest, cause: Cause) -> None:
        self.disengaged.append((request, cause))


class Call:
    def __init__(self, number: int) -> None:
        self.legId, self.callId = LegID(f"l{number}"), CallID(f"c{number}")
        self.request = AdmissionRequest(
            CallIdentity(bytes([number]) * 16, bytes(16)), number, False, (), ()
        )
        self.released = False
        self.begun: list[AdmissionGrant] = []
        self.causes: list[Cause] = []

    def begin(self, legId: LegID, request: AdmissionRequest, grant: AdmissionGrant) -> None:
        assert (legId, request) == (self.legId, self.request)
        self.begun.append(grant)

    def fail(self, cause: Cause) -> None:
        self.causes.append(cause)

    def hangup(self, cause: Cause) -> None:
        self.causes.append(cause)


@pytest.fixture
def gatekeeper() -> Gatekeeper:
    return Gatekeeper()


@pytest.fixture
def admissions(gatekeeper: Gatekeeper) -> Admissions:
    return Admissions(gatekeeper)


def ask(admissions: Admissions, number: int = 1) -> Call:
    call = Call(number)
    admissions.ask(call, call.request, call.begin)
    return call


def test_anAdmittedCallBeginsAndIsDisengagedInTheEndOnce(
    admissions: Admissions, gatekeeper: Gatekeeper
) -> None:
    call = ask(admissions)
    assert call.begun == []
    gatekeeper.answers[0].callback(GRANT)
    assert call.begun == [GRANT]
    for _ in range(2):
        admissions.gone(call.legId, NORMAL)
    assert gatekeeper.disengaged == [(call.request, NORMAL)]


def test_aCallThatIsOverWhenItIsAdmittedDoesNotBegin(
    admissions: Admissions, gatekeeper: Gatekeeper
) -> None:
    call = ask(admissions)
    call.released = True
    gatekeeper.answers[0].callback(GRANT)
    assert call.begun == []
    assert gatekeeper.disengaged == [(call.request, NORMAL)]


def test_aRefusedCallFailsWithTheRefusalsCause(
    admissions: Admissions, gatekeeper: Gatekeeper
) -> None:
    call = ask(admissions)
    gatekeeper.answers[0].errback(RemoteProtocolError(Cause.USER_BUSY, "refused"))
    assert call.causes == [Cause.USER_BUSY]
    admissions.gone(call.legId, NORMAL)
    assert gatekeeper.disengaged == []


def test_anErrorOfOurOwnCostsTheCallAlone(
    admissions: Admissions, gatekeeper: Gatekeeper, loggedFailures: LoggedFailures
) -> None:
    call = ask(admissions)
    gatekeeper.answers[0].errback(ZeroDivisionError())
    assert call.causes == [Cause.TEMPORARY_FAILURE]
    assert len(loggedFailures.take(ZeroDivisionError)) == 1


def test_whatTheGatekeeperTakesBackIsHungUpAndNothingElse(
    admissions: Admissions, gatekeeper: Gatekeeper
) -> None:
    one, other = ask(admissions, 1), ask(admissions, 2)
    for answer in gatekeeper.answers:
        answer.callback(GRANT)
    admissions.withdrawn(one.request)
    assert (one.causes, other.causes) == ([Cause.NORMAL_UNSPECIFIED], [])


def test_theGatekeeperHearsThatAnAdmittedCallIsAnswered(
    admissions: Admissions, gatekeeper: Gatekeeper
) -> None:
    call = Call(1)
    admissions.answered(call.legId)
    assert gatekeeper.told == []
    admissions.ask(call, call.request, call.begin)
    gatekeeper.answers[0].callback(GRANT)
    admissions.answered(call.legId)
    assert gatekeeper.told == [call.request]
