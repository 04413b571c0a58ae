"""
The INVITE client transaction against RFC 3261, 17.1.1, and RFC 6026.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.sip.messages.message import SIPResponse
from h323d.sip.transactions.inviteclient import MACHINE, InviteClient, newInviteClient
from h323d.sip.transactions.timers import Timers
from tests.support.machinetable import Table, behaviourOf
from tests.support.siptransactions import ClientOwner, run

RINGING = SIPResponse(180, "")
OK = SIPResponse(200, "")
BUSY = SIPResponse(486, "")


def make(reliable: bool = False) -> tuple[Clock, ClientOwner, InviteClient]:
    clock = Clock()
    owner = ClientOwner(clock)
    machine = newInviteClient(owner, clock, Timers(), reliable)
    machine.start()
    return clock, owner, machine


def _inviteClient(owner: Any, clock: Clock) -> InviteClient:
    return newInviteClient(owner, clock, Timers(), reliable=False)


TABLE: Table = {
    "initial": {
        "abandon": "terminated: ended",
        "start": "calling: timerB in 32 s, timerA in 0.5 s, transmit",
        "transportFailed": "terminated: failed, ended",
    },
    "calling": {
        "abandon": "terminated: stop timerA, stop timerB, ended",
        "destroy": "forsaken: stop timerA, timerB in 32 s",
        "failure": "completed: stop timerA, stop timerB, acknowledge, received, timerD in 32 s",
        "provisional": "proceeding: stop timerA, stop timerB, received",
        "success": "accepted: stop timerA, stop timerB, timerM in 32 s, received",
        "timerA": "calling: timerA in 1 s, transmit",
        "timerB": "terminated: stop timerA, timedOut, ended",
        "transportFailed": "terminated: stop timerA, stop timerB, failed, ended",
    },
    "proceeding": {
        "abandon": "terminated: ended",
        "destroy": "forsaken: timerB in 32 s",
        "failure": "completed: acknowledge, received, timerD in 32 s",
        "provisional": "proceeding: received",
        "success": "accepted: timerM in 32 s, received",
        "transportFailed": "terminated: failed, ended",
    },
    "forsaken": {
        "abandon": "terminated: stop timerB, ended",
        "failure": "completed: stop timerB, acknowledge, timerD in 32 s",
        "success": "accepted: stop timerB, timerM in 32 s, received",
        "timerB": "terminated: ended",
        "transportFailed": "terminated: stop timerB, ended",
    },
    "accepted": {
        "abandon": "terminated: stop timerM, ended",
        "success": "accepted: received",
        "timerM": "terminated: ended",
    },
    "completed": {
        "abandon": "terminated: stop timerD, ended",
        "failure": "completed: acknowledge",
        "timerD": "terminated: ended",
        "transportFailed": "terminated: stop timerD, ended",
    },
}


def test_theTableIsThatOfFigure5AndRFC6026() -> None:
    found = behaviourOf(
        MACHINE,
        _inviteClient,
        {"provisional": (RINGING,), "success": (OK,), "failure": (BUSY,)},
        {
            "calling": ["start"],
            "proceeding": ["start", ("provisional", RINGING)],
            "forsaken": ["start", "destroy"],
            "accepted": ["start", ("success", OK)],
            "completed": ["start", ("failure", BUSY)],
            "terminated": ["abandon"],
        },
    )
    assert found == TABLE


def test_timerADoublesUntilTimerBGivesUp() -> None:
    clock, owner, _ = make()
    run(clock, 40)
    assert owner.times == [0.0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert owner.said == ["timedOut", "ended"]
    assert clock.getDelayedCalls() == []


def test_overAReliableTransportTheInviteIsSentOnce() -> None:
    clock, owner, _ = make(reliable=True)
    run(clock, 40)
    assert owner.times == [0.0]
    assert owner.said == ["timedOut", "ended"]


def test_aProvisionalResponseEndsRetransmissionAndTheWait() -> None:
    clock, owner, machine = make()
    machine.provisional(RINGING)
    run(clock, 100)
    machine.provisional(RINGING)
    assert owner.times == [0.0]
    assert owner.statuses == [180, 180]
    assert clock.getDelayedCalls() == []


@pytest.mark.parametrize("ringsFirst", [False, True])
def test_aRefusalIsAcknowledgedEachTimeButReportedOnce(ringsFirst: bool) -> None:
    clock, owner, machine = make()
    if ringsFirst:
        machine.provisional(RINGING)
    machine.failure(BUSY)
    machine.failure(BUSY)
    assert owner.acks == 2
    assert owner.statuses[-1:] == [486]
    assert owner.statuses.count(486) == 1
    run(clock, 31.875)
    assert owner.said == []
    run(clock, 0.25)
    assert owner.said == ["ended"]
    assert clock.getDelayedCalls() == []


def test_overAReliableTransportTimerDIsZero() -> None:
    clock, owner, machine = make(reliable=True)
    machine.failure(BUSY)
    assert (owner.acks, owner.said) == (1, ["ended"])
    assert clock.getDelayedCalls() == []


def test_every2xxReachesTheUserUntilTimerM() -> None:
    clock, owner, machine = make()
    machine.success(OK)
    machine.provisional(RINGING)
    machine.failure(BUSY)
    machine.success(OK)
    assert (owner.statuses, owner.acks) == ([200, 200], 0)
    run(clock, 32.125)
    assert owner.said == ["ended"]
    machine.success(OK)
    assert owner.statuses == [200, 200]
    assert clock.getDelayedCalls() == []


def test_aDeadTransportIsReported() -> None:
    clock, owner, machine = make()
    machine.transportFailed()
    assert owner.said == ["failed", "ended"]
    assert clock.getDelayedCalls() == []


def test_aRingingInviteThatNobodyWaitsForIsForgotten() -> None:
    clock, owner, machine = make()
    machine.provisional(RINGING)
    machine.destroy()
    run(clock, 33)
    assert owner.said == ["ended"]
    assert clock.getDelayedCalls() == []


def test_ifItIsAcceptedAllTheSameThatIsHeard() -> None:
    _, owner, machine = make()
    machine.provisional(RINGING)
    machine.destroy()
    machine.success(OK)
    assert owner.statuses[-1] == 200


def test_anAcceptedInviteIsKeptForTheRepetitionsOfIts2xx() -> None:
    _, owner, machine = make()
    machine.success(OK)
    machine.destroy()
    machine.success(OK)
    assert owner.statuses == [200, 200]
