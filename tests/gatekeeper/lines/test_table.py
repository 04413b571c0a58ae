"""
Calls by the names of who is in them.
"""

from __future__ import annotations

from h323d.call.lines import LineCall, LineState
from h323d.gatekeeper.lines.table import LineTable
from h323d.values.identifiers import LegID

ANNA, BOB = frozenset(("anna", "1001")), frozenset(("bob",))


def call(name: str, state: LineState = LineState.TRYING) -> LineCall:
    return LineCall(LegID(name), state, True)


class Watching:
    """
    @ivar told: how often.
    """

    def __init__(self) -> None:
        self.told = 0

    def lineChanged(self) -> None:
        self.told += 1


def test_callsAreFoundByAnyNameTheOldestFirst() -> None:
    table = LineTable()
    for number in range(20):
        table.enter(f"key{number}", ANNA, call(f"l{number}"))
    assert [each.legId for each in table.of({"anna"})] == [f"l{number}" for number in range(20)]
    assert table.of({"1001"}) == table.of({"anna", "1001"})
    assert table.of({"bob"}) == ()


def test_aCallComesFurtherAndNeverBack() -> None:
    table = LineTable()
    table.enter("key", ANNA, call("l"))
    for state in (LineState.CONFIRMED, LineState.EARLY):
        table.advance("key", state)
    assert [each.state for each in table.of(ANNA)] == [LineState.CONFIRMED]


def test_whatIsOverIsNowhere() -> None:
    table = LineTable()
    table.enter("key", ANNA, call("l"))
    table.remove("key")
    table.remove("key")
    table.advance("key", LineState.EARLY)
    assert table.of(ANNA) == ()


def test_aPartyMayTurnOutToHaveMoreNames() -> None:
    table = LineTable()
    table.enter("key", BOB, call("l"))
    table.name("key", frozenset(("1002",)))
    assert table.of({"1002"}) == table.of({"bob"}) == (call("l"),)


def test_whoWatchesIsToldOfEachChangeOnce() -> None:
    table, watcher = LineTable(), Watching()
    table.watch(ANNA, watcher)
    table.enter("key", ANNA, call("l"))
    assert watcher.told == 1
    table.advance("key", LineState.EARLY)
    table.advance("key", LineState.EARLY)
    table.enter("other", BOB, call("m"))
    assert watcher.told == 2
    table.remove("key")
    assert watcher.told == 3


def test_whoWatchesNoMoreIsNotTold() -> None:
    table, watcher = LineTable(), Watching()
    table.watch(ANNA, watcher)
    table.unwatch(watcher)
    table.unwatch(watcher)
    table.enter("key", ANNA, call("l"))
    assert watcher.told == 0
