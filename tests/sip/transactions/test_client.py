"""
The non-INVITE client transaction against RFC 3261, 17.1.2.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.sip.messages.message import SIPResponse
from h323d.sip.transactions.client import MACHINE, NonInviteClient, newClient
from h323d.sip.transactions.timers import Timers
from tests.support.machinetable import Table, behaviourOf
from tests.support.siptransactions import ClientOwner, run

TRYING = SIPResponse(100, "")
OK = SIPResponse(200, "")


def make(reliable: bool = False) -> tuple[Clock, ClientOwner, NonInviteClient]:
    clock = Clock()
    owner = ClientOwner(clock)
    machine = newClient(owner, clock, Timers(), reliable)
    machine.start()
    return clock, owner, machine


def _client(owner: Any, clock: Clock) -> NonInviteClient:
    return newClient(owner, clock, Timers(), reliable=False)


TABLE: Table = {
    "initial": {
        "abandon": "terminated: ended",
        "start": "trying: timerF in 32 s, timerE in 0.5 s, transmit",
        "transportFailed": "terminated: failed, ended",
    },
    "trying": {
        "abandon": "terminated: stop timerE, stop timerF, ended",
        "final": "completed: stop timerE, stop timerF, received, timerK in 5 s",
        "provisional": "proceeding: received",
        "timerE": "trying: timerE in 1 s, transmit",
        "timerF": "terminated: stop timerE, timedOut, ended",
        "transportFailed": "terminated: stop timerE, stop timerF, failed, ended",
    },
    "proceeding": {
        "abandon": "terminated: stop timerE, stop timerF, ended",
        "final": "completed: stop timerE, stop timerF, received, timerK in 5 s",
        "provisional": "proceeding: received",
        "timerE": "proceeding: timerE in 4 s, transmit",
        "timerF": "terminated: stop timerE, timedOut, ended",
        "transportFailed": "terminated: stop timerE, stop timerF, failed, ended",
    },
    "completed": {
        "abandon": "terminated: stop timerK, ended",
        "timerK": "terminated: ended",
    },
}


def test_theTableIsThatOfFigure6() -> None:
    found = behaviourOf(
        MACHINE,
        _client,
        {"provisional": (TRYING,), "final": (OK,)},
        {
            "trying": ["start"],
            "proceeding": ["start", ("provisional", TRYING)],
            "completed": ["start", ("final", OK)],
            "terminated": ["abandon"],
        },
    )
    assert found == TABLE


def test_timerEDoublesUpToT2UntilTimerFGivesUp() -> None:
    clock, owner, _ = make()
    run(clock, 40)
    assert owner.times == [0.0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert owner.said == ["timedOut", "ended"]
    assert clock.getDelayedCalls() == []


def test_afterAProvisionalResponseItIsRepeatedEveryT2() -> None:
    clock, owner, machine = make()
    run(clock, 0.25)
    machine.provisional(TRYING)
    run(clock, 9)
    assert owner.times == [0.0, 0.5, 4.5, 8.5]
    machine.abandon()
    assert clock.getDelayedCalls() == []


def test_theFinalResponseIsReportedOnceAndItsRepetitionsAbsorbedForT4() -> None:
    clock, owner, machine = make()
    machine.final(OK)
    machine.final(OK)
    assert owner.statuses == [200]
    run(clock, 4.875)
    assert owner.said == []
    run(clock, 0.25)
    assert owner.said == ["ended"]
    assert clock.getDelayedCalls() == []


def test_overAReliableTransportItIsSentOnceAndEndsWithTheAnswer() -> None:
    clock, owner, machine = make(reliable=True)
    run(clock, 10)
    machine.final(OK)
    assert owner.times == [0.0]
    assert owner.said == ["ended"]
    assert clock.getDelayedCalls() == []


def test_aDeadTransportIsReported() -> None:
    clock, owner, machine = make()
    machine.transportFailed()
    assert owner.said == ["failed", "ended"]
    assert clock.getDelayedCalls() == []
