"""
The called side of an INVITE session, and the races in it.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.sip.calls.calledsession import MACHINE, CalledSession, newCalledSession
from h323d.values.cause import Cause
from tests.support.machinetable import Table, behaviourOf

NORMAL = Cause.NORMAL_CALL_CLEARING
BUSY = Cause.USER_BUSY


class Owner:
    def __init__(self) -> None:
        self.did: list[str] = []

    def sendProvisional(self, status: int) -> None:
        self.did.append(str(status))

    def sendAcceptance(self) -> None:
        self.did.append("200")

    def sendRefusal(self, status: int, cause: Cause) -> None:
        self.did.append(str(status))

    def sendBye(self, cause: Cause) -> None:
        self.did.append(f"BYE {int(cause)}")

    def established(self) -> None:
        self.did.append("established")

    def released(self, cause: Cause) -> None:
        self.did.append(f"released {int(cause)}")

    def finished(self) -> None:
        self.did.append("finished")

    def closed(self) -> None:
        self.did.append("closed")


def called() -> tuple[Owner, CalledSession]:
    owner = Owner()
    return owner, newCalledSession(owner)


def _session(owner: Any, clock: Clock) -> CalledSession:
    return newCalledSession(owner)


TABLE: Table = {
    "offered": {
        "accept": "accepted: sendAcceptance",
        "bye": "ended: sendRefusal 487 NORMAL_CALL_CLEARING, released NORMAL_CALL_CLEARING, finished",
        "cancel": "ended: sendRefusal 487 NORMAL_CALL_CLEARING, released NORMAL_CALL_CLEARING, finished",
        "close": "ended: closed",
        "hangup": "ended: sendRefusal 480 NO_ANSWER_FROM_USER, released NO_ANSWER_FROM_USER, finished",
        "provide": "offered: sendProvisional 180",
        "refuse": "ended: sendRefusal 486 USER_BUSY, released USER_BUSY, finished",
    },
    "accepted": {
        "ack": "established: established",
        "ackLost": "ended: sendBye RECOVERY_ON_TIMER_EXPIRY, released RECOVERY_ON_TIMER_EXPIRY, finished",
        "bye": "ended: released NORMAL_CALL_CLEARING, finished",
        "close": "ended: closed",
        "hangup": "endingUnacknowledged: released NO_ANSWER_FROM_USER",
    },
    "endingUnacknowledged": {
        "ack": "ended: sendBye USER_BUSY, finished",
        "ackLost": "ended: sendBye USER_BUSY, finished",
        "bye": "ended: finished",
        "close": "ended: closed",
    },
    "established": {
        "ackLost": "ended: sendBye RECOVERY_ON_TIMER_EXPIRY, released RECOVERY_ON_TIMER_EXPIRY, finished",
        "bye": "ended: released NORMAL_CALL_CLEARING, finished",
        "close": "ended: closed",
        "hangup": "ended: sendBye NO_ANSWER_FROM_USER, released NO_ANSWER_FROM_USER, finished",
    },
}


def test_theTable() -> None:
    found = behaviourOf(
        MACHINE,
        _session,
        {
            "provide": (180,),
            "refuse": (BUSY, 486),
            "hangup": (Cause.NO_ANSWER_FROM_USER,),
            "cancel": (NORMAL,),
            "bye": (NORMAL,),
        },
        {
            "accepted": ["accept"],
            "endingUnacknowledged": ["accept", ("hangup", BUSY)],
            "established": ["accept", "ack"],
            "ended": [("cancel", NORMAL)],
        },
    )
    assert found == TABLE


def test_anAcceptedCallIsEstablishedByItsAck() -> None:
    owner, session = called()
    session.provide(180)
    session.accept()
    session.ack()
    session.bye(NORMAL)
    assert owner.did == ["180", "200", "established", "released 16", "finished"]


def test_aCancelBeforeTheAnswerEndsTheCallWith487() -> None:
    owner, session = called()
    session.cancel(NORMAL)
    session.accept()
    assert owner.did == ["487", "released 16", "finished"]


def test_aCancelAfterThe200ChangesNothing() -> None:
    owner, session = called()
    session.accept()
    session.cancel(NORMAL)
    session.ack()
    session.cancel(NORMAL)
    assert owner.did == ["200", "established"]


def test_aHangUpBeforeTheAckIsReportedAtOnceButItsByeWaitsForTheAck() -> None:
    owner, session = called()
    session.accept()
    session.hangup(BUSY)
    assert owner.did == ["200", "released 17"]
    session.ack()
    assert owner.did == ["200", "released 17", "BYE 17", "finished"]


def test_aHangUpWhoseAckNeverComesEndsWithABye() -> None:
    owner, session = called()
    session.accept()
    session.hangup(BUSY)
    session.ackLost()
    assert owner.did == ["200", "released 17", "BYE 17", "finished"]


def test_aLostAckEndsTheCall() -> None:
    owner, session = called()
    session.accept()
    session.ackLost()
    assert owner.did == ["200", "BYE 102", "released 102", "finished"]


def test_aByeThatOvertakesTheAckEndsTheCall() -> None:
    owner, session = called()
    session.accept()
    session.bye(NORMAL)
    session.ack()
    assert owner.did == ["200", "released 16", "finished"]


def test_aHangUpBeforeTheAnswerRefuses() -> None:
    owner, session = called()
    session.hangup(BUSY)
    assert owner.did == ["486", "released 17", "finished"]


def test_twoByesAtOnceReleaseOnce() -> None:
    owner, session = called()
    session.accept()
    session.ack()
    session.hangup(NORMAL)
    session.bye(NORMAL)
    assert owner.did[2:] == ["BYE 16", "released 16", "finished"]
