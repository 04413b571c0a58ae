"""
A leader has another follow, and minds it.
"""

from __future__ import annotations

from typing import Any, cast

import pytest
from twisted.internet.task import Clock
from zope.interface.verify import verifyObject

from h323d.call.protection import IProtection, ProtectionState
from h323d.events.bus import Fact
from h323d.events.following import Diverged, FollowerJoined, FollowerLost
from h323d.ha.doors import Doors
from h323d.ha.leading import Leading
from h323d.ha.protecting import GRACE, LONGEST, MACHINE, SHORTEST, STEADY, Minding, Protecting
from h323d.ha.records import HeartbeatRecord
from h323d.ha.reports import DivergedReport
from h323d.ha.turns import Turns
from tests.support.machinetable import Step, behaviourOf
from tests.support.outputs import KeptLog, NotedDoors

PATIENCE = 0.5  # seconds
REPORT = DivergedReport(1, "other things leave", ("write 7 3 octets",))
TABLE = {
    "alone": {"due": "joining: begin", "join": "joining: begin", "leave": "ended"},
    "joining": {
        "diverged": "alone: told, drop, told, due in 1 s",
        "failed": "alone: drop, told, due in 1 s",
        "joined": "protected: told, look in 0.5 s",
        "leave": "ended: drop",
        "lost": "alone: drop, told, due in 1 s",
    },
    "protected": {
        "diverged": "alone: told, drop, told, stop look, due in 1 s",
        "handOver": "answering: stop look, ready in 0.1 s",
        "leave": "ended: stop look, drop",
        "lost": "alone: drop, told, stop look, due in 1 s",
        "reported": "protected: look in 0.5 s",
        "silent": "alone: drop, told, stop look, due in 1 s",
    },
    "answering": {
        "diverged": "alone: told, drop, told, stop ready, due in 1 s",
        "leave": "ended: stop ready, drop",
        "lost": "alone: drop, told, stop ready, due in 1 s",
        "ready": "handingOver: look in 0.5 s, end",
        "silent": "alone: drop, told, stop ready, due in 1 s",
    },
    "handingOver": {
        "diverged": "alone: told, drop, told, stop look, due in 1 s",
        "leave": "ended: stop look, drop",
        "lost": "alone: drop, told, stop look, due in 1 s",
        "reported": "handingOver: end",
        "silent": "alone: drop, told, stop look, due in 1 s",
    },
}
WAYS: dict[str, tuple[Step, ...]] = {
    "joining": ("join",),
    "protected": ("join", "joined"),
    "answering": ("join", "joined", "handOver"),
    "handingOver": ("join", "joined", "handOver", "ready"),
    "ended": ("leave",),
}
GIVEN = {"failed": ("no memory",), "lost": ("ended",), "diverged": (REPORT,), "reported": (0,)}


def leader(log: KeptLog) -> Leading:
    turns = Turns(100.0)
    turns.receive("write", Writing(turns).write)
    return Leading(turns, cast(Doors, NotedDoors()), log)


