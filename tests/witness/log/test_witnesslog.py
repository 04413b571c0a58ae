"""
The witness's log in a running server, in virtual time.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock
from zope.interface.verify import verifyObject

from h323d.events.bus import EventBus, Fact
from h323d.events.server import GatesOpened, WitnessFailed, WitnessRecovered
from h323d.events.witness import IWitnessLog, NotKept
from h323d.witness.log.chain import Entry
from h323d.witness.log.disk import Disk, Written
from h323d.witness.log.pacing import BEHIND, COMPANY, RETRY
from h323d.witness.log.places import FILE_LEVEL, Place
from h323d.witness.log.record import read
from h323d.witness.log.verdict import verify
from h323d.witness.log.witnesslog import MAX_WAITING, WitnessLog
from tests.support.loggedfailures import LoggedFailures
from tests.support.witnesslogs import LEVEL, START, keyOf, linesIn, newDisk, placeOf

FULL = OSError(28, "No space left on device")


class FailingDisk(Disk):
    """
    A disk that is full when it is told to be.

    @ivar writes: how many entries were to be written, each time.
    """

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self.failure: Exception | None = None
        self.writes: list[int] = []

    def write(self, batch: deque[Entry], now: float, isLast: bool = False) -> Written:
        self.writes.append(len(batch))
        if self.failure is not None:
            raise self.failure
        return self._disk.write(batch, now, isLast)

    def close(self) -> None:
        self._disk.close()


class Heads:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def head(self, place: Place, note: str) -> None:
        self.seen.append(note)

    def close(self) -> None: ...


class Kept:
    """
    A log with all that is around it.
    """

    def __init__(self, directory: Path, level: int = LEVEL) -> None:
        self.clock = Clock()
        self.clock.advance(START)
        self.events = EventBus()
        self.facts: list[Fact] = []
        self.events.subscribe(Fact, self.facts.append)
        self.disk = FailingDisk(newDisk(directory, level=level))
        self.heads = Heads()
        self.place = placeOf(directory, level=level)
        self.log = WitnessLog(
            self.disk, "witness", self.clock, random.Random(1), execute, self.events, [self.heads]
        )
        self.clock.advance(BEHIND)

    def happen(self) -> None:
        self.events.publish(GatesOpened(self.clock.seconds()))

    @property
    def kinds(self) -> list[str]:
        return [read(each).msgType for each in linesIn(self.place)]

    def told(self, kind: type[Fact]) -> int:
        return sum(isinstance(each, kind) for each in self.facts)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    made = Kept(tmp_path)
    yield made
    made.disk.failure = None
    made.log.close()
    assert made.clock.getDelayedCalls() == []


def state(waiting: Deferred[None]) -> str:
    """
    What a Deferred has come to.
    """
    found: list[str] = []
    waiting.addCallbacks(lambda _: found.append("kept"), lambda f: found.append(f.type.__name__))
    return found[0] if found else "waiting"


def test_itIsAWitnessLog(kept: Kept) -> None:
    assert verifyObject(IWitnessLog, kept.log)


def test_theFirstRecordsSayThatALogBeginsAndAServerStarts(kept: Kept) -> None:
    assert kept.kinds == ["log_begun", "server_started"]


def test_factsAreOnTheDiskAFifthOfASecondLater(kept: Kept) -> None:
    kept.happen()
    kept.happen()
    kept.clock.advance(BEHIND - 0.001)
    assert len(kept.kinds) == 2
    kept.clock.advance(0.002)
    assert kept.kinds[2:] == ["gates_opened", "gates_opened"]


def test_whoWaitsForThatWaitsAHundredthOfASecondForCompany(kept: Kept) -> None:
    kept.happen()
    one = kept.log.durable()
    kept.happen()
    other = kept.log.durable()
    assert not one.called
    kept.clock.advance(COMPANY)
    assert (state(one), state(other)) == ("kept", "kept")
    assert kept.disk.writes[1:] == [2]


def test_whereAllIsOnTheDiskNobodyWaits(kept: Kept) -> None:
    assert state(kept.log.durable()) == "kept"


def test_aHeadComesWithinTenSeconds(kept: Kept) -> None:
    before = len(kept.heads.seen)
    kept.happen()
    kept.clock.advance(BEHIND)
    assert kept.log.figures()["covered"] == 2
    kept.clock.advance(10.0)
    assert kept.log.figures()["covered"] == 3
    assert len(kept.heads.seen) == before + 1
    kept.clock.advance(60.0)
    assert len(kept.heads.seen) == before + 1  # as there is nothing new


def test_howOldTheNewestHeadIsWhereItDoesNotCoverAll(kept: Kept) -> None:
    assert kept.log.figures()["headAge"] == 0
    kept.disk.failure = FULL
    kept.happen()
    kept.clock.advance(60.0)
    assert int(kept.log.figures()["headAge"]) >= 60
    kept.disk.failure = None
    kept.clock.advance(60.0)
    assert kept.log.figures()["headAge"] == 0


def test_whoWaitsIsToldThatTheDiskIsFull(kept: Kept) -> None:
    kept.disk.failure = FULL
    kept.happen()
    waiting = kept.log.durable()
    kept.clock.advance(COMPANY)
    assert state(waiting) == "NotKept"
    assert state(kept.log.durable()) == "NotKept"
    assert not kept.log.isWritable
    assert kept.log.figures()["state"] == "cannot be written"
    assert kept.told(WitnessFailed) == 1
    kept.clock.advance(RETRY)
    assert kept.told(WitnessFailed) == 1


def test_whatWaitedIsWrittenOnceTheDiskTakesIt(kept: Kept) -> None:
    kept.disk.failure = FULL
    kept.happen()
    kept.clock.advance(BEHIND)
    kept.happen()
    kept.disk.failure = None
    kept.clock.advance(RETRY)
    kept.clock.advance(BEHIND)
    assert kept.log.isWritable
    assert kept.told(WitnessRecovered) == 1
    assert kept.kinds[2:] == [
        "gates_opened", "witness_failed", "gates_opened", "witness_recovered",
    ]  # fmt: skip
    assert verify(kept.place, keyOf(kept.place)).faults == ()


def test_tooManyThatWaitForADiskThatFailsAreLostAndCounted(tmp_path: Path) -> None:
    kept = Kept(tmp_path, FILE_LEVEL)
    kept.disk.failure = FULL
    for _ in range(MAX_WAITING + 3):
        kept.happen()
    assert kept.log.figures()["lost"] == 3
    kept.clock.advance(BEHIND)
    kept.disk.failure = None
    kept.clock.advance(RETRY)
    (recovered,) = (each for each in kept.facts if isinstance(each, WitnessRecovered))
    assert recovered.lost == 4  # with that of the failure
    kept.log.close()


def test_atTheEndAllIsWrittenAndCovered(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.happen()
    done = kept.log.close()
    assert done.called
    assert kept.kinds[2:] == ["gates_opened", "server_stopped"]
    assert kept.heads.seen[-1].split("\n")[1] == "4"
    assert kept.clock.getDelayedCalls() == []
    kept.happen()
    assert len(kept.kinds) == 4


def test_aFaultOfOursIsLoggedAndTheLogIsTriedAgain(
    kept: Kept, loggedFailures: LoggedFailures
) -> None:
    kept.disk.failure = ZeroDivisionError()
    kept.happen()
    waiting = kept.log.durable()
    kept.clock.advance(COMPANY)
    assert state(waiting) == "NotKept"
    assert loggedFailures.take(ZeroDivisionError)


def test_whoWaitsFailsWithItsOwnError() -> None:
    assert str(NotKept("the disk is full")) == "the disk is full"
