"""
How a subscription goes.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.sip.events import subscribing
from h323d.sip.events.subscribing import Subscribing, newSubscribing
from tests.support.machinetable import Table, behaviourOf

BEGINS = "expire in 60 s, pauseOver in 5 s, tellAll"
AGAIN = f"resting: {BEGINS}"
STOPS = "stop expire, stop pauseOver, over"

RESTING = {
    "subscribe": AGAIN,
    "unsubscribe": f"ended: tellLast timeout, {STOPS}",
    "expire": "ended: tellLast timeout, stop pauseOver, over",
    "leave": f"ended: tellLast deactivated, {STOPS}",
    "refused": f"ended: {STOPS}",
    "close": f"ended: {STOPS}",
}
TABLE: Table = {
    "ready": {
        "subscribe": f"resting: {BEGINS}",
        "changed": "resting: pauseOver in 5 s, tellNews",
        "unsubscribe": "ended: tellLast timeout, over",
        "expire": "ended: tellLast timeout, over",
        "leave": "ended: tellLast deactivated, over",
        "refused": "ended: over",
        "close": "ended: over",
    },
    "resting": {**RESTING, "changed": "stale", "pauseOver": "ready"},
    "stale": {**RESTING, "pauseOver": "resting: pauseOver in 5 s, tellNews"},
}


def _subscribing(owner: Any, clock: Clock) -> Subscribing:
    return newSubscribing(owner, clock, 5.0)


def test_theTable() -> None:
    found = behaviourOf(
        subscribing.MACHINE,
        _subscribing,
        {"subscribe": (60.0,)},
        {
            "resting": [("subscribe", 60.0)],
            "stale": [("subscribe", 60.0), "changed"],
            "ended": ["close"],
        },
    )
    assert found == TABLE


class Owner:
    """
    Remembers what is told.
    """

    def __init__(self) -> None:
        self.told: list[str] = []

    def tellAll(self) -> None:
        self.told.append("all")

    def tellNews(self) -> None:
        self.told.append("news")

    def tellLast(self, reason: str) -> None:
        self.told.append(f"last {reason}")

    def over(self) -> None:
        self.told.append("over")


def test_whoSubscribesForNoTimeIsToldOnce() -> None:
    owner, clock = Owner(), Clock()
    newSubscribing(owner, clock, 5.0).subscribe(0)
    assert owner.told == ["last timeout", "over"]
    assert clock.getDelayedCalls() == []


def test_whatChangesOftenIsToldSeldom() -> None:
    owner, clock = Owner(), Clock()
    machine = newSubscribing(owner, clock, 5.0)
    machine.subscribe(60.0)
    for _ in range(10):
        machine.changed()
        clock.advance(1.0)
    assert owner.told == ["all", "news", "news"]
    machine.close()
    assert clock.getDelayedCalls() == []
