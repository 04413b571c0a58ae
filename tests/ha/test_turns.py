"""
One input at a time.
"""

from __future__ import annotations

import pickle

import pytest
from twisted.internet.error import AlreadyCalled, AlreadyCancelled
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from zope.interface.verify import verifyObject

from h323d.ha.doors import Doors
from h323d.ha.turns import Turns


@pytest.fixture
def turns() -> Turns:
    return Turns(100.0)


@pytest.fixture
def done() -> list[object]:
    return []


def test_itIsAClock(turns: Turns, done: list[object]) -> None:
    verifyObject(IReactorTime, turns)
    verifyObject(IDelayedCall, turns.callLater(1.0, done.append, 1))


def test_timeStandsStillWithinATurn(turns: Turns, done: list[object]) -> None:
    turns.receive("look", lambda: done.append(turns.seconds()))
    turns.run(101.5, "look", ())
    turns.run(102.5, "look", ())
    assert done == [101.5, 102.5]


def test_timeNeverGoesBack(turns: Turns) -> None:
    turns.run(101.5, "tick", ())
    turns.run(99.0, "tick", ())
    assert turns.seconds() == 101.5


def test_whatIsDueIsDoneInTheOrderInWhichItIsDue(turns: Turns, done: list[object]) -> None:
    for delay, name in ((2.0, "c"), (1.0, "a"), (2.0, "d"), (1.0, "b"), (9.0, "later")):
        turns.callLater(delay, done.append, name)
    turns.run(103.0, "tick", ())
    assert done == ["a", "b", "c", "d"]
    assert turns.due() == 109.0


def test_whatIsCancelledIsNotDone(turns: Turns, done: list[object]) -> None:
    turns.callLater(1.0, done.append, 1).cancel()
    assert turns.due() is None
    turns.run(103.0, "tick", ())
    assert done == turns.getDelayedCalls() == []


def test_whatIsPutOffIsDoneLaterAndOnce(turns: Turns, done: list[object]) -> None:
    later = turns.callLater(1.0, done.append, 1)
    later.delay(1.0)
    assert (later.getTime(), turns.due(), turns.getDelayedCalls()) == (102.0, 102.0, [later])
    turns.run(101.5, "tick", ())
    assert done == []
    turns.run(102.0, "tick", ())
    turns.run(109.0, "tick", ())
    assert done == [1]


def test_whatIsBegunAnewIsDueSooner(turns: Turns, done: list[object]) -> None:
    turns.callLater(5.0, done.append, 1).reset(1.0)
    turns.run(101.0, "tick", ())
    assert done == [1]


def test_whatIsOverCannotBeChanged(turns: Turns, done: list[object]) -> None:
    called, cancelled = turns.callLater(1.0, done.append, 1), turns.callLater(1.0, done.append, 2)
    cancelled.cancel()
    turns.run(101.0, "tick", ())
    assert not called.active()
    with pytest.raises(AlreadyCalled):
        called.cancel()
    with pytest.raises(AlreadyCancelled):
        cancelled.reset(1.0)


def test_whatIsDueHasItsArguments(turns: Turns, done: list[object]) -> None:
    turns.callLater(0, lambda *a, **kw: done.append((a, kw)), 1, two=2)
    turns.run(100.0, "tick", ())
    assert done == [((1,), {"two": 2})]


def test_whatLeavesIsGatheredAndSummed(turns: Turns) -> None:
    turns.receive("say", lambda octets: turns.emit(Doors.write, 7, octets))
    happened = turns.run(101.0, "say", (b"a",))
    assert [(each.order, each.arguments) for each in happened.outputs] == [("write", (7, b"a"))]
    assert turns.run(101.0, "say", (b"a",)).sum == happened.sum
    assert turns.run(101.0, "say", (b"b",)).sum != happened.sum
    assert turns.run(101.0, "tick", ()).outputs == ()


def test_anErrorIsOfTheTurnAndOfItsSum(turns: Turns) -> None:
    def fail() -> None:
        turns.emit(Doors.close, 7)
        raise ValueError

    turns.receive("fail", fail)
    turns.receive("close", lambda: turns.emit(Doors.close, 7))
    failed, closed = turns.run(101.0, "fail", ()), turns.run(101.0, "close", ())
    assert isinstance(failed.error, ValueError)
    assert failed.outputs == closed.outputs
    assert failed.sum != closed.sum


def test_numbersAreNeverHadTwice(turns: Turns) -> None:
    assert [turns.number() for _ in range(3)] == [1, 2, 3]


def test_whatIsWrittenDownKnowsNoWorld(turns: Turns) -> None:
    turns.callLater(1.0, turns.number)
    again: Turns = pickle.loads(pickle.dumps(turns))
    assert (again.world, again.due(), again.seconds()) == (None, 101.0, 100.0)
