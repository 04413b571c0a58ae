"""
Write-behind, in virtual time.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock
from twisted.logger import formatEvent, globalLogPublisher
from twisted.python.failure import Failure

from h323d.keeping import BEHIND, MACHINE, RETRY, Kept, WriteBehind, newWriteBehind
from tests.support.loggedfailures import LoggedFailures
from tests.support.machinetable import Step, Table, Witness, behaviourOf

FULL = OSError(28, "No space left on device")
FAILURE = Failure(FULL)
CANNOT = f"things cannot be kept in the attic at present: {FULL}"
AGAIN = "things are kept in the attic again; 0 are lost"


# The table.


class Told:
    """
    Something kept, which tells a witness; what waits for the disk has its own name.
    """

    def __init__(self, witness: Any) -> None:
        self._witness = witness

    def __getattr__(self, name: str) -> Any:
        return getattr(self._witness, name)

    def load(self) -> None: ...

    def write(self, batch: object) -> None: ...

    def release(self) -> None: ...


def _machine(witness: Witness, clock: Clock) -> WriteBehind:
    def defer(function: Callable[..., Any], *arguments: object) -> Deferred[Any]:
        witness.done.append(f"defer {function.__name__}")
        return Deferred()

    closed: Deferred[None] = Deferred()
    closed.addCallback(lambda _: witness.done.append("fire closed"))
    kept: Any = Told(witness)
    return newWriteBehind(kept, "things", "the attic", clock, defer, closed)


TABLE: Table = {
    "idle": {
        "close": "finishing: last, defer write",
        "load": "loading: defer load",
        "noted": "waiting: due in 1 s",
        "rest": "resting: due in 7 s",
    },
    "loading": {
        "close": "ending",
        "loaded": "idle: loaded, rest, waiting",
        "notLoaded": "unloaded: due in 10 s",
    },
    "unloaded": {
        "close": "ending: stop due, defer load",
        "due": "reloading: defer load",
    },
    "reloading": {
        "close": "ending",
        "loaded": "idle: lost, loaded, rest, waiting",
        "notLoaded": "unloaded: due in 10 s",
    },
    "waiting": {
        "close": "finishing: stop due, last, defer write",
        "due": "writing: take, defer write",
    },
    "resting": {
        "close": "finishing: stop due, last, defer write",
        "due": "writing: take, defer write",
        "noted": "waiting: due in 1 s, stop due",
    },
    "writing": {
        "close": "ending",
        "notWritten": "failing: due in 10 s, putBack batch",
        "written": "idle: rest, waiting",
    },
    "failing": {
        "abandon": "closing: stop due, defer release",
        "close": "finishing: stop due, last, defer write",
        "due": "retrying: take, defer write",
    },
    "retrying": {
        "close": "ending",
        "notWritten": "failing: due in 10 s, putBack batch",
        "written": "idle: lost, rest, waiting",
    },
    "ending": {
        "loaded": "finishing: loaded, last, defer write",
        "notLoaded": "closing: waiting, defer release",
        "notWritten": "finishing: putBack batch, last, defer write",
        "written": "finishing: last, defer write",
    },
    "finishing": {
        "notWritten": "closing: putBack batch, lost, waiting, defer release",
        "written": "closing: defer release",
    },
    "closing": {"released": "closed: fire closed"},
}


def test_theTable() -> None:
    failing: list[Step] = ["noted", "due", ("notWritten", FAILURE, "batch")]
    unloaded: list[Step] = ["load", ("notLoaded", FAILURE)]
    found = behaviourOf(
        MACHINE,
        _machine,
        {
            "loaded": (None,),
            "notLoaded": (FAILURE,),
            "notWritten": (FAILURE, "batch"),
            "released": (None,),
            "rest": (7.0,),
            "written": (None,),
        },
        {
            "loading": ["load"],
            "unloaded": unloaded,
            "reloading": [*unloaded, "due"],
            "waiting": ["noted"],
            "resting": [("rest", 7.0)],
            "writing": ["noted", "due"],
            "failing": failing,
            "retrying": [*failing, "due"],
            "ending": ["noted", "due", "close"],
            "finishing": ["close"],
            "closing": ["close", ("written", None)],
            "closed": ["close", ("written", None), ("released", None)],
        },
        {"waiting": 0, "lost": 0, "rest": None, "last": "batch", "take": "batch"},
    )
    assert found == TABLE


# What comes of it.


class Attic(Kept[dict[str, int]]):
    """
    Keeps values by key, of which the last counts.

    @ivar stored: what is on the disk.
    @ivar batches: what was written together.
    @ivar error: with this the disk fails, when given.
    @ivar stuck: with this the file cannot be given back.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.gathered: dict[str, int] = {}
        self.stored: dict[str, int] = {}
        self.batches: list[dict[str, int]] = []
        self.error: Exception | None = None
        self.stuck: Exception | None = None
        self.slow = False
        self.alive: float | None = None
        self.dropped = 0
        self.released = False
        self._atWork: list[tuple[Deferred[Any], Callable[..., Any], tuple[Any, ...]]] = []
        self.closed: Deferred[None] = Deferred()
        self.keeping = newWriteBehind(
            self, "things", "the attic", self.clock, self.defer, self.closed
        )

    def defer(self, function: Callable[..., Any], *arguments: Any) -> Deferred[Any]:
        assert getattr(function, "__self__", None) is self, "a bound method"
        if not self.slow:
            return execute(function, *arguments)
        assert self._atWork == [], "one at a time"
        done: Deferred[Any] = Deferred()
        self._atWork.append((done, function, arguments))
        return done

    def spin(self) -> None:
        """
        Let a slow disk finish what it is at.
        """
        atWork, self._atWork = self._atWork, []
        for done, function, arguments in atWork:
            execute(function, *arguments).chainDeferred(done)

    def put(self, **values: int) -> None:
        self.gathered |= values
        self.keeping.noted()

    def close(self) -> list[None]:
        """
        @return: empty until all is over.
        """
        done: list[None] = []
        self.closed.addCallback(lambda _: done.append(None))
        self.keeping.close()
        return done

    def waiting(self) -> int:
        return len(self.gathered)

    def lost(self) -> int:
        return self.dropped

    def rest(self) -> float | None:
        return self.alive

    def take(self) -> dict[str, int]:
        taken, self.gathered = self.gathered, {}
        return taken

    def putBack(self, batch: dict[str, int]) -> None:
        self.gathered = batch | self.gathered

    def load(self) -> dict[str, int]:
        if self.error is not None:
            raise self.error
        return self.stored

    def loaded(self, found: dict[str, int]) -> None:
        self.batches.append({"found": len(found)})

    def write(self, batch: dict[str, int]) -> None:
        if self.error is not None:
            raise self.error
        assert not self.released, "written after the end"
        self.batches.append(batch)
        self.stored |= batch

    def release(self) -> None:
        self.released = True
        if self.stuck is not None:
            raise self.stuck