class Writing:
    """
    Something whose turns have an order.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def write(self) -> None:
        self._turns.emit(Doors.write, 7, b"octets")


class House:
    """
    A leader, and what it does about who follows.

    @ivar done: that.
    @ivar facts: what was told.
    """

    def __init__(self) -> None:
        self.done: list[str] = []
        self.facts: list[Fact] = []
        self.clock = Clock()
        self.log = KeptLog()
        self.leading = leader(self.log)
        self.protecting = Protecting(self, self.leading, self.clock, PATIENCE)
        self.minding = self.protecting.minding

    def begin(self) -> None:
        self.done.append("begin")

    def drop(self) -> None:
        self.done.append("drop")

    def end(self) -> None:
        self.done.append("end")

    def told(self, fact: Fact) -> None:
        self.facts.append(fact)

    def follow(self) -> None:
        self.protecting.join()
        self.clock.advance(0.02)
        self.minding.joined()

    @property
    def state(self) -> ProtectionState:
        return self.protecting.standing().state


@pytest.fixture
def house() -> House:
    return House()


def test_theTableOfStatesAndInputs() -> None:
    def new(witness: Any, clock: Any) -> Minding:
        return Protecting(witness, leader(KeptLog()), clock, PATIENCE).minding

    assert behaviourOf(MACHINE, new, GIVEN, WAYS) == TABLE


def test_whoJoinsIsTold(house: House) -> None:
    verifyObject(IProtection, house.protecting)
    states = [house.state]
    house.protecting.join()
    states.append(house.state)
    house.clock.advance(0.02)
    house.minding.joined()
    states.append(house.state)
    assert states == [
        ProtectionState.ALONE,
        ProtectionState.JOINING,
        ProtectionState.PROTECTED,
    ]
    assert house.facts == [FollowerJoined(0.02, 1, 0.02)]


def test_howFarItIsBehindIsKnown(house: House) -> None:
    house.follow()
    for _ in range(3):
        house.leading.enter("write")
    assert house.protecting.standing().lag == 3
    house.minding.reported(2)
    standing = house.protecting.standing()
    assert (standing.turn, standing.lag) == (3, 1)


def test_howLongAgoThatIsWhichItHasNotDoneIsKnown(house: House) -> None:
    house.follow()
    house.leading.enter("write")
    house.minding.reported(1)
    house.leading.enter("write")
    house.clock.advance(0.1)
    house.leading.enter("write")
    house.minding.reported(2)
    house.clock.advance(0.25)
    assert house.protecting.standing().lagSeconds == 0.25
    house.minding.reported(3)
    assert house.protecting.standing().lagSeconds == 0.0


def test_whoNeverCatchesUpIsNoFurtherBehindForThat(house: House) -> None:
    house.follow()
    for turn in range(20):
        house.leading.enter("write")
        house.minding.reported(turn)
        house.clock.advance(0.1)
    assert house.protecting.standing().lag == 1
    assert house.protecting.standing().lagSeconds <= 0.2 + 1e-6


def test_whoReportsInTimeIsKept(house: House) -> None:
    house.follow()
    for _ in range(10):
        house.clock.advance(PATIENCE * 0.9)
        house.minding.reported(0)
    assert house.done == ["begin"]


def test_whoReportsNothingIsDroppedAndAnotherBegins(house: House) -> None:
    house.follow()
    house.leading.enter("write")
    house.clock.advance(PATIENCE)
    assert house.done == ["begin", "drop"]
    assert not house.protecting.standing().isProtected
    assert house.facts[-1] == FollowerLost(0.02 + PATIENCE, "silent", 1)
    house.clock.advance(SHORTEST)
    assert house.done == ["begin", "drop", "begin"]


def test_aLeaderThatHasSleptItselfGivesItsFollowerTimeAnew(house: House) -> None:
    house.follow()
    house.clock.advance(PATIENCE * 2)  # its timer is late by as much as it was to wait
    assert house.done == ["begin"]
    house.clock.advance(PATIENCE)
    assert house.done == ["begin", "drop"]


def test_whoDivergesIsAnAlarmWithWhatBothDid(house: House) -> None:
    house.follow()
    house.leading.enter("write")
    house.minding.diverged(REPORT)
    told = [each for each in house.facts if isinstance(each, Diverged)]
    led = ("write 7 6 octets (beecb3c5)",)
    assert told == [Diverged(0.02, 1, "other things leave", led, REPORT.outputs)]
    assert isinstance(house.facts[-1], FollowerLost)
    assert house.facts[-1].reason == "diverged"


def test_whereNobodyCanBeginThatIsTriedLessAndLessOften(house: House) -> None:
    house.protecting.join()
    waited = []
    for _ in range(8):
        house.minding.failed("no memory")
        (call,) = house.clock.getDelayedCalls()
        waited.append(call.getTime() - house.clock.seconds())
        house.clock.advance(waited[-1])
    assert waited == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 32.0, 32.0]
    assert (waited[0], waited[-1]) == (SHORTEST, LONGEST)


def test_whyNobodyCanBeginIsToldOnceUntilSomebodyHas(house: House) -> None:
    house.protecting.join()
    for reason in ("no memory", "no memory", "no descriptors", "no descriptors"):
        house.minding.failed(reason)
        house.protecting.join()
    house.minding.joined()
    house.minding.lost("ended")
    house.protecting.join()
    house.minding.failed("no descriptors")
    told = [each.reason for each in house.facts if isinstance(each, FollowerLost)]
    assert told == ["no memory", "no descriptors", "ended", "no descriptors"]


def test_whoWasThereForLongIsReplacedSoon(house: House) -> None:
    house.protecting.join()
    for _ in range(4):
        house.minding.failed("no memory")
        house.protecting.join()
    house.minding.joined()
    for _ in range(int(STEADY / PATIENCE) * 2):
        house.clock.advance(PATIENCE / 2)
        house.minding.reported(0)
    house.minding.lost("ended")
    (call,) = house.clock.getDelayedCalls()
    assert call.getTime() - house.clock.seconds() == SHORTEST


def test_anOperatorNeedNotWait(house: House) -> None:
    house.protecting.join()
    house.minding.failed("no memory")
    house.protecting.join()
    assert house.done == ["begin", "drop", "begin"]
    assert house.clock.getDelayedCalls() == []


def test_whoLeadsEndsWhenTheOtherHasDoneAllThatHasHappened(house: House) -> None:
    house.follow()
    house.leading.enter("write")
    house.protecting.switchOver(0)
    assert house.state is ProtectionState.HANDING_OVER
    house.clock.advance(GRACE)
    assert "end" not in house.done
    house.minding.reported(0)
    assert "end" not in house.done
    assert house.log.records[-1] == HeartbeatRecord(1, 100.0)  # it is asked again, at once
    house.minding.reported(1)
    assert house.done == ["begin", "end"]


def test_whoIsUpToDateAlreadyLeadsAsSoonAsTheOperatorHasHisAnswer(house: House) -> None:
    house.follow()
    house.protecting.switchOver(0)
    assert house.done == ["begin"]
    house.clock.advance(GRACE)
    assert house.done == ["begin", "end"]


def test_aSwitchOverOfAnotherEpochIsNotMeant(house: House) -> None:
    house.follow()
    house.protecting.switchOver(1)
    assert house.state is ProtectionState.PROTECTED


def test_whoeverLeavesHasNobodyFollow(house: House) -> None:
    house.follow()
    house.minding.leave()
    assert house.done == ["begin", "drop"]
    assert house.state is ProtectionState.OFF
    assert house.clock.getDelayedCalls() == []
