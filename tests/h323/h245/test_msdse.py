"""
Master-slave determination (H.245, C.2).
"""

from __future__ import annotations

import random
from collections import deque
from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.h323.h245 import msdse
from h323d.h323.h245.msdse import N100, T106, MSDRole, decideRole, newMSDSE
from h323d.tracing import stateName
from tests.support.machinetable import Table, behaviourOf
from tests.support.recorder import Recorder


class End:
    """
    One end of a determination; what it sends waits in C{outbox}.
    """

    def __init__(self, clock: Clock, terminalType: int, rng: Any) -> None:
        self.outbox: deque[tuple[Any, ...]] = deque()
        self.outcome: MSDRole | None = None
        self.failed = False
        self.machine = newMSDSE(self, clock, rng, terminalType)

    def sendDetermination(self, terminalType: int, number: int) -> None:
        self.outbox.append(("determination", terminalType, number))

    def sendAck(self, decision: MSDRole) -> None:
        self.outbox.append(("ack", decision))

    def sendReject(self) -> None:
        self.outbox.append(("reject",))

    def sendRelease(self) -> None:
        self.outbox.append(("release",))

    def roleDetermined(self, role: MSDRole) -> None:
        self.outcome = role

    def roleUndetermined(self) -> None:
        self.failed = True


def deliver(source: End, destination: End) -> None:
    name, *arguments = source.outbox.popleft()
    getattr(destination.machine, name)(*arguments)


def exchange(a: End, b: End, rng: random.Random) -> None:
    """
    Deliver everything, whoever's turn the dice say.
    """
    while a.outbox or b.outbox:
        source, destination = (
            (a, b) if (rng.random() < 0.5 and a.outbox) or not b.outbox else (b, a)
        )
        deliver(source, destination)


class Numbers:
    """
    Draws what it is told to.
    """

    def __init__(self, *numbers: int) -> None:
        self._numbers = list(numbers)

    def randrange(self, stop: int) -> int:
        return self._numbers.pop(0)


def _entity(owner: Any, clock: Clock) -> msdse.MSDSE:
    rng: Any = Numbers(1001, 1002)
    return newMSDSE(owner, clock, rng, 60)


TABLE: Table = {
    "idle": {
        "determination": "incomingAwaitingResponse: t106Expired in 30 s, sendAck SLAVE",
        "determine": "outgoingAwaitingResponse: t106Expired in 30 s, sendDetermination 60 1001",
    },
    "outgoingAwaitingResponse": {
        "abandon": "idle: stop t106Expired",
        "ack": "idle: sendAck SLAVE, stop t106Expired, roleDetermined MASTER",
        "determination": "incomingAwaitingResponse: t106Expired in 30 s, sendAck SLAVE",
        "reject": "outgoingAwaitingResponse: t106Expired in 30 s, sendDetermination 60 1002",
        "release": "idle: stop t106Expired, roleUndetermined",
        "t106Expired": "idle: sendRelease, roleUndetermined",
    },
    "incomingAwaitingResponse": {
        "abandon": "idle: stop t106Expired",
        "ack": "idle: stop t106Expired, roleDetermined MASTER",
        "refused": "idle: stop t106Expired",
        "reject": "idle: stop t106Expired, roleUndetermined",
        "release": "idle: stop t106Expired, roleUndetermined",
        "t106Expired": "idle: roleUndetermined",
        "undecided": "outgoingAwaitingResponse: t106Expired in 30 s, sendDetermination 60 1002",
    },
}


def test_theTableIsThatOfC2() -> None:
    found = behaviourOf(
        msdse.MACHINE,
        _entity,
        {"determination": (50, 7), "ack": (MSDRole.MASTER,)},
        {
            "outgoingAwaitingResponse": ["determine"],
            "incomingAwaitingResponse": [("determination", 50, 7)],
        },
    )
    assert found == TABLE


@pytest.mark.parametrize(
    ("ours", "theirs", "role"),
    [
        ((60, 0), (50, 5), MSDRole.MASTER),
        ((50, 5), (60, 0), MSDRole.SLAVE),
        ((50, 1), (50, 2), MSDRole.MASTER),
        ((50, 2), (50, 1), MSDRole.SLAVE),
        ((50, 0xFFFFFF), (50, 0), MSDRole.MASTER),
        ((50, 7), (50, 7), MSDRole.INDETERMINATE),
        ((50, 0), (50, 0x800000), MSDRole.INDETERMINATE),
    ],
)
def test_theLargerTypeWinsThenTheNumbers(
    ours: tuple[int, int], theirs: tuple[int, int], role: MSDRole
) -> None:
    assert decideRole(*ours, *theirs) is role


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("types", [(50, 50), (50, 180), (180, 50)])
@pytest.mark.parametrize("starters", ["both", "first", "second"])
def test_bothEndsAgreeWhoeverIsFaster(seed: int, types: tuple[int, int], starters: str) -> None:
    clock, rng = Clock(), random.Random(seed)
    a = End(clock, types[0], random.Random(seed + 1))
    b = End(clock, types[1], random.Random(seed + 2))
    if starters in ("both", "first"):
        a.machine.determine()
    if starters in ("both", "second"):
        b.machine.determine()
    exchange(a, b, rng)
    assert {a.outcome, b.outcome} == {MSDRole.MASTER, MSDRole.SLAVE}
    assert clock.getDelayedCalls() == []


def test_silenceIsGivenUpAfterT106() -> None:
    clock, owner = Clock(), Recorder()
    machine = newMSDSE(owner, clock, random.Random(1), 60)
    machine.determine()
    clock.advance(T106 - 0.001)
    assert [call[0] for call in owner.take()] == ["sendDetermination"]
    clock.advance(0.001)
    assert owner.take() == [("sendRelease",), ("roleUndetermined",)]
    assert clock.getDelayedCalls() == []


def test_identicalNumbersAreTriedN100Times() -> None:
    clock, owner = Clock(), Recorder()
    machine = newMSDSE(owner, clock, random.Random(1), 60)
    machine.determine()
    for _ in range(N100):
        machine.reject()
    names = [call[0] for call in owner.take()]
    assert names == ["sendDetermination"] * N100 + ["sendRelease", "roleUndetermined"]


def test_aTieWhileAskingAsksAgainWithAnotherNumber() -> None:
    clock, owner = Clock(), Recorder()
    machine = newMSDSE(owner, clock, random.Random(1), 60)
    machine.determine()
    number = owner.take()[0][2]
    machine.determination(60, number)
    [(name, _, again)] = owner.take()
    assert name == "sendDetermination"
    assert again != number
    assert stateName(machine) == "outgoingAwaitingResponse"


def test_endsThatDisagreeHaveNoRole() -> None:
    clock, owner = Clock(), Recorder()
    machine = newMSDSE(owner, clock, random.Random(1), 60)
    machine.determination(50, 0)
    assert owner.take() == [("sendAck", MSDRole.SLAVE)]
    machine.ack(MSDRole.SLAVE)
    assert owner.take() == [("roleUndetermined",)]


@pytest.mark.parametrize("prepare", [[], ["determine"], ["determination"]])
def test_anAbandonedMachineIsSilent(prepare: list[str]) -> None:
    clock, owner = Clock(), Recorder()
    machine = newMSDSE(owner, clock, random.Random(1), 60)
    for name in prepare:
        getattr(machine, name)(*((50, 0) if name == "determination" else ()))
    owner.take()
    machine.abandon()
    clock.advance(T106 * 2)
    assert owner.take() == []
    assert clock.getDelayedCalls() == []