@pytest.fixture
def attic() -> Iterator[Attic]:
    attic = Attic()
    yield attic
    attic.slow, attic.error = False, None
    attic.spin()
    attic.close()
    assert attic.clock.getDelayedCalls() == []


@pytest.fixture
def logged() -> Iterator[list[str]]:
    lines: list[str] = []

    def observe(event: Any) -> None:
        if event["log_namespace"].startswith("h323d.keeping"):
            lines.append(formatEvent(event))

    globalLogPublisher.addObserver(observe)  # type: ignore[arg-type]  # zope does not see that a function is callable
    yield lines
    globalLogPublisher.removeObserver(observe)  # type: ignore[arg-type]  # likewise


def test_aSecondIsWrittenInOneGo(attic: Attic) -> None:
    attic.put(a=1)
    attic.clock.advance(BEHIND / 2)
    attic.put(b=2)
    attic.put(a=3)
    assert attic.batches == []
    attic.clock.advance(BEHIND / 2)
    attic.clock.advance(10 * BEHIND)
    assert attic.batches == [{"a": 3, "b": 2}]


def test_whileTheDiskIsBusyTheNextGather(attic: Attic) -> None:
    attic.slow = True
    attic.put(a=1)
    attic.clock.advance(BEHIND)
    attic.put(b=2)
    attic.clock.advance(10 * BEHIND)
    attic.spin()
    assert attic.batches == [{"a": 1}]
    attic.clock.advance(BEHIND)
    attic.spin()
    assert attic.batches == [{"a": 1}, {"b": 2}]


