"""
The calling side of an INVITE session, and the races in it.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.sip.calls.callingsession import MACHINE, CallingSession, newCallingSession
from h323d.sip.calls.sentinvite import CallTarget, Fork
from h323d.sip.messages.message import SIPResponse
from h323d.values.cause import Cause
from tests.support.machinetable import Table, behaviourOf

RINGING = SIPResponse(180, "")
OK: Any = object()  # a fork, which the machine only hands on
TARGET: Any = object()  # so is whom to call
NORMAL = Cause.NORMAL_CALL_CLEARING
BUSY = Cause.USER_BUSY


class Owner:
    def __init__(self) -> None:
        self.did: list[str] = []

    def sendInvite(self, target: CallTarget) -> None:
        self.did.append("INVITE")

    def sendCancel(self, cause: Cause) -> None:
        self.did.append(f"CANCEL {int(cause)}")

    def sendAck(self, fork: Fork) -> None:
        self.did.append("ACK")

    def sendBye(self, cause: Cause) -> None:
        self.did.append(f"BYE {int(cause)}")

    def declineAcceptance(self, fork: Fork) -> None:
        self.did.append("ACK BYE")

    def repeatedAcceptance(self, fork: Fork) -> None:
        self.did.append("again")

    def progressed(self, response: SIPResponse) -> None:
        self.did.append("progressed")

    def established(self, fork: Fork) -> None:
        self.did.append("established")

    def released(self, cause: Cause) -> None:
        self.did.append(f"released {int(cause)}")

    def finished(self) -> None:
        self.did.append("finished")

    def closed(self) -> None:
        self.did.append("closed")


def calling() -> tuple[Clock, Owner, CallingSession]:
    clock = Clock()
    owner = Owner()
    session = newCallingSession(owner, clock, 180.0, 32.0)
    session.call(TARGET)
    owner.did.clear()
    return clock, owner, session


def _session(owner: Any, clock: Clock) -> CallingSession:
    return newCallingSession(owner, clock, 180.0, 32.0)


TABLE: Table = {
    "idle": {
        "call": "calling: sendInvite",
        "close": "ended: closed",
        "failure": "ended: released USER_BUSY, finished",
        "hangup": "ended: released NORMAL_CALL_CLEARING, finished",
    },
    "calling": {
        "close": "ended: closed",
        "failure": "ended: released USER_BUSY, finished",
        "hangup": "abandoning: released NORMAL_CALL_CLEARING",
        "provisional": "proceeding: ringingTooLong in 180 s, progressed",
        "success": "established: sendAck, established",
    },
    "proceeding": {
        "close": "ended: stop ringingTooLong, closed",
        "failure": "ended: stop ringingTooLong, released USER_BUSY, finished",
        "hangup": "cancelling: stop ringingTooLong, released NORMAL_CALL_CLEARING, cancelLost in 32 s, sendCancel NORMAL_CALL_CLEARING",
        "provisional": "proceeding: progressed",
        "ringingTooLong": "cancelling: released NO_ANSWER_FROM_USER, cancelLost in 32 s, sendCancel NO_ANSWER_FROM_USER",
        "success": "established: stop ringingTooLong, sendAck, established",
    },
    "abandoning": {
        "close": "ended: closed",
        "failure": "ended: finished",
        "provisional": "cancelling: cancelLost in 32 s, sendCancel USER_BUSY",
        "success": "ended: declineAcceptance, finished",
    },
    "cancelling": {
        "cancelLost": "ended: finished",
        "close": "ended: stop cancelLost, closed",
        "failure": "ended: stop cancelLost, finished",
        "success": "ended: stop cancelLost, declineAcceptance, finished",
    },
    "established": {
        "ackLost": "ended: sendBye RECOVERY_ON_TIMER_EXPIRY, released RECOVERY_ON_TIMER_EXPIRY, finished",
        "bye": "ended: released NORMAL_CALL_CLEARING, finished",
        "close": "ended: closed",
        "hangup": "ended: sendBye NORMAL_CALL_CLEARING, released NORMAL_CALL_CLEARING, finished",
        "success": "established: repeatedAcceptance",
    },
    "ended": {
        "success": "ended: repeatedAcceptance",
    },
}


def test_theTable() -> None:
    found = behaviourOf(
        MACHINE,
        _session,
        {
            "call": (TARGET,),
            "hangup": (NORMAL,),
            "bye": (NORMAL,),
            "provisional": (RINGING,),
            "success": (OK,),
            "failure": (BUSY,),
        },
        {
            "calling": [("call", TARGET)],
            "proceeding": [("call", TARGET), ("provisional", RINGING)],
            "abandoning": [("call", TARGET), ("hangup", BUSY)],
            "cancelling": [("call", TARGET), ("provisional", RINGING), ("hangup", BUSY)],
            "established": [("call", TARGET), ("success", OK)],
            "ended": [("hangup", BUSY)],
        },
    )
    assert found == TABLE


def test_aCallOfOursIsAcknowledgedAndEstablished() -> None:
    clock, owner, session = calling()
    session.provisional(RINGING)
    session.success(OK)
    session.success(OK)
    assert owner.did == ["progressed", "ACK", "established", "again"]
    assert clock.getDelayedCalls() == []


def test_aCancelWaitsForAProvisionalResponse() -> None:
    clock, owner, session = calling()
    session.hangup(NORMAL)
    assert owner.did == ["released 16"]
    session.provisional(RINGING)
    assert owner.did == ["released 16", "CANCEL 16"]
    session.failure(Cause.NORMAL_UNSPECIFIED)
    assert owner.did == ["released 16", "CANCEL 16", "finished"]
    assert clock.getDelayedCalls() == []


def test_a200ThatCrossesOurCancelIsAcknowledgedAndEnded() -> None:
    clock, owner, session = calling()
    session.provisional(RINGING)
    session.hangup(NORMAL)
    session.success(OK)
    session.success(OK)
    assert owner.did[1:] == ["released 16", "CANCEL 16", "ACK BYE", "finished", "again"]
    assert clock.getDelayedCalls() == []


def test_aCancelThatNobodyAnswersIsForgottenAfter64T1() -> None:
    clock, owner, session = calling()
    session.provisional(RINGING)
    session.hangup(NORMAL)
    clock.advance(32)
    assert owner.did[-1] == "finished"
    assert clock.getDelayedCalls() == []


def test_aCallThatRingsTooLongIsCancelled() -> None:
    clock, owner, session = calling()
    session.provisional(RINGING)
    clock.advance(180)
    assert owner.did[1:] == ["released 19", "CANCEL 19"]
    session.failure(NORMAL)
    assert clock.getDelayedCalls() == []


def test_aRefusalReleases() -> None:
    clock, owner, session = calling()
    session.failure(BUSY)
    assert owner.did == ["released 17", "finished"]
    assert clock.getDelayedCalls() == []


def test_aSessionThatIsClosedSaysNothingMore() -> None:
    clock, owner, session = calling()
    session.provisional(RINGING)
    session.close()
    session.close()
    session.hangup(NORMAL)
    assert owner.did == ["progressed", "closed"]
    assert clock.getDelayedCalls() == []
