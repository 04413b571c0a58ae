"""
Who leads logs what enters, and then lets what came of it leave.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, cast

import pytest
from twisted.logger import globalLogPublisher

from h323d.errors import ResourceUnavailable
from h323d.ha.doors import Doors
from h323d.ha.leading import RECENT, Leading
from h323d.ha.records import Answer, DoneRecord, HeartbeatRecord, InputRecord, Record
from h323d.ha.turns import Turns
from h323d.house.exhaustion import Exhaustion
from tests.support.loggedfailures import LoggedFailures
from tests.support.outputs import KeptLog, NotedDoors


class Led:
    """
    Something that is led: it says what it hears.
    """

    def __init__(self, **answers: object) -> None:
        self.turns = Turns(100.0)
        self.doors = NotedDoors(**answers)
        self.log = KeptLog()
        self.leading = Leading(self.turns, cast(Doors, self.doors), self)
        self.turns.receive("say", self.say)
        self.turns.receive("source", self.source)
        self.turns.receive("fail", self.fail)
        self.turns.receive("nested", self.nested)
        self.events: list[str] = []

    def note(self, record: Record) -> None:
        self.events.append(f"{type(record).__name__} {len(self.doors.done)}")
        self.log.note(record)

    def say(self, octets: bytes) -> int:
        self.events.append("say")
        self.turns.emit(Doors.write, 7, octets)
        return len(octets)

    def source(self) -> str:
        return self.turns.ask(Doors.source, "10.0.0.2")

    def fail(self) -> None:
        self.turns.emit(Doors.close, 7)
        raise ResourceUnavailable("no")

    def end(self) -> None:
        self.turns.emit(Doors.write, 7, b"a")
        self.turns.emit(Doors.abort, 8)
        self.turns.emit(Doors.close, 7)

    def nested(self) -> Any:
        return self.leading.enter("say", b"within")


class Starved(Led):
    """
    One in which there is no memory for something.
    """

    def __init__(self, where: str) -> None:
        super().__init__(**({"write": MemoryError()} if where == "what leaves" else {}))
        self.turns.receive("starve", self.starve)
        self._where = where

    def note(self, record: Record) -> None:
        kind = "the input" if isinstance(record, InputRecord) else "the end"
        if kind == self._where:
            raise MemoryError
        super().note(record)

    def starve(self, octets: bytes) -> None:
        raise MemoryError

    def exhausted(self) -> None:
        self.events.append("failure")


def test_anInputIsLoggedBeforeItHappensAndItsEndBeforeAnythingLeaves() -> None:
    led = Led()
    assert led.leading.enter("say", b"abc") == 3
    assert led.events == ["InputRecord 0", "say", "DoneRecord 0"]
    assert led.doors.done == [("write", 7, b"abc")]
    first, second = led.log.records
    assert first == InputRecord(1, 100.0, "say", (b"abc",))
    assert isinstance(second, DoneRecord)
    assert second.answers == ()


def test_aTurnIsDoneWhenAllOfItHasLeft() -> None:
    led = Led()
    done: list[tuple[int, int]] = []
    led.turns.receive("look", lambda: done.append((led.leading.turn, led.leading.done)))
    led.leading.enter("look")
    assert done == [(1, 0)]
    assert (led.leading.turn, led.leading.done) == (1, 1)


def test_whatLeftLatelyIsKnownByItsTurn() -> None:
    led = Led()
    for number in range(RECENT + 1):
        led.leading.enter("say", str(number).encode())
    assert [each.arguments for each in led.leading.outputsOf(2)] == [(7, b"1")]
    assert led.leading.outputsOf(1) == ()


def test_whatTheWorldAnswersIsLogged() -> None:
    led = Led(source="10.0.0.1")
    assert led.leading.enter("source") == "10.0.0.1"
    done = led.log.records[1]
    assert isinstance(done, DoneRecord)
    assert done.answers == (Answer("source", "10.0.0.1"),)


def test_whatTheWorldRefusesIsLoggedToo() -> None:
    error = ResourceUnavailable("no")
    led = Led(source=error)
    with pytest.raises(ResourceUnavailable):
        led.leading.enter("source")
    done = led.log.records[1]
    assert isinstance(done, DoneRecord)
    assert done.answers == (Answer("source", error),)


def test_whatAnInputIsRefusedWithIsForWhoeverHadItEnter() -> None:
    led = Led()
    with pytest.raises(ResourceUnavailable):
        led.leading.enter("fail")
    assert led.doors.done == [("close", 7)]
    assert led.leading.enter("say", b"a") == 1


def test_whatCannotLeaveHoldsUpNothingElse(loggedFailures: LoggedFailures) -> None:
    led = Led(abort=ValueError("our own fault"))
    led.turns.receive("end", led.end)
    led.leading.enter("end")
    assert led.doors.done == [("write", 7, b"a"), ("close", 7)]
    assert led.doors.wakes == [None]
    assert len(loggedFailures.take(ValueError)) == 1


@pytest.mark.parametrize(
    ("where", "noted"),
    [
        ("the input", ["failure"]),
        ("the turn", ["InputRecord 0", "failure", "DoneRecord 0"]),
        ("the end", ["InputRecord 0", "say", "failure"]),
        ("what leaves", ["InputRecord 0", "say", "DoneRecord 0", "failure"]),
    ],
)
def test_thatThereWasNoMemoryIsSaidBeforeWhatComesNext(
    where: str, noted: list[str], loggedFailures: LoggedFailures
) -> None:
    led = Starved(where)
    observer = Exhaustion(led.exhausted)
    globalLogPublisher.addObserver(observer)
    try:
        with suppress(MemoryError):
            led.leading.enter("starve" if where == "the turn" else "say", b"abc")
    finally:
        globalLogPublisher.removeObserver(observer)
    assert led.events == noted
    assert len(loggedFailures.take(MemoryError)) == 1


def test_whatEntersMeanwhileHappensAfterwards() -> None:
    led = Led()
    assert led.leading.enter("nested") is None
    kinds = [each.kind for each in led.log.records if isinstance(each, InputRecord)]
    assert kinds == ["nested", "say"]
    assert led.events[-3:] == ["InputRecord 0", "say", "DoneRecord 0"]


def test_whoLeadsIsWokenWhenSomethingIsDue() -> None:
    led = Led()
    led.turns.receive("later", lambda: led.turns.callLater(5.0, led.say, b"a"))
    led.leading.enter("later")
    led.doors.now = 105.0
    led.leading.enter("tick")
    assert led.doors.wakes == [105.0, None]
    assert led.doors.done == [("write", 7, b"a")]


def test_aClockThatGoesBackIsNotFollowed() -> None:
    led = Led()
    led.leading.enter("tick")
    led.doors.now = 50.0
    led.leading.enter("tick")
    assert [each.at for each in led.log.records if isinstance(each, InputRecord)] == [100.0] * 2


def test_whoHasNothingToTellSaysSo() -> None:
    led = Led()
    led.leading.enter("tick")
    led.doors.now = 101.0
    led.leading.beat()
    assert led.log.records[-1] == HeartbeatRecord(1, 101.0)
