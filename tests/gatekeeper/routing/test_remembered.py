from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from h323d.call.lookups import LookupFailed
from h323d.gatekeeper.routing import remembered
from h323d.gatekeeper.routing.remembered import FAILED_FOR, Remembered
from tests.support.loggedfailures import LoggedFailures

Answer = Deferred[tuple[str, float]]


class Memory:
    """
    A memory of answers, and how often they were asked for.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.memory: Remembered[str] = Remembered(self.clock, "unknown")
        self.asked = 0

    def get(self, answer: Answer, key: str = "key") -> list[str]:
        def ask() -> Answer:
            self.asked += 1
            return answer

        found: list[str] = []
        self.memory.get(key, ask).addCallback(found.append)
        return found


def test_anAnswerIsGoodForItsLifetimeAndNoLonger() -> None:
    table = Memory()
    assert table.get(succeed(("a", 10.0))) == ["a"]
    table.clock.advance(9)
    assert table.get(succeed(("b", 10.0))) == ["a"]
    table.clock.advance(1)
    assert table.get(succeed(("b", 10.0))) == ["b"]
    assert table.asked == 2


def test_anAnswerWithoutLifetimeIsNotKept() -> None:
    table = Memory()
    table.get(succeed(("a", 0.0)))
    assert table.get(succeed(("b", 0.0))) == ["b"]
    assert len(table.memory) == 0


def test_theSameQuestionIsNotAskedTwiceAtOnce() -> None:
    table = Memory()
    answer: Answer = Deferred()
    first, second = table.get(answer), table.get(answer)
    answer.callback(("a", 10.0))
    assert (first, second, table.asked) == (["a"], ["a"], 1)


@pytest.mark.parametrize("error", [LookupFailed("silence"), ZeroDivisionError("a fault")])
def test_whoFailsIsLeftInPeaceForAMoment(error: Exception, loggedFailures: LoggedFailures) -> None:
    table = Memory()
    assert table.get(fail(error)) == ["unknown"]
    assert table.get(succeed(("a", 10.0))) == ["unknown"]
    table.clock.advance(FAILED_FOR)
    assert table.get(succeed(("a", 10.0))) == ["a"]
    faults = loggedFailures.take(ZeroDivisionError)
    assert faults == [] if isinstance(error, LookupFailed) else [error]


def test_theOldestAnswerMakesPlace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MAX_KEPT", 2)
    table = Memory()
    for key in "abc":
        table.get(succeed((key, 10.0)), key)
    assert len(table.memory) == 2
    assert table.get(succeed(("new", 10.0)), "c") == ["c"]
    assert table.get(succeed(("new", 10.0)), "a") == ["new"]


def test_whereTooMuchIsAskedNobodyKnows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MAX_ASKING", 1)
    table = Memory()
    table.get(Deferred(), "a")
    assert table.get(succeed(("b", 10.0)), "b") == ["unknown"]
