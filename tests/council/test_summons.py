"""
The summons of a guardian.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.council.summons import MACHINE, Persistence, newSummons
from tests.support.machinetable import Table, behaviourOf

TABLE: Table = {
    "out": {
        "call": "calling: ring",
        "full": "waiting: queue",
        "appeared": "pausing: retry in 1 s",
        "joined": "present",
        "dismiss": "over",
    },
    "calling": {
        "failed": "pausing: retry in 20 s",  # by way of again
        "again": "pausing: retry in 20 s",
        "last": "out: giveUp busy",
        "crowded": "waiting: queue",
        "joined": "present: hush",
        "dismiss": "over: hush",
    },
    "pausing": {
        "call": "calling: stop retry, ring",
        "retry": "calling: ring",
        "appeared": "pausing: retry in 1 s",
        "full": "waiting: stop retry, queue",
        "joined": "present: stop retry",
        "dismiss": "over: stop retry",
    },
    "waiting": {
        "call": "calling: unqueue, ring",
        "joined": "present: unqueue",
        "dismiss": "over: unqueue",
    },
    "present": {"left": "out", "dismiss": "over"},
}


def summons(owner: Any, clock: Clock) -> Any:
    return newSummons(owner, clock, Persistence(1, 20.0))


def test_theTable() -> None:
    found = behaviourOf(
        MACHINE,
        summons,
        {"failed": ("busy",), "last": ("busy",)},
        {
            "calling": ["call"],
            "pausing": ["call", "again"],
            "waiting": ["full"],
            "present": ["joined"],
            "over": ["dismiss"],
        },
    )
    assert found == TABLE


class Owner:
    """
    Whose calls come to nothing at once.
    """

    def __init__(self, clock: Clock) -> None:
        self.rung = 0
        self.why = ""
        self.summons = newSummons(self, clock, Persistence(2, 20.0))

    def ring(self) -> None:
        self.rung += 1
        self.summons.failed("busy")

    def hush(self) -> None:
        pass

    def queue(self) -> None:
        pass

    def unqueue(self) -> None:
        pass

    def giveUp(self, why: str) -> None:
        self.why = why


def test_whoIsBusyIsCalledSoOftenAgainAndGivenUp() -> None:
    clock = Clock()
    owner = Owner(clock)
    owner.summons.call()
    clock.pump([20.0] * 5)
    assert (owner.rung, owner.why) == (3, "busy")


def test_whoIsCalledOnceMoreIsCalledAsOftenAgain() -> None:
    clock = Clock()
    owner = Owner(clock)
    owner.summons.call()
    clock.pump([20.0] * 5)
    owner.summons.call()
    clock.pump([20.0] * 5)
    assert owner.rung == 6
