"""
The life of an INVITE session, and the races in it.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d import tracing
from h323d.sip.message import SIPResponse
from h323d.sip.session import MACHINE, Session, newSession
from h323d.sip.sessionphase import PHASES
from h323d.values.cause import Cause
from tests.support.machinetable import Table, behaviourOf

RINGING = SIPResponse(180, "")
OK = SIPResponse(200, "")
NORMAL = Cause.NORMAL_CALL_CLEARING
BUSY = Cause.USER_BUSY


class Owner:
    def __init__(self) -> None:
        self.did: list[str] = []

    def sendInvite(self) -> None:
        self.did.append("INVITE")

    def sendProvisional(self, status: int) -> None:
        self.did.append(str(status))

    def sendAcceptance(self) -> None:
        self.did.append("200")

    def sendRefusal(self, status: int, cause: Cause) -> None:
        self.did.append(str(status))

    def sendCancel(self, cause: Cause) -> None:
        self.did.append(f"CANCEL {int(cause)}")

    def sendAck(self, response: SIPResponse) -> None:
        self.did.append("ACK")

    def sendBye(self, cause: Cause) -> None:
        self.did.append(f"BYE {int(cause)}")

    def declineAcceptance(self, response: SIPResponse) -> None:
        self.did.append("ACK BYE")

    def repeatedAcceptance(self, response: SIPResponse) -> None:
        self.did.append("again")

    def progressed(self, response: SIPResponse) -> None:
        self.did.append("progressed")

    def established(self) -> None:
        self.did.append("established")

    def released(self, cause: Cause) -> None:
        self.did.append(f"released {int(cause)}")

    def finished(self) -> None:
        self.did.append("finished")

    def closed(self) -> None:
        self.did.append("closed")


def make() -> tuple[Clock, Owner, Session]:
    clock = Clock()
    owner = Owner()
    return clock, owner, newSession(owner, clock, 180.0, 32.0)


def called() -> tuple[Clock, Owner, Session]:
    clock, owner, session = make()
    session.offer()
    return clock, owner, session


def calling() -> tuple[Clock, Owner, Session]:
    clock, owner, session = make()
    session.call()
    owner.did.clear()
    return clock, owner, session


def test_everyStateHasItsPhase() -> None:
    assert tracing.states(MACHINE) == PHASES.keys()


def _session(owner: Any, clock: Clock) -> Session:
    return newSession(owner, clock, 180.0, 32.0)


TABLE: Table = {
    "idle": {
        "call": "calling: sendInvite",
        "close": "ended: closed",
        "failure": "ended: released USER_BUSY, finished",
        "hangup": "ended: released NORMAL_CALL_CLEARING, finished",
        "offer": "offered",
    },
    "offered": {
        "accept": "accepted: sendAcceptance",
        "bye": "ended: sendRefusal 487 NORMAL_CALL_CLEARING, released NORMAL_CALL_CLEARING, finished",
        "cancel": "ended: sendRefusal 487 NORMAL_CALL_CLEARING, released NORMAL_CALL_CLEARING, finished",
        "close": "ended: closed",
        "hangup": "ended: sendRefusal 480 NORMAL_CALL_CLEARING, released NORMAL_CALL_CLEARING, finished",
        "provide": "offered: sendProvisional 180",
        "refuse": "ended: sendRefusal 486 USER_BUSY, released USER_BUSY, finished",
    },
    "accepted": {
        "ack": "established: established",
        "ackLost": "ended: sendBye RECOVERY_ON_TIMER_EXPIRY, released RECOVERY_ON_TIMER_EXPIRY, finished",
        "bye": "ended: released NORMAL_CALL_CLEARING, finished",
        "close": "ended: closed",
        "hangup": "endingUnacknowledged: released NORMAL_CALL_CLEARING",
    },
    "endingUnacknowledged": {
        "ack": "ended: sendBye USER_BUSY, finished",
        "ackLost": "ended: sendBye USER_BUSY, finished",
        "bye": "ended: finished",
        "close": "ended: closed",
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
            "provide": (180,),
            "refuse": (486, BUSY),
            "hangup": (480, NORMAL),
            "cancel": (NORMAL,),
            "bye": (NORMAL,),
            "provisional": (RINGING,),
            "success": (OK,),
            "failure": (BUSY,),
        },
        {
            "offered": ["offer"],
            "accepted": ["offer", "accept"],
            "endingUnacknowledged": ["offer", "accept", ("hangup", 480, BUSY)],
            "calling": ["call"],
            "proceeding": ["call", ("provisional", RINGING)],
            "abandoning": ["call", ("hangup", 480, BUSY)],
            "cancelling": ["call", ("provisional", RINGING), ("hangup", 480, BUSY)],
            "established": ["call", ("success", OK)],
            "ended": ["offer", ("cancel", NORMAL)],
        },
    )
    assert found == TABLE


def test_anAcceptedCallIsEstablishedByItsAck() -> None:
    _, owner, session = called()
    session.provide(180)
    session.accept()
    session.ack()
    session.bye(NORMAL)
    assert owner.did == ["180", "200", "established", "released 16", "finished"]


def test_aCancelBeforeTheAnswerEndsTheCallWith487() -> None:
    _, owner, session = called()
    session.cancel(NORMAL)
    session.accept()
    assert owner.did == ["487", "released 16", "finished"]


def test_aCancelAfterThe200ChangesNothing() -> None:
    _, owner, session = called()
    session.accept()
    session.cancel(NORMAL)
    session.ack()
    session.cancel(NORMAL)
    assert owner.did == ["200", "established"]


def test_aHangUpBeforeTheAckIsReportedAtOnceButItsByeWaitsForTheAck() -> None:
    _, owner, session = called()
    session.accept()
    session.hangup(486, BUSY)
    assert owner.did == ["200", "released 17"]
    session.ack()
    assert owner.did == ["200", "released 17", "BYE 17", "finished"]


def test_aHangUpWhoseAckNeverComesEndsWithABye() -> None:
    _, owner, session = called()
    session.accept()
    session.hangup(486, BUSY)
    session.ackLost()
    assert owner.did == ["200", "released 17", "BYE 17", "finished"]


def test_aLostAckEndsTheCall() -> None:
    _, owner, session = called()
    session.accept()
    session.ackLost()
    assert owner.did == ["200", "BYE 102", "released 102", "finished"]


def test_aByeThatOvertakesTheAckEndsTheCall() -> None:
    _, owner, session = called()
    session.accept()
    session.bye(NORMAL)
    session.ack()
    assert owner.did == ["200", "released 16", "finished"]


def test_aHangUpBeforeTheAnswerRefuses() -> None:
    _, owner, session = called()
    session.hangup(486, BUSY)
    assert owner.did == ["486", "released 17", "finished"]


def test_twoByesAtOnceReleaseOnce() -> None:
    _, owner, session = called()
    session.accept()
    session.ack()
    session.hangup(486, NORMAL)
    session.bye(NORMAL)
    assert owner.did[2:] == ["BYE 16", "released 16", "finished"]


def test_aCallOfOursIsAcknowledgedAndEstablished() -> None:
    clock, owner, session = calling()
    session.provisional(RINGING)
    session.success(OK)
    session.success(OK)
    assert owner.did == ["progressed", "ACK", "established", "again"]
    assert clock.getDelayedCalls() == []


def test_aCancelWaitsForAProvisionalResponse() -> None:
    clock, owner, session = calling()
    session.hangup(0, NORMAL)
    assert owner.did == ["released 16"]
    session.provisional(RINGING)
    assert owner.did == ["released 16", "CANCEL 16"]
    session.failure(Cause.NORMAL_UNSPECIFIED)
    assert owner.did == ["released 16", "CANCEL 16", "finished"]
    assert clock.getDelayedCalls() == []


def test_a200ThatCrossesOurCancelIsAcknowledgedAndEnded() -> None:
    clock, owner, session = calling()
    session.provisional(RINGING)
    session.hangup(0, NORMAL)
    session.success(OK)
    session.success(OK)
    assert owner.did[1:] == ["released 16", "CANCEL 16", "ACK BYE", "finished", "again"]
    assert clock.getDelayedCalls() == []


def test_aCancelThatNobodyAnswersIsForgottenAfter64T1() -> None:
    clock, owner, session = calling()
    session.provisional(RINGING)
    session.hangup(0, NORMAL)
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
    session.hangup(0, NORMAL)
    assert owner.did == ["progressed", "closed"]
    assert clock.getDelayedCalls() == []