def test_aDiskThatFailsIsToldOnceAndTriedEveryTenSeconds(attic: Attic, logged: list[str]) -> None:
    attic.error = sqlite3.OperationalError("disk I/O error")
    attic.put(a=1)
    attic.clock.pump([BEHIND, RETRY, RETRY])
    assert logged == ["things cannot be kept in the attic at present: disk I/O error"]
    attic.error, attic.dropped = None, 2
    attic.clock.advance(RETRY - 1)
    assert attic.batches == []
    attic.clock.advance(1)
    assert attic.batches == [{"a": 1}]
    assert logged[1:] == ["things are kept in the attic again; 2 are lost"]


def test_aDiskThatFailsASecondTimeIsToldAgain(attic: Attic, logged: list[str]) -> None:
    for value in range(2):
        attic.error = FULL
        attic.put(a=value)
        attic.clock.advance(BEHIND)
        attic.error = None
        attic.clock.advance(RETRY)
    assert logged == [CANNOT, AGAIN] * 2


def test_whatCameWhileTheDiskFailedIsTheLater(attic: Attic) -> None:
    attic.error = FULL
    attic.put(a=1, b=1)
    attic.clock.advance(BEHIND)
    attic.put(b=2)
    attic.error = None
    attic.clock.advance(RETRY)
    assert attic.batches == [{"a": 1, "b": 2}]


def test_aFaultOfOurOwnIsToldAsOneAndTriedAgain(
    attic: Attic, loggedFailures: LoggedFailures
) -> None:
    attic.error = ValueError("not for a disk")
    attic.put(a=1)
    attic.clock.advance(BEHIND)
    assert loggedFailures.take(ValueError)
    attic.error = None
    attic.clock.advance(RETRY)
    assert attic.stored == {"a": 1}


def test_closingWritesTheRest(attic: Attic) -> None:
    attic.put(a=1)
    assert attic.close() == [None]
    assert (attic.stored, attic.released) == ({"a": 1}, True)


def test_closingWaitsForTheDisk(attic: Attic) -> None:
    attic.slow = True
    attic.put(a=1)
    attic.clock.advance(BEHIND)
    attic.put(b=2)
    done = attic.close()
    for _ in range(3):  # the batch, the last, and the file
        assert done == []
        attic.spin()
    assert done == [None]
    assert attic.batches == [{"a": 1}, {"b": 2}]
    assert attic.released


def test_whoIsClosedTwiceIsClosedOnce(attic: Attic) -> None:
    attic.put(a=1)
    assert (attic.close(), attic.close()) == ([None], [None])
    assert attic.batches == [{"a": 1}]


def test_closingTriesADiskThatFailedOnceMore(attic: Attic) -> None:
    attic.error = FULL
    attic.put(a=1)
    attic.clock.advance(BEHIND)
    attic.error = None
    attic.close()
    assert attic.stored == {"a": 1}


def test_aBatchThatFailsDuringTheCloseIsTriedOnceMore(attic: Attic) -> None:
    attic.slow, attic.error = True, FULL
    attic.put(a=1)
    attic.clock.advance(BEHIND)
    done = attic.close()
    attic.spin()
    attic.error = None
    attic.spin()
    attic.spin()
    assert (done, attic.stored) == ([None], {"a": 1})


