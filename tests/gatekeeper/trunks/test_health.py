"""
Whether a trunk is up.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from h323d.gatekeeper.trunks import health
from h323d.gatekeeper.trunks.health import TrunkHealth, newTrunkHealth
from h323d.tracing import stateName
from tests.support.machinetable import Table, behaviourOf

TABLE: Table = {
    "not tried yet": {"succeeded": "up", "failed": "failing"},
    "up": {"failed": "failing"},
    "failing": {
        "succeeded": "up",
        "failed": "down: wentDown silence",
        "giveUp": "down: wentDown silence",
    },
    "down": {"trust": "up: cameUp"},
}
"""
After two failures, and two successes.
"""


def _health(owner: Any, clock: Clock) -> TrunkHealth:
    return newTrunkHealth(owner, 2, 2)


def test_theMachineIsThatOfTheTable() -> None:
    reason = ("silence",)
    failed = ("failed", "silence")
    found = behaviourOf(
        health.MACHINE,
        _health,
        {"failed": reason, "giveUp": reason},
        {"up": ["succeeded"], "failing": [failed], "down": [failed, failed]},
    )
    assert found == TABLE


class Owner:
    """
    Writes down what it is told.
    """

    def __init__(self) -> None:
        self.told: list[str] = []

    def wentDown(self, reason: str) -> None:
        self.told.append(reason)

    def cameUp(self) -> None:
        self.told.append("up")


def test_aSuccessAmongFailuresBeginsTheCountAnew() -> None:
    owner = Owner()
    machine = newTrunkHealth(owner, 3, 1)
    for outcome in "ffsffsff":
        machine.succeeded() if outcome == "s" else machine.failed("silence")
    assert owner.told == []
    machine.failed("silence")
    assert owner.told == ["silence"]


def test_aFailureAmongSuccessesDoesSoToo() -> None:
    owner = Owner()
    machine = newTrunkHealth(owner, 1, 3)
    machine.failed("silence")
    for outcome in "ssfssfss":
        machine.succeeded() if outcome == "s" else machine.failed("silence")
    assert (owner.told, stateName(machine)) == (["silence"], "down")
    machine.succeeded()
    assert owner.told == ["silence", "up"]
