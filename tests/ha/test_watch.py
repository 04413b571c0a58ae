"""
A follower leads when its leader is dead, and never before.
"""

from __future__ import annotations

import signal
from typing import Any, cast

import pytest
from twisted.internet.task import Clock

from h323d.ha.doors import Doors
from h323d.ha.leading import Leading
from h323d.ha.records import HeartbeatRecord
from h323d.ha.turns import Turns
from h323d.ha.watch import MACHINE, Death, Heart, Watch, deathOf, newWatch
from tests.support.machinetable import Step, behaviourOf
from tests.support.outputs import KeptLog, NotedDoors

HEARTBEAT, PATIENCE = 0.1, 0.5  # seconds
TABLE = {
    "watching": {
        "ended": "dying: stop look, kill",
        "gone": "draining: stop look",
        "leave": "left: stop look",
        "silent": "killing: stop look, kill",
    },
    "killing": {"ended": "dying", "gone": "draining", "leave": "left"},
    "dying": {"gone": "leading: lead CRASHED", "leave": "left"},
    "draining": {"ended": "leading: lead CRASHED", "leave": "left"},
}
WAYS: dict[str, tuple[Step, ...]] = {
    "killing": ("silent",),
    "dying": ("ended",),
    "draining": (("gone", -signal.SIGSEGV),),
    "leading": ("ended", ("gone", 0)),
    "left": ("leave",),
}


class Leader:
    """
    @ivar done: what the watch did with it.
    """

    def __init__(self) -> None:
        self.done: list[object] = []

    def kill(self) -> None:
        self.done.append("killed")

    def lead(self, death: Death) -> None:
        self.done.append(death)


def watched() -> tuple[Leader, Clock, Watch]:
    leader, clock = Leader(), Clock()
    return leader, clock, newWatch(leader, clock, PATIENCE)


def test_theTableOfStatesAndInputs() -> None:
    def new(witness: Any, clock: Any) -> Watch:
        return newWatch(witness, clock, PATIENCE)

    assert behaviourOf(MACHINE, new, {"gone": (-signal.SIGSEGV,)}, WAYS) == TABLE


def test_whoSaysSomethingInTimeIsLeftAlone() -> None:
    leader, clock, watch = watched()
    for _ in range(20):
        clock.advance(HEARTBEAT)
        watch.heard()
    assert leader.done == []


def test_whoSaysNothingForTooLongIsKilledAndIsNotFollowedByAnybodyBeforeItIsGone() -> None:
    leader, clock, watch = watched()
    clock.advance(HEARTBEAT)
    watch.heard()
    clock.advance(PATIENCE - 0.01)
    assert leader.done == []
    clock.advance(0.02)
    assert leader.done == ["killed"]
    watch.ended()
    assert leader.done == ["killed"]
    watch.gone(-signal.SIGKILL)
    assert leader.done == ["killed", Death.HUNG]
    assert clock.getDelayedCalls() == []


def test_whatItLoggedBeforeItDiedIsTakenFirst() -> None:
    leader, clock, watch = watched()
    watch.gone(-signal.SIGKILL)
    watch.heard()
    assert leader.done == []
    watch.ended()
    assert leader.done == [Death.KILLED]
    assert clock.getDelayedCalls() == []


def test_whoeverHasSleptItselfGivesItsLeaderTimeAnew() -> None:
    leader, clock, _ = watched()
    clock.advance(PATIENCE * 2)  # its timer is late by as much as it was to wait
    assert leader.done == []
    clock.advance(PATIENCE)
    assert leader.done == ["killed"]


def test_whoWatchesNoMoreDoesNotLead() -> None:
    leader, clock, watch = watched()
    watch.leave()
    watch.ended()
    watch.gone(0)
    clock.advance(10)
    assert leader.done == []


@pytest.mark.parametrize(
    ("exitCode", "wasSilent", "death"),
    [
        (-signal.SIGSEGV, False, Death.CRASHED),
        (-signal.SIGABRT, False, Death.CRASHED),
        (-signal.SIGBUS, False, Death.CRASHED),
        (-signal.SIGSEGV, True, Death.CRASHED),
        (1, False, Death.CRASHED),
        (None, False, Death.CRASHED),
        (-signal.SIGKILL, True, Death.HUNG),
        (None, True, Death.HUNG),
        (-signal.SIGKILL, False, Death.KILLED),
        (-signal.SIGTERM, False, Death.KILLED),
        (0, False, Death.HANDED_OVER),
    ],
)
def test_howItDied(exitCode: int | None, wasSilent: bool, death: Death) -> None:
    assert deathOf(exitCode, wasSilent) is death


def test_whoLeadsSaysHowFarItIsWhetherSomethingEntersOrNot() -> None:
    clock, log = Clock(), KeptLog()
    turns = Turns(100.0)
    turns.receive("count", int)
    leading = Leading(turns, cast(Doors, NotedDoors()), log)
    heart = Heart(leading, clock, HEARTBEAT)
    clock.advance(HEARTBEAT)
    leading.enter("count")
    clock.advance(HEARTBEAT)
    beats = [each for each in log.records if isinstance(each, HeartbeatRecord)]
    assert beats == [HeartbeatRecord(0, 100.0), HeartbeatRecord(1, 100.0)]
    heart.stop()
    assert clock.getDelayedCalls() == []
