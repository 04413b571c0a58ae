"""
Who follows does the same, and says so where it does not.
"""

from __future__ import annotations

from typing import cast

import pytest

from h323d.errors import ResourceUnavailable
from h323d.ha import records
from h323d.ha.doors import Doors
from h323d.ha.following import Diverged, Following
from h323d.ha.leading import Leading
from h323d.ha.records import BadRecord, HeartbeatRecord, InputRecord, Record
from h323d.ha.turns import Turns
from tests.support.outputs import KeptLog, NotedDoors


class Counter:
    """
    Something small that is led, or follows.

    @ivar asks: what it looks up before it answers.
    """

    def __init__(self, first: int = 0, asks: str = "10.0.0.2") -> None:
        self.turns = Turns(100.0)
        self.turns.receive("count", self.count)
        self.turns.receive("look", self.look)
        self.asks = asks
        self.counted = first

    def count(self, step: int) -> None:
        self.counted += step
        self.turns.emit(Doors.write, 7, str(self.counted).encode())

    def look(self) -> None:
        if not self.asks:
            return
        try:
            found = self.turns.ask(Doors.source, self.asks)
        except ResourceUnavailable:
            found = "nothing"
        self.turns.emit(Doors.write, 7, found.encode())


def led(*inputs: tuple[object, ...], source: object = "10.0.0.1") -> list[Record]:
    """
    The records of a leader, as they arrive.
    """
    log = KeptLog()
    doors = NotedDoors(source=source)
    leading = Leading(Counter().turns, cast(Doors, doors), log)
    for kind, *arguments in inputs:
        leading.enter(str(kind), *arguments)
    return [records.decode(records.encode(each)) for each in log.records]


def follow(following: Following, given: list[Record]) -> None:
    for each in given:
        following.take(each)


def test_whoFollowsDoesTheSame() -> None:
    counter = Counter()
    following = Following(counter.turns)
    follow(following, led(("count", 2), ("look",), ("count", 3)))
    assert (counter.counted, following.turn) == (5, 3)
    assert following.last is not None
    assert [each.arguments for each in following.last.outputs] == [(7, b"5")]


def test_theErrorThatAnsweredIsRaisedAgain() -> None:
    following = Following(Counter().turns)
    follow(following, led(("look",), source=ResourceUnavailable("no")))
    assert following.last is not None
    assert following.last.outputs[0].arguments == (7, b"nothing")


def test_anInputHappensOnlyWhenItIsKnownWhatCameOfIt() -> None:
    counter = Counter()
    following = Following(counter.turns)
    first, done = led(("count", 2))
    following.take(first)
    assert (counter.counted, following.begun) == (0, first)
    following.take(done)
    assert (counter.counted, following.begun) == (2, None)


def test_aHeartbeatChangesNothing() -> None:
    counter = Counter()
    following = Following(counter.turns)
    follow(following, [*led(("count", 2)), HeartbeatRecord(1, 105.0)])
    assert (counter.counted, following.turn) == (2, 1)


def test_otherOutputsAreFoundOut() -> None:
    following = Following(Counter(first=1).turns)
    with pytest.raises(Diverged, match="turn 1: count: other things leave") as caught:
        follow(following, led(("count", 2)))
    assert [each.arguments for each in caught.value.outputs] == [(7, b"3")]


def test_anotherQuestionIsFoundOut() -> None:
    counter = Counter()
    counter.turns.receive("look", lambda: counter.turns.ask(Doors.isOurs, "10.0.0.2"))
    with pytest.raises(Diverged, match="turn 1: asks another question: isOurs"):
        follow(Following(counter.turns), led(("look",)))


def test_aQuestionThatAFenceSwallowsIsFoundOutToo() -> None:
    counter = Counter()

    def fenced() -> None:
        try:
            counter.turns.ask(Doors.isOurs, "10.0.0.2")
        except Exception:  # as the bus of facts has it
            counter.turns.emit(Doors.write, 7, b"10.0.0.1")

    counter.turns.receive("look", fenced)
    with pytest.raises(Diverged, match="asks another question"):
        follow(Following(counter.turns), led(("look",)))


def test_aQuestionThatIsNotAskedIsFoundOut() -> None:
    with pytest.raises(Diverged, match="turn 1: never asked: source"):
        follow(Following(Counter(asks="").turns), led(("look",)))


def test_recordsOutOfOrderAreRefused() -> None:
    first, done, *_ = led(("count", 2))
    following = Following(Counter().turns)
    with pytest.raises(BadRecord, match="out of order"):
        following.take(done)
    following.take(first)
    with pytest.raises(BadRecord, match="out of order"):
        following.take(InputRecord(2, 1.0, "count", (1,)))


def test_whoJoinsLaterFollowsFromThere() -> None:
    counter = Counter(first=2)
    following = Following(counter.turns, turn=1)
    follow(following, led(("count", 2), ("count", 3))[2:])
    assert counter.counted == 5
