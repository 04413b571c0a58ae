"""
How a 2xx is repeated.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.sip.calls.acceptance import MACHINE, Acceptance, newAcceptance
from h323d.sip.transactions.timers import Timers
from tests.support.machinetable import Table, behaviourOf


class Owner:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.times: list[float] = []
        self.lost: list[float] = []

    def repeatAcceptance(self) -> None:
        self.times.append(self.clock.seconds())

    def acceptanceLost(self) -> None:
        self.lost.append(self.clock.seconds())


def make() -> tuple[Clock, Owner, Acceptance]:
    clock = Clock()
    owner = Owner(clock)
    return clock, owner, newAcceptance(owner, clock, Timers())


def run(clock: Clock, seconds: float) -> None:
    for _ in range(round(seconds * 8)):
        clock.advance(0.125)


def _acceptance(owner: Any, clock: Clock) -> Acceptance:
    return newAcceptance(owner, clock, Timers())


TABLE: Table = {
    "idle": {
        "accept": "waiting: giveUp in 32 s, repeat in 0.5 s",
    },
    "waiting": {
        "accept": "waiting: stop repeat, giveUp in 32 s, repeat in 0.5 s",
        "ack": "idle: stop repeat, stop giveUp",
        "giveUp": "idle: stop repeat, acceptanceLost",
        "repeat": "waiting: repeat in 1 s, repeatAcceptance",
        "stop": "idle: stop repeat, stop giveUp",
    },
}


def test_theTable() -> None:
    found = behaviourOf(MACHINE, _acceptance, {}, {"waiting": ["accept"]})
    assert found == TABLE


def test_itIsRepeatedAfterT1DoublingToT2UntilItIsGivenUp() -> None:
    clock, owner, acceptance = make()
    acceptance.accept()
    run(clock, 60)
    assert owner.times == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert owner.lost == [32.0]
    assert clock.getDelayedCalls() == []


def test_theAckEndsIt() -> None:
    clock, owner, acceptance = make()
    acceptance.accept()
    run(clock, 1)
    acceptance.ack()
    assert owner.times == [0.5]
    assert clock.getDelayedCalls() == []


def test_anotherAcceptanceBeginsAnew() -> None:
    clock, owner, acceptance = make()
    acceptance.accept()
    run(clock, 1)
    acceptance.accept()
    run(clock, 1)
    assert owner.times == [0.5, 1.5]
    acceptance.stop()
    assert clock.getDelayedCalls() == []
