"""
Inquiries into answered calls.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from twisted.internet.task import Clock

from h323d.gatekeeper.routed import standing
from h323d.gatekeeper.routed.standing import Standing, newStanding
from h323d.h323.calls.callinputs import N322, T322
from tests.support.machinetable import Table, behaviourOf

INTERVAL = 60.0


@dataclass
class Owner:
    """
    Remembers what it is told.
    """

    told: list[str] = field(default_factory=list)

    def sendStatusInquiry(self) -> None:
        self.told.append("inquiry")

    def inquiriesUnanswered(self) -> None:
        self.told.append("unanswered")


def begun(interval: float = INTERVAL) -> tuple[Clock, Owner, Standing]:
    clock, owner = Clock(), Owner()
    machine = newStanding(owner, clock, interval)
    machine.begin()
    return clock, owner, machine


def _standing(owner: Any, clock: Clock) -> Standing:
    return newStanding(owner, clock, 60.0)


TABLE: Table = {
    "idle": {
        "begin": "resting: due in 60 s",
        "end": "over",
    },
    "resting": {
        "due": "asking: t322Expired in 4 s, sendStatusInquiry",
        "end": "over: stop due",
    },
    "asking": {
        "answered": "resting: stop t322Expired, due in 60 s",
        "end": "over: stop t322Expired",
        "giveUp": "over: inquiriesUnanswered",
        "t322Expired": "asking: t322Expired in 4 s, sendStatusInquiry",
    },
}


def test_theTable() -> None:
    found = behaviourOf(
        standing.MACHINE,
        _standing,
        {},
        {"resting": ["begin"], "asking": ["begin", "due"], "over": ["end"]},
    )
    assert found == TABLE


def test_aSideIsAskedAfterEachInterval() -> None:
    clock, owner, machine = begun()
    for turn in range(1, 4):
        clock.advance(INTERVAL)
        assert owner.told == ["inquiry"] * turn
        machine.answered()


def test_withoutAnIntervalNobodyIsAsked() -> None:
    clock, owner, machine = begun(0.0)
    assert clock.getDelayedCalls() == []
    machine.end()
    assert owner.told == []


def test_silenceIsAskedAgainAndThenItIsOver() -> None:
    clock, owner, _ = begun()
    clock.advance(INTERVAL)
    clock.pump([T322] * N322)
    assert owner.told == ["inquiry"] * N322 + ["unanswered"]
    assert clock.getDelayedCalls() == []


def test_aLateAnswerCountsFromTheBeginning() -> None:
    clock, owner, machine = begun()
    clock.advance(INTERVAL)
    clock.advance(T322)
    machine.answered()
    clock.advance(INTERVAL)
    clock.pump([T322] * (N322 - 1))
    assert "unanswered" not in owner.told


def test_whatIsOverAsksNobody() -> None:
    clock, owner, machine = begun()
    machine.end()
    machine.begin()
    assert clock.getDelayedCalls() == []
    assert owner.told == []
