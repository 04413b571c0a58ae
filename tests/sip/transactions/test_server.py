"""
The non-INVITE server transaction against RFC 3261, 17.2.2.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d import tracing
from h323d.sip.transactions.server import MACHINE, Server, newServer
from h323d.sip.transactions.timers import Timers


class Owner:
    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.over = 0

    def transmit(self, data: bytes) -> None:
        self.sent.append(data)

    def ended(self) -> None:
        self.over += 1


def make(reliable: bool = False) -> tuple[Clock, Owner, Server]:
    clock = Clock()
    owner = Owner()
    return clock, owner, newServer(owner, clock, Timers(), reliable)


def test_everyPairOfStateAndInputIsDeclared() -> None:
    assert [pair for pair, state in tracing.table(MACHINE).items() if state is None] == []


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
