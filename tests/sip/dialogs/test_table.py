"""
The dialogs that there are, and that there were.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.call.shares import UNSHARED
from h323d.sip.dialogs.replaces import Replaces
from h323d.sip.dialogs.table import MAX_PAST, DialogTable

LIFETIME = 32.0  # seconds
THAT = Replaces("call", "ours", "far")


class User:
    """
    Stands for a leg that gives its place to whoever asks.
    """

    def replacedBy(self, replaces: Replaces) -> Any:
        return self

    def ringingAt(self, replaces: Replaces) -> Any:
        return self if replaces.remoteTag == "far" else None


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def table(clock: Clock) -> DialogTable:
    return DialogTable(clock, LIFETIME, UNSHARED, 2)


def enter(table: DialogTable, callId: str = "call") -> Any:
    """
    Any: what stands for a leg.
    """
    user: Any = User()
    table.enter(callId, "ours", user)
    return user


def test_whatIsThereIsAskedItself(table: DialogTable) -> None:
    user = enter(table)
    found: list[object] = [table.replaced(THAT), table.get("call", "ours"), table["call", "ours"]]
    assert found == [user] * 3
    assert table.get("call", "another") is None


def test_whatWasNeverThereIsUnknown(table: DialogTable) -> None:
    enter(table)
    assert table.replaced(Replaces("another", "ours", "far")) == 481


def test_whatRingsIsAskedItself(table: DialogTable) -> None:
    user: object = enter(table)
    assert table.ringingAt(THAT) is user
    assert table.ringingAt(Replaces("call", "ours", "another")) is None
    assert table.ringingAt(Replaces("another", "ours", "far")) is None


def test_whatIsOverIsDeclinedForAWhile(table: DialogTable, clock: Clock) -> None:
    enter(table)
    table.forget("call", "ours")
    assert table.replaced(THAT) == 603
    clock.advance(LIFETIME)
    assert table.replaced(THAT) == 481


def test_whatWasForgottenTwiceIsOverOnce(table: DialogTable) -> None:
    table.forget("call", "ours")
    assert table.replaced(THAT) == 481


def test_noMoreAreRememberedThanItCanHold(table: DialogTable) -> None:
    for number in range(MAX_PAST + 1):
        enter(table, f"call{number}")
        table.forget(f"call{number}", "ours")
    assert table.replaced(Replaces("call0", "ours", "far")) == 481
    assert table.replaced(Replaces("call1", "ours", "far")) == 603


def test_thoseOfOneCallAreFoundTogether(table: DialogTable) -> None:
    user = enter(table)
    enter(table, "another")
    assert table.ofCall("call") == (user,)
    assert len(table.users) == 2


def test_aFullTableSaysSo(table: DialogTable) -> None:
    enter(table)
    assert not table.isFullFor("10.0.0.3")
    enter(table, "another")
    assert table.isFullFor("10.0.0.3")


def test_whatIsThereIsNotPast(table: DialogTable) -> None:
    enter(table)
    assert not table.isPast("call", "ours")
    table.forget("call", "ours")
    assert table.isPast("call", "ours")
    assert not table.isPast("call", "another")
