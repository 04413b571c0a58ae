"""
The non-INVITE server transaction against RFC 3261, 17.2.2.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.sip.transactions.server import MACHINE, NonInviteServer, newServer
from h323d.sip.transactions.timers import Timers
from tests.support.machinetable import Table, behaviourOf


class Owner:
    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.over = 0

    def transmit(self, data: bytes) -> None:
        self.sent.append(data)

    def ended(self) -> None:
        self.over += 1


def make(reliable: bool = False) -> tuple[Clock, Owner, NonInviteServer]:
    clock = Clock()
    owner = Owner()
    return clock, owner, newServer(owner, clock, Timers(), reliable)


def _server(owner: Any, clock: Clock) -> NonInviteServer:
    return newServer(owner, clock, Timers(), reliable=False)


TABLE: Table = {
    "trying": {
        "abandon": "terminated: ended",
        "final": "completed: transmit 200, timerJ in 32 s",
        "provisional": "proceeding: transmit 183",
        "transportFailed": "terminated: ended",
    },
    "proceeding": {
        "abandon": "terminated: ended",
        "final": "completed: transmit 200, timerJ in 32 s",
        "provisional": "proceeding: transmit 183",
        "request": "proceeding: transmit 180",
        "transportFailed": "terminated: ended",
    },
    "completed": {
        "abandon": "terminated: stop timerJ, ended",
        "request": "completed: transmit 404",
        "timerJ": "terminated: ended",
        "transportFailed": "terminated: stop timerJ, ended",
    },
}


def test_theTableIsThatOfFigure8() -> None:
    found = behaviourOf(
        MACHINE,
        _server,
        {"provisional": (b"183",), "final": (b"200",)},
        {
            "proceeding": [("provisional", b"180")],
            "completed": [("final", b"404")],
            "terminated": ["abandon"],
        },
    )
    assert found == TABLE


def test_aRetransmissionBeforeAnyAnswerIsAbsorbed() -> None:
    _, owner, machine = make()
    machine.request()
    assert owner.sent == []


def test_aRetransmissionGetsTheLastAnswer() -> None:
    _, owner, machine = make()
    machine.provisional(b"100")
    machine.request()
    machine.final(b"200")
    machine.request()
    assert owner.sent == [b"100", b"100", b"200", b"200"]


def test_timerJEndsItAfter64T1() -> None:
    clock, owner, machine = make()
    machine.final(b"200")
    clock.advance(31.875)
    assert owner.over == 0
    clock.advance(0.125)
    assert owner.over == 1
    assert clock.getDelayedCalls() == []


def test_overAReliableTransportItEndsWithTheAnswer() -> None:
    clock, owner, machine = make(reliable=True)
    machine.final(b"200")
    assert owner.over == 1
    assert clock.getDelayedCalls() == []


def test_aSecondFinalAnswerIsNotSent() -> None:
    _, owner, machine = make()
    machine.final(b"200")
    machine.final(b"500")
    machine.provisional(b"100")
    assert owner.sent == [b"200"]


def test_aDeadTransportEndsIt() -> None:
    clock, owner, machine = make()
    machine.final(b"200")
    machine.transportFailed()
    assert owner.over == 1
    assert clock.getDelayedCalls() == []
