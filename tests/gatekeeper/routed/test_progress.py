"""
How far a routed call has come.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d import tracing
from h323d.gatekeeper.routed import progress
from h323d.gatekeeper.routed.progress import PHASES, Progress, ProgressTimers, newProgress
from h323d.values.cause import Cause
from tests.support.machinetable import Table, behaviourOf

TIMERS = ProgressTimers(8.0, 120.0, 180.0)


@dataclass
class Owner:
    """
    Has a number of ways, and remembers what it is told.
    """

    ways: int = 1
    told: list[str] = field(default_factory=list)
    machine: Progress | None = None

    def locate(self) -> None:
        self.told.append("locate")

    def tryRoute(self, failed: Cause | None) -> None:
        self.told.append("try")
        if self.ways == 0:
            assert self.machine is not None
            self.machine.noneLeft(failed or Cause.NO_ROUTE_TO_DESTINATION)
        self.ways -= 1

    def tellAdmitted(self) -> None:
        self.told.append("admitted")

    def tellAlerting(self) -> None:
        self.told.append("alerting")

    def answered(self) -> None:
        self.told.append("answered")

    def tellRefused(self, cause: Cause, reason: str) -> None:
        self.told.append(f"refused {reason}")

    def tellEnded(self, cause: Cause, by: str) -> None:
        self.told.append(f"ended {cause.name} {by}")

    def clear(self, cause: Cause) -> None:
        self.told.append("clear")


def calling(ways: int = 1) -> tuple[Clock, Owner, Progress]:
    """
    A call whose first way is tried.
    """
    clock, owner = Clock(), Owner(ways)
    machine = owner.machine = newProgress(owner, owner, clock, TIMERS)
    machine.admitted()
    machine.located()
    assert owner.told == ["admitted", "locate", "try"]
    owner.told.clear()
    return clock, owner, machine


def test_aCallWhoseCallerLeftWhileItWasJudgedIsNeverAdmitted() -> None:
    owner = Owner()
    machine = newProgress(owner, owner, Clock(), TIMERS)
    machine.release(Cause.NORMAL_CALL_CLEARING, "calling")
    machine.admitted()
    assert owner.told == ["clear", "ended NORMAL_CALL_CLEARING calling"]


def test_anAnsweredCallHasNoTimer() -> None:
    clock, owner, machine = calling()
    for step in (machine.proceeding, machine.alerting, machine.connected):
        step()
    assert owner.told == ["alerting", "answered"]
    assert clock.getDelayedCalls() == []
    machine.release(Cause.NORMAL_CALL_CLEARING, "calling")
    assert owner.told[2:] == ["clear", "ended NORMAL_CALL_CLEARING calling"]


def test_aWayThatIsSilentIsLeftForTheNext() -> None:
    clock, owner, _ = calling(ways=2)
    clock.advance(TIMERS.setup)
    assert owner.told == ["try"]
    clock.advance(TIMERS.setup)
    assert owner.told == ["try", "try", "clear", "ended NO_USER_RESPONDING called"]
    assert clock.getDelayedCalls() == []


def test_aWayThatAnswersHasMoreTime() -> None:
    clock, owner, machine = calling()
    machine.proceeding()
    clock.advance(TIMERS.proceeding - 1)
    assert owner.told == []
    clock.advance(1)
    assert owner.told[-1] == "ended NO_USER_RESPONDING called"


def test_ringingEndsAtLast() -> None:
    clock, owner, machine = calling(ways=2)
    machine.alerting()
    clock.advance(TIMERS.ringing)
    assert owner.told == ["alerting", "clear", "ended NO_ANSWER_FROM_USER server"]


def test_aWayThatTheCallerHasHeardOfIsLeftForNoOther() -> None:
    clock, owner, machine = calling(ways=2)
    machine.proceeding()
    machine.commit()
    clock.advance(TIMERS.proceeding)
    assert owner.told == ["clear", "ended NO_USER_RESPONDING server"]
    assert clock.getDelayedCalls() == []


def test_everyStateHasAPhase() -> None:
    assert PHASES.keys() == tracing.states(progress.MACHINE)


def test_aCallThatIsForwardedIsLocatedAnew() -> None:
    clock, owner, machine = calling(ways=2)
    machine.redirected()
    assert owner.told == ["locate"]
    assert clock.getDelayedCalls() == []
    machine.located()
    assert owner.told == ["locate", "try"]
    machine.release(Cause.NORMAL_CALL_CLEARING, "calling")


@pytest.mark.parametrize("state", ["admitting", "locating"])
def test_aRefusalIsNoEnd(state: str) -> None:
    clock, owner = Clock(), Owner()
    machine = newProgress(owner, owner, clock, TIMERS)
    if state == "locating":
        machine.admitted()
    assert tracing.stateName(machine) == state
    machine.refuse(Cause.CALL_REJECTED, "no")
    assert owner.told[-2:] == ["refused no", "clear"]
    assert tracing.stateName(machine) == "released"


def _progress(owner: Any, clock: Clock) -> Progress:
    return newProgress(
        owner, owner, clock, ProgressTimers(setup=8.0, proceeding=120.0, ringing=180.0)
    )


TABLE: Table = {
    "admitting": {
        "admitted": "locating: tellAdmitted, locate",
        "refuse": "released: tellRefused USER_BUSY noRoute, clear USER_BUSY",
        "release": "released: clear USER_BUSY, tellEnded USER_BUSY calling",
    },
    "locating": {
        "located": "calling: timerExpired in 8 s, tryRoute",
        "refuse": "released: tellRefused USER_BUSY noRoute, clear USER_BUSY",
        "release": "released: clear USER_BUSY, tellEnded USER_BUSY calling",
    },
    "calling": {
        "alerting": "ringing: tellAlerting, timerExpired in 180 s",
        "commit": "committed",
        "connected": "active: stop timerExpired, answered",
        "noneLeft": "released: stop timerExpired, clear USER_BUSY, tellEnded USER_BUSY called",
        "proceeding": "calling: timerExpired in 120 s",
        "redirected": "locating: stop timerExpired, locate",
        "release": "released: stop timerExpired, clear USER_BUSY, tellEnded USER_BUSY calling",
        "routeFailed": "calling: timerExpired in 8 s, tryRoute USER_BUSY",
        "timerExpired": "calling: timerExpired in 8 s, tryRoute NO_USER_RESPONDING",
    },
    "committed": {
        "alerting": "ringing: tellAlerting, timerExpired in 180 s",
        "connected": "active: stop timerExpired, answered",
        "proceeding": "committed: timerExpired in 120 s",
        "release": "released: stop timerExpired, clear USER_BUSY, tellEnded USER_BUSY calling",
        "routeFailed": "released: stop timerExpired, clear USER_BUSY, tellEnded USER_BUSY called",
        "timerExpired": "released: clear NO_USER_RESPONDING, tellEnded NO_USER_RESPONDING server",
    },
    "ringing": {
        "connected": "active: stop timerExpired, answered",
        "release": "released: stop timerExpired, clear USER_BUSY, tellEnded USER_BUSY calling",
        "routeFailed": "released: stop timerExpired, clear USER_BUSY, tellEnded USER_BUSY called",
        "timerExpired": "released: clear NO_ANSWER_FROM_USER, tellEnded NO_ANSWER_FROM_USER server",
    },
    "active": {
        "release": "released: clear USER_BUSY, tellEnded USER_BUSY calling",
        "routeFailed": "released: clear USER_BUSY, tellEnded USER_BUSY called",
    },
}


def test_theTable() -> None:
    found = behaviourOf(
        progress.MACHINE,
        _progress,
        {
            "refuse": (Cause.USER_BUSY, "noRoute"),
            "routeFailed": (Cause.USER_BUSY,),
            "noneLeft": (Cause.USER_BUSY,),
            "release": (Cause.USER_BUSY, "calling"),
        },
        {
            "locating": ["admitted"],
            "calling": ["admitted", "located"],
            "committed": ["admitted", "located", "commit"],
            "ringing": ["admitted", "located", "alerting"],
            "active": ["admitted", "located", "connected"],
            "released": [("release", Cause.USER_BUSY, "server")],
        },
    )
    assert found == TABLE


def test_nothingHappensAfterTheEnd() -> None:
    _, owner, machine = calling()
    machine.release(Cause.NORMAL_CALL_CLEARING, "server")
    owner.told.clear()
    for name in ("admitted", "located", "proceeding", "alerting", "connected", "redirected"):
        getattr(machine, name)()
    machine.timerExpired()
    machine.routeFailed(Cause.CALL_REJECTED)
    machine.release(Cause.CALL_REJECTED, "server")
    assert owner.told == []
