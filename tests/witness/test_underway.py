"""
Calls in progress that are kept on a disk, in virtual time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock
from twisted.logger import formatEvent, globalLogPublisher

from h323d.keeping import BEHIND, RETRY
from h323d.witness.cdr import CallDetail
from h323d.witness.underway import BATCH, BEAT, Journal
from tests.support.cdr import detail


class Paper:
    """
    A file of a server that may have had a predecessor.
    """

    def __init__(self) -> None:
        self.calls: dict[int, CallDetail] = {}
        self.writes: list[float] = []
        self.error: Exception | None = None
        self.removed = False

    def load(self) -> tuple[int, list[tuple[int, CallDetail]]]:
        if self.error is not None:
            raise self.error
        return max(self.calls, default=0), list(self.calls.items())

    def write(
        self, alive: float, calls: Sequence[tuple[int, CallDetail]], over: Sequence[int]
    ) -> None:
        if self.error is not None:
            raise self.error
        self.writes.append(alive)
        for key in over:
            self.calls.pop(key, None)
        self.calls.update(calls)

    def remove(self) -> None:
        self.removed = True


class Call:
    def __init__(self, callId: str) -> None:
        self.callId = callId

    def detail(self) -> CallDetail:
        return detail(callId=self.callId)


class Scene:
    def __init__(self) -> None:
        self.clock = Clock()
        self.paper = Paper()
        self.lost: list[str] = []

    def journal(self) -> Journal:
        return Journal(
            self.paper,
            "the paper",
            self.clock,
            execute,
            lambda record: self.lost.append(record.callId),
        )

    def kept(self) -> list[str]:
        return [each.callId for each in self.paper.calls.values()]


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def logged() -> Iterator[list[str]]:
    lines: list[str] = []

    def observe(event: dict[str, object]) -> None:
        lines.append(formatEvent(event))

    globalLogPublisher.addObserver(observe)  # type: ignore[arg-type]  # a looser dictionary
    yield lines
    globalLogPublisher.removeObserver(observe)  # type: ignore[arg-type]  # likewise


def close(scene: Scene, journal: Journal) -> None:
    done: list[None] = []
    journal.handOver().addCallback(done.append)
    assert done == [None]
    Deferred.fromCoroutine(journal.remove())
    assert scene.clock.getDelayedCalls() == []


def test_callsAreWrittenTogetherASecondLater(scene: Scene) -> None:
    journal = scene.journal()
    journal.changed(1, Call("a"))
    journal.changed(2, Call("b"))
    journal.changed(1, Call("a, answered"))
    assert scene.paper.writes == []
    scene.clock.advance(BEHIND)
    assert (scene.kept(), scene.paper.writes) == (["a, answered", "b"], [BEHIND])


def test_aCallThatIsOverSoonerNeverGetsThere(scene: Scene) -> None:
    journal = scene.journal()
    journal.changed(1, Call("a"))
    journal.over(1)
    scene.clock.advance(BEHIND)
    assert scene.paper.calls == {}


def test_aCallThatIsOverIsForgotten(scene: Scene) -> None:
    journal = scene.journal()
    journal.changed(1, Call("a"))
    scene.clock.advance(BEHIND)
    journal.over(1)
    scene.clock.advance(BEHIND)
    assert scene.kept() == []
    assert scene.clock.getDelayedCalls() == []


def test_whileCallsLastThereAreSignsOfLife(scene: Scene) -> None:
    journal = scene.journal()
    journal.changed(1, Call("a"))
    scene.clock.pump([BEHIND, BEAT, BEAT])
    assert scene.paper.writes == [BEHIND, BEHIND + BEAT, BEHIND + 2 * BEAT]


def test_manyCallsAreWrittenInBatches(scene: Scene) -> None:
    journal = scene.journal()
    for number in range(1, BATCH + 2):
        journal.changed(number, Call(str(number)))
    scene.clock.advance(BEHIND)
    assert len(scene.paper.calls) == BATCH
    scene.clock.advance(BEHIND)
    assert len(scene.paper.calls) == BATCH + 1


def test_whatADeadProcessLeftIsHandedOutOnce(scene: Scene) -> None:
    scene.journal().changed(1, Call("a"))
    scene.clock.advance(BEHIND)
    successor = Scene()
    successor.paper.calls = dict(scene.paper.calls)
    journal = successor.journal()
    journal.changed(1, Call("b"))
    successor.clock.pump([BEHIND, BEHIND])
    assert (successor.lost, successor.kept()) == (["a"], ["b"])
    again = Scene()
    again.paper.calls = dict(successor.paper.calls)
    again.journal()
    again.clock.advance(BEHIND)
    assert again.lost == ["b"]


def test_whatWasFoundIsHandedOutEvenIfTheServerIsStoppedAtOnce(scene: Scene) -> None:
    scene.paper.calls = {7: detail(callId="a")}
    close(scene, scene.journal())
    assert (scene.lost, scene.paper.removed) == (["a"], True)


def test_aDiskThatFailsIsNamedOnceAndTriedAgain(scene: Scene, logged: list[str]) -> None:
    journal = scene.journal()
    journal.changed(1, Call("a"))
    scene.clock.advance(BEHIND)
    scene.paper.calls.clear()
    scene.paper.error = OSError("full")
    journal.changed(2, Call("b"))
    scene.clock.pump([BEHIND, RETRY])
    assert len([line for line in logged if "cannot be kept in the paper" in line]) == 1
    scene.paper.error = None
    scene.clock.advance(RETRY)
    assert sorted(scene.kept()) == ["a", "b"]
    assert any("kept in the paper again" in line for line in logged)


def test_aFileThatCannotBeReadAtTheStartIsTriedAgain(scene: Scene) -> None:
    scene.paper.error = OSError("no")
    scene.paper.calls = {7: detail(callId="a")}
    journal = scene.journal()
    journal.changed(1, Call("b"))
    scene.paper.error = None
    scene.clock.pump([RETRY, BEHIND, BEHIND])
    assert (scene.lost, scene.kept()) == (["a"], ["b"])


def test_aFileThatIsNotOursIsNotRemoved(scene: Scene) -> None:
    scene.paper.error = OSError("no")
    close(scene, scene.journal())
    assert not scene.paper.removed
