"""
Records on their way to a disk, in virtual time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock
from twisted.logger import formatEvent, globalLogPublisher

from h323d.keeping import BEHIND, RETRY
from h323d.witness.cdr import CallDetail
from h323d.witness.spool import Spool
from tests.support.cdr import detail


class Paper:
    """
    A sink.

    @ivar batches: the C{callId}s of each batch.
    """

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.error: Exception | None = None
        self.closed = False

    def write(self, records: Sequence[CallDetail]) -> None:
        if self.error is not None:
            raise self.error
        self.batches.append([each.callId for each in records])

    def close(self) -> None:
        self.closed = True


class Scene:
    """
    A spool, whose disk can be slow.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.paper = Paper()
        self.slow = False
        self.waiting: list[Callable[[], object]] = []
        self.spool = Spool(self.paper, "the paper", self.clock, self.defer)

    def defer(self, function: Callable[..., Any], *arguments: Any) -> Deferred[Any]:
        if not self.slow:
            return execute(function, *arguments)
        done: Deferred[Any] = Deferred()
        self.waiting.append(lambda: execute(function, *arguments).chainDeferred(done))
        return done

    def spin(self) -> None:
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            each()

    def add(self, *names: str) -> None:
        for name in names:
            self.spool.add(detail(callId=name))


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene()
    yield scene
    assert scene.clock.getDelayedCalls() == []


@pytest.fixture
def logged() -> Iterator[list[str]]:
    lines: list[str] = []

    def observe(event: Any) -> None:
        if str(event["log_namespace"]).startswith("h323d.keeping"):
            lines.append(formatEvent(event))

    globalLogPublisher.addObserver(observe)  # type: ignore[arg-type]  # zope does not see that a function is callable
    yield lines
    globalLogPublisher.removeObserver(observe)  # type: ignore[arg-type]  # zope does not see that a function is callable


def test_theRecordsOfASecondAreWrittenTogether(scene: Scene) -> None:
    scene.add("c1", "c2")
    assert scene.paper.batches == []
    scene.clock.advance(BEHIND)
    scene.add("c3")
    scene.clock.advance(BEHIND)
    assert scene.paper.batches == [["c1", "c2"], ["c3"]]


def test_whileTheDiskIsBusyTheNextWait(scene: Scene) -> None:
    scene.slow = True
    scene.add("c1")
    scene.clock.advance(BEHIND)
    scene.add("c2")
    scene.clock.advance(10 * BEHIND)
    scene.spin()
    assert scene.paper.batches == [["c1"]]
    scene.clock.advance(BEHIND)
    scene.spin()
    assert scene.paper.batches == [["c1"], ["c2"]]


def test_aFullDiskIsToldOnceAndLosesNothing(scene: Scene, logged: list[str]) -> None:
    scene.paper.error = OSError(28, "No space left on device")
    scene.add("c1")
    scene.clock.advance(BEHIND)
    scene.add("c2")
    scene.clock.advance(RETRY)
    scene.clock.advance(RETRY)
    assert len(logged) == 1
    assert "No space left on device" in logged[0]
    scene.paper.error = None
    scene.clock.advance(RETRY)
    assert scene.paper.batches == [["c1", "c2"]]
    assert logged[1:] == ["call detail records are kept in the paper again; 0 are lost"]


def test_whatWaitsIsBoundedAndWhatIsLostIsCounted(
    scene: Scene, logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("h323d.witness.spool.MAX_WAITING", 2)
    scene.paper.error = OSError(28, "No space left on device")
    scene.add("c1", "c2", "c3", "c4", "c5")
    scene.clock.advance(BEHIND)
    scene.paper.error = None
    scene.clock.advance(RETRY)
    assert scene.paper.batches == [["c1", "c2"]]
    assert logged[-1] == "call detail records are kept in the paper again; 3 are lost"


def test_closingWritesTheRestAndWaitsForTheDisk(scene: Scene) -> None:
    scene.slow = True
    scene.add("c1")
    scene.clock.advance(BEHIND)
    scene.add("c2")
    done: list[None] = []
    scene.spool.close().addCallback(done.append)
    for _ in range(3):
        assert done == []
        scene.spin()
    assert done == [None]
    assert scene.paper.batches == [["c1"], ["c2"]]
    assert scene.paper.closed


def test_whatCannotBeWrittenAtTheEndIsTold(scene: Scene, logged: list[str]) -> None:
    scene.paper.error = OSError(28, "No space left on device")
    scene.add("c1")
    done: list[None] = []
    scene.spool.close().addCallback(done.append)
    assert done == [None]
    assert "1 call detail records for the paper are lost" in logged[0]
