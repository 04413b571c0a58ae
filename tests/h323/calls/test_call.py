"""
The H.225.0 call machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d import tracing
from h323d.h323.calls import call
from h323d.h323.calls.call import RELEASE_WAIT, newH225Call
from h323d.h323.calls.callinputs import N322, T304, T322, CallNumber, CallTimers, H225Call
from h323d.h323.calls.callphase import PHASES
from h323d.values.cause import Cause
from tests.support.machinetable import Step, Table, behaviourOf

TIMERS = CallTimers(t301=180.0, t303=8.0, t310=120.0)


class Owner:
    """
    Remembers what the machine wants.
    """

    def __init__(self) -> None:
        self.done: list[object] = []
        self.endedByPeer: bool | None = None

    def sendSetup(self) -> None:
        self.done.append("setup")

    def sendCallProceeding(self) -> None:
        self.done.append("callProceeding")

    def sendAlerting(self) -> None:
        self.done.append("alerting")

    def sendProgress(self) -> None:
        self.done.append("progress")

    def sendConnect(self) -> None:
        self.done.append("connect")

    def sendReleaseComplete(self, cause: Cause) -> None:
        self.done.append(("releaseComplete", cause))

    def sendStatus(self, state: CallNumber, cause: Cause) -> None:
        self.done.append(("status", state, cause))

    def sendStatusInquiry(self) -> None:
        self.done.append("statusInquiry")

    def endControl(self) -> None:
        self.done.append("endControl")

    def callProceeding(self) -> None:
        self.done.append("proceeding")

    def callAlerting(self) -> None:
        self.done.append("ringing")

    def callConnected(self) -> None:
        self.done.append("connected")

    def callReleased(self, cause: Cause, byPeer: bool) -> None:
        self.done.append(("released", cause))
        self.endedByPeer = byPeer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def machine(owner: Owner, clock: Clock) -> H225Call:
    return newH225Call(owner, owner, clock, TIMERS)


def state(machine: H225Call) -> str:
    return tracing.stateName(machine)


def _new(owner: Any, clock: Clock) -> H225Call:
    return newH225Call(owner, owner, clock, TIMERS)


BUSY = Cause.USER_BUSY
GIVEN = {
    "release": (BUSY,),
    "hangup": (BUSY,),
    "connectionLost": (BUSY,),
    "releaseCompleteReceived": (BUSY,),
    "notUnderstood": (BUSY,),
}
WAYS: dict[str, Sequence[Step]] = {
    "callInitiated": ["placeCall"],
    "overlapSending": ["placeCall", "setupAcknowledgeReceived"],
    "outgoingProceeding": ["placeCall", "callProceedingReceived"],
    "callDelivered": ["placeCall", "alertingReceived"],
    "callPresent": ["setupReceived"],
    "incomingProceeding": ["setupReceived", "proceed"],
    "callReceived": ["setupReceived", "alert"],
    "active": ["setupReceived", "answer"],
    "ending": ["setupReceived", "answer", "controlEnded"],
    "clearing": ["setupReceived", "answer", ("hangup", Cause.NORMAL_CALL_CLEARING)],
    "released": [("release", BUSY)],
}


def _questions(state: str, name: str) -> dict[str, str]:
    """
    Status in an established call (Q.931, 5.8.10), and what is not understood (5.8.4 to 5.8.7).

    @param name: of the state, in CallNumber.
    """
    return {
        "inquire": f"{state}: t322Expired in 4 s, sendStatusInquiry",
        "t322Expired": f"{state}: t322Expired in 4 s, sendStatusInquiry",
        "statusInquiryReceived": f"{state}: sendStatus {name} RESPONSE_TO_STATUS_ENQUIRY",
        "notUnderstood": f"{state}: sendStatus {name} USER_BUSY",
    }


def _ends(stop: str = "") -> dict[str, str]:
    """
    The ways in which a call ends before it is answered, or by the peer.

    @param stop: of the timer that runs, if one does.
    """
    expiry = "TEMPORARY_FAILURE"
    return {
        "connectionLost": f"released: {stop}callReleased USER_BUSY True",
        "hangup": f"released: sendReleaseComplete USER_BUSY, {stop}callReleased USER_BUSY False",
        "release": f"released: sendReleaseComplete USER_BUSY, {stop}callReleased USER_BUSY False",
        "releaseCompleteReceived": f"released: {stop}callReleased USER_BUSY True",
        "statusNullReceived": f"released: {stop}callReleased MESSAGE_IN_WRONG_STATE False",
        "statusUnanswered": f"released: sendReleaseComplete {expiry}, {stop}callReleased {expiry} False",
    }


OUTGOING = {
    "connectReceived": "active: stop timerExpired, callConnected",
    "timerExpired": "released: sendReleaseComplete RECOVERY_ON_TIMER_EXPIRY,"
    " callReleased RECOVERY_ON_TIMER_EXPIRY False",
    **_ends("stop timerExpired, "),
}
ALERTED = {"alertingReceived": "callDelivered: timerExpired in 180 s, callAlerting"}  # T301
PROCEEDING = {  # T310
    "callProceedingReceived": "outgoingProceeding: timerExpired in 120 s, callProceeding",
    "progressReceived": "outgoingProceeding: timerExpired in 120 s, callProceeding",
}
INCOMING = {"answer": "active: sendConnect", **_ends()}
RINGING = {"alert": "callReceived: sendAlerting", "earlyMedia": "callReceived: sendAlerting"}

TABLE: Table = {
    "null": {
        "connectionLost": "released: callReleased USER_BUSY True",
        "hangup": "released: callReleased USER_BUSY False",
        "placeCall": "callInitiated: timerExpired in 8 s, sendSetup",  # T303
        "release": "released: callReleased USER_BUSY False",
        "setupReceived": "callPresent",
    },
    "callInitiated": {
        "setupAcknowledgeReceived": "overlapSending: timerExpired in 30 s",  # T304
        **PROCEEDING,
        **ALERTED,
        **OUTGOING,
        **_questions("callInitiated", "CALL_INITIATED"),
    },
    "overlapSending": {
        **PROCEEDING,
        **ALERTED,
        **OUTGOING,
        **_questions("overlapSending", "OVERLAP_SENDING"),
    },
    "outgoingProceeding": {
        "progressReceived": "outgoingProceeding: timerExpired in 180 s",
        **ALERTED,
        **OUTGOING,
        **_questions("outgoingProceeding", "OUTGOING_PROCEEDING"),
    },
    "callDelivered": {**OUTGOING, **_questions("callDelivered", "CALL_DELIVERED")},
    "callPresent": {
        "proceed": "incomingProceeding: sendCallProceeding",
        **RINGING,
        **INCOMING,
        **_questions("callPresent", "CALL_PRESENT"),
    },
    "incomingProceeding": {
        **RINGING,
        **INCOMING,
        **_questions("incomingProceeding", "INCOMING_PROCEEDING"),
    },
    "callReceived": {
        "earlyMedia": "callReceived: sendProgress",
        **INCOMING,
        **_questions("callReceived", "CALL_RECEIVED"),
    },
    "active": {
        "controlEnded": "ending: timerExpired in 0.5 s",
        "timerExpired": "active: t322Expired in 4 s, sendStatusInquiry",
        **_ends(),
        "hangup": "clearing: endControl",
        **_questions("active", "ACTIVE"),
    },
    "ending": {
        "connectionLost": "released: stop timerExpired, callReleased USER_BUSY True",
        "hangup": "released: sendReleaseComplete USER_BUSY, stop timerExpired,"
        " callReleased USER_BUSY False",
        "release": "released: sendReleaseComplete USER_BUSY, stop timerExpired,"
        " callReleased USER_BUSY False",
        "releaseCompleteReceived": "released: stop timerExpired, callReleased USER_BUSY True",
        "statusInquiryReceived": "ending: sendStatus RELEASE_REQUEST RESPONSE_TO_STATUS_ENQUIRY",
        "statusNullReceived": "released: stop timerExpired, callReleased NORMAL_CALL_CLEARING False",
        "timerExpired": "released: sendReleaseComplete NORMAL_CALL_CLEARING,"
        " callReleased NORMAL_CALL_CLEARING False",
    },
    "clearing": {
        "connectionLost": "released: callReleased NORMAL_CALL_CLEARING False",
        "controlEnded": "released: sendReleaseComplete NORMAL_CALL_CLEARING,"
        " callReleased NORMAL_CALL_CLEARING False",
        "release": "released: sendReleaseComplete NORMAL_CALL_CLEARING,"
        " callReleased NORMAL_CALL_CLEARING False",
        "releaseCompleteReceived": "released: callReleased NORMAL_CALL_CLEARING False",
        "statusInquiryReceived": "clearing: sendStatus RELEASE_REQUEST RESPONSE_TO_STATUS_ENQUIRY",
        "statusNullReceived": "released: callReleased NORMAL_CALL_CLEARING False",
    },
}


def test_theTableIsThatOfQ931AsH2250ReducesIt() -> None:
    assert behaviourOf(call.MACHINE, _new, GIVEN, WAYS) == TABLE


def test_everyStateHasItsPhase() -> None:
    assert tracing.states(call.MACHINE) == PHASES.keys()


def test_aCallIsPlacedAndAnswered(machine: H225Call, owner: Owner, clock: Clock) -> None:
    machine.placeCall()
    machine.callProceedingReceived()
    machine.alertingReceived()
    machine.connectReceived()
    assert owner.done == ["setup", "proceeding", "ringing", "connected"]
    assert state(machine) == "active"
    assert clock.getDelayedCalls() == []


def test_aCallIsTakenAndAnswered(machine: H225Call, owner: Owner, clock: Clock) -> None:
    machine.setupReceived()
    machine.proceed()
    machine.alert()
    machine.answer()
    assert owner.done == ["callProceeding", "alerting", "connect"]
    assert state(machine) == "active"
    assert clock.getDelayedCalls() == []


def _initiated(machine: H225Call) -> None:
    machine.placeCall()


def _overlap(machine: H225Call) -> None:
    machine.placeCall()
    machine.setupAcknowledgeReceived()


def _proceeding(machine: H225Call) -> None:
    machine.placeCall()
    machine.callProceedingReceived()


def _progressed(machine: H225Call) -> None:
    _proceeding(machine)
    machine.progressReceived()


def _delivered(machine: H225Call) -> None:
    machine.placeCall()
    machine.alertingReceived()


Reach = Callable[[H225Call], None]


@pytest.mark.parametrize(
    ("reach", "seconds"),
    [
        (_initiated, TIMERS.t303),
        (_overlap, T304),
        (_proceeding, TIMERS.t310),
        (_progressed, TIMERS.t301),
        (_delivered, TIMERS.t301),
    ],
)
def test_eachWaitEndsOnTheSecond(
    machine: H225Call, owner: Owner, clock: Clock, reach: Reach, seconds: float
) -> None:
    reach(machine)
    clock.advance(seconds - 0.001)
    assert state(machine) != "released"
    clock.advance(0.001)
    assert owner.done[-2:] == [
        ("releaseComplete", Cause.RECOVERY_ON_TIMER_EXPIRY),
        ("released", Cause.RECOVERY_ON_TIMER_EXPIRY),
    ]
    assert clock.getDelayedCalls() == []


def _present(machine: H225Call) -> None:
    machine.setupReceived()


def _received(machine: H225Call) -> None:
    machine.setupReceived()
    machine.alert()


def _active(machine: H225Call) -> None:
    machine.setupReceived()
    machine.answer()


@pytest.mark.parametrize("reach", [_initiated, _proceeding, _delivered, _present, _received])
def test_beforeTheAnswerAHangupIsAReleaseComplete(
    machine: H225Call, owner: Owner, clock: Clock, reach: Reach
) -> None:
    reach(machine)
    machine.hangup(Cause.CALL_REJECTED)
    assert owner.done[-2:] == [
        ("releaseComplete", Cause.CALL_REJECTED),
        ("released", Cause.CALL_REJECTED),
    ]
    assert clock.getDelayedCalls() == []


def test_anActiveCallEndsH245First(machine: H225Call, owner: Owner) -> None:
    _active(machine)
    machine.hangup(Cause.NORMAL_CALL_CLEARING)
    assert owner.done[-1] == "endControl"
    machine.hangup(Cause.CALL_REJECTED)
    machine.controlEnded()
    assert owner.done[-2:] == [
        ("releaseComplete", Cause.NORMAL_CALL_CLEARING),
        ("released", Cause.NORMAL_CALL_CLEARING),
    ]


def test_aReleaseWhileClearingEndsTheWait(machine: H225Call, owner: Owner) -> None:
    _active(machine)
    machine.hangup(Cause.NORMAL_CALL_CLEARING)
    machine.releaseCompleteReceived(Cause.CALL_REJECTED)
    assert owner.done[-1] == ("released", Cause.NORMAL_CALL_CLEARING)
    assert owner.done.count("endControl") == 1


def test_anH245EndFromThePeerWaitsForItsRelease(machine: H225Call, owner: Owner) -> None:
    _active(machine)
    machine.controlEnded()
    machine.releaseCompleteReceived(Cause.USER_BUSY)
    assert owner.done == ["connect", ("released", Cause.USER_BUSY)]


def test_anH245EndWithoutAReleaseReleases(machine: H225Call, owner: Owner, clock: Clock) -> None:
    _active(machine)
    machine.controlEnded()
    clock.advance(RELEASE_WAIT)
    assert owner.done[-2:] == [
        ("releaseComplete", Cause.NORMAL_CALL_CLEARING),
        ("released", Cause.NORMAL_CALL_CLEARING),
    ]
    assert clock.getDelayedCalls() == []


@pytest.mark.parametrize("reach", [_initiated, _overlap, _delivered, _present, _received, _active])
def test_thePeersReleaseIsNotAnswered(
    machine: H225Call, owner: Owner, clock: Clock, reach: Reach
) -> None:
    reach(machine)
    before = len(owner.done)
    machine.releaseCompleteReceived(Cause.USER_BUSY)
    assert owner.done[before:] == [("released", Cause.USER_BUSY)]
    assert owner.endedByPeer
    assert clock.getDelayedCalls() == []


def test_aReleasedCallSaysNothingMore(machine: H225Call, owner: Owner) -> None:
    _active(machine)
    machine.release(Cause.NORMAL_CALL_CLEARING)
    count = len(owner.done)
    machine.release(Cause.NORMAL_CALL_CLEARING)
    machine.hangup(Cause.NORMAL_CALL_CLEARING)
    machine.connectionLost(Cause.TEMPORARY_FAILURE)
    machine.statusInquiryReceived()
    machine.answer()
    assert len(owner.done) == count


def test_whoHangsUpHasEndedTheCallWhateverThePeerSaysThen(machine: H225Call, owner: Owner) -> None:
    _active(machine)
    machine.hangup(Cause.NORMAL_CALL_CLEARING)
    machine.releaseCompleteReceived(Cause.USER_BUSY)
    assert owner.done[-1] == ("released", Cause.NORMAL_CALL_CLEARING)
    assert owner.endedByPeer is False


def test_earlyMediaIsToldWithTheRingingOrAfterIt(machine: H225Call, owner: Owner) -> None:
    machine.setupReceived()
    machine.earlyMedia()
    assert state(machine) == "callReceived"
    machine.earlyMedia()
    assert owner.done == ["alerting", "progress"]


def test_aLostConnectionReleases(machine: H225Call, owner: Owner) -> None:
    _delivered(machine)
    machine.connectionLost(Cause.TEMPORARY_FAILURE)
    assert owner.done[-1] == ("released", Cause.TEMPORARY_FAILURE)
    assert owner.endedByPeer


def test_aProceedingAfterAlertingIsIgnored(machine: H225Call, owner: Owner) -> None:
    _delivered(machine)
    machine.callProceedingReceived()
    assert owner.done == ["setup", "ringing"]


@pytest.mark.parametrize(
    ("reach", "number"),
    [
        (_initiated, 1),
        (_overlap, 2),
        (_proceeding, 3),
        (_delivered, 4),
        (_present, 6),
        (_received, 7),
        (_active, 10),
    ],
)
def test_anInquiryIsAnsweredWithTheState(
    machine: H225Call, owner: Owner, reach: Reach, number: int
) -> None:
    reach(machine)
    machine.statusInquiryReceived()
    assert owner.done[-1] == ("status", number, Cause.RESPONSE_TO_STATUS_ENQUIRY)


def test_whatIsNotUnderstoodIsAnsweredWithStatus(machine: H225Call, owner: Owner) -> None:
    _active(machine)
    machine.notUnderstood(Cause.MESSAGE_TYPE_NON_EXISTENT)
    assert owner.done[-1] == ("status", 10, Cause.MESSAGE_TYPE_NON_EXISTENT)


def test_anUnansweredInquiryIsRepeatedAndThenReleases(
    machine: H225Call, owner: Owner, clock: Clock
) -> None:
    _active(machine)
    machine.inquire()
    machine.inquire()
    for _ in range(N322):
        clock.advance(T322)
    assert owner.done.count("statusInquiry") == N322
    assert owner.done[-1] == ("released", Cause.TEMPORARY_FAILURE)
    assert clock.getDelayedCalls() == []


def test_anAnsweredInquiryKeepsTheCall(machine: H225Call, owner: Owner, clock: Clock) -> None:
    _active(machine)
    machine.inquire()
    machine.statusReceived()
    assert clock.getDelayedCalls() == []
    assert state(machine) == "active"


def test_aPeerThatDoesNotKnowTheCallEndsIt(machine: H225Call, owner: Owner) -> None:
    _active(machine)
    machine.statusNullReceived()
    assert owner.done[-1] == ("released", Cause.MESSAGE_IN_WRONG_STATE)


def test_aCallThatNeverBeganIsReleasedInSilence(machine: H225Call, owner: Owner) -> None:
    machine.release(Cause.NO_ROUTE_TO_DESTINATION)
    assert owner.done == [("released", Cause.NO_ROUTE_TO_DESTINATION)]


@pytest.fixture
def watched(owner: Owner, clock: Clock) -> H225Call:
    """
    An active call that is inquired into every minute.
    """
    machine = newH225Call(owner, owner, clock, CallTimers(status=60.0))
    _active(machine)
    return machine


def test_anActiveCallIsInquiredIntoAgainAndAgain(
    watched: H225Call, owner: Owner, clock: Clock
) -> None:
    for _ in range(3):
        clock.advance(60)
        watched.statusReceived()
    assert owner.done.count("statusInquiry") == 3
    assert state(watched) == "active"


def test_anActiveCallThatThePeerForgotIsCleared(
    watched: H225Call, owner: Owner, clock: Clock
) -> None:
    clock.advance(60)
    clock.pump([T322] * N322)
    assert owner.done[-1] == ("released", Cause.TEMPORARY_FAILURE)
    assert clock.getDelayedCalls() == []


def test_whoHangsUpInquiresNoMore(watched: H225Call, owner: Owner, clock: Clock) -> None:
    watched.hangup(Cause.NORMAL_CALL_CLEARING)
    assert clock.getDelayedCalls() == []
    watched.controlEnded()
    assert "statusInquiry" not in owner.done