def test_whatIsLostAtTheEndIsCounted(attic: Attic, logged: list[str]) -> None:
    attic.error, attic.dropped = FULL, 3
    attic.put(a=1, b=1)
    assert attic.close() == [None]
    assert logged == [f"5 things for the attic are lost: {FULL}"]
    assert attic.released


def test_aFileThatCannotBeGivenBackHoldsNobodyUp(attic: Attic, logged: list[str]) -> None:
    attic.stuck = FULL
    attic.put(a=1)
    assert attic.close() == [None]
    assert (attic.stored, logged) == ({"a": 1}, [f"the attic cannot be closed: {FULL}"])


def test_nothingIsWrittenAfterTheEnd(attic: Attic) -> None:
    attic.close()
    attic.put(a=1)
    assert attic.clock.getDelayedCalls() == []


def test_whoGivesUpWritesNoMore(attic: Attic) -> None:
    attic.error = FULL
    attic.put(a=1)
    attic.clock.advance(BEHIND)
    attic.keeping.abandon()
    attic.error = None
    attic.put(b=1)
    attic.clock.advance(10 * RETRY)
    assert (attic.close(), attic.batches, attic.released) == ([None], [], True)


def test_whatThereWasIsReadBeforeAnythingIsWritten(attic: Attic) -> None:
    attic.slow, attic.stored = True, {"a": 1}
    attic.keeping.load()
    attic.put(b=2)
    attic.clock.advance(10 * BEHIND)
    attic.spin()
    attic.clock.advance(BEHIND)
    attic.spin()
    assert attic.batches == [{"found": 1}, {"b": 2}]


def test_whatCannotBeReadIsTriedEveryTenSeconds(attic: Attic, logged: list[str]) -> None:
    attic.error = FULL
    attic.keeping.load()
    attic.put(b=2)
    attic.clock.pump([RETRY, RETRY])
    attic.error = None
    attic.clock.pump([RETRY, BEHIND])
    assert attic.batches == [{"found": 0}, {"b": 2}]
    assert logged == [CANNOT, AGAIN]


@pytest.mark.parametrize("works", [False, True])
def test_closingReadsOnceMoreWhatCouldNotBeRead(
    attic: Attic, logged: list[str], works: bool
) -> None:
    attic.error = FULL
    attic.keeping.load()
    attic.put(b=2)
    attic.error = None if works else FULL
    assert attic.close() == [None]
    assert attic.stored == ({"b": 2} if works else {})
    assert any("1 things for the attic are lost" in line for line in logged) is not works


def test_whoIsAliveSaysSoBeforeLong(attic: Attic) -> None:
    attic.alive = 5.0
    attic.put(a=1)
    attic.clock.pump([BEHIND, 5.0, 4.0])
    assert attic.batches == [{"a": 1}, {}]
    attic.put(b=1)
    attic.clock.advance(BEHIND)
    assert attic.batches[2:] == [{"b": 1}]
    attic.clock.advance(5.0)
    assert attic.batches[3:] == [{}]


@pytest.mark.parametrize("seed", range(20))
def test_whateverTheDiskDoesTheLastOfEachKeyIsKept(attic: Attic, seed: int) -> None:
    rng = random.Random(seed)
    expected: dict[str, int] = {}
    for value in range(100):
        attic.slow = rng.random() < 0.5
        attic.error = FULL if rng.random() < 0.3 else None
        key = rng.choice("abcdef")
        expected[key] = value
        attic.put(**{key: value})
        attic.clock.advance(rng.choice((0.1, BEHIND, RETRY)))
        if rng.random() < 0.5:
            attic.spin()
    attic.error = None
    done = attic.close()
    while not done:
        attic.spin()
    assert attic.stored == expected
