"""
Tables that fit: what is cut, what is left out, and in which order.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.cli.table import Table, listing
from h323d.operation.command import Column

COLUMNS = (Column("id"), Column("name", text=True), Column("said", text=True), Column("port"))
ROWS: list[dict[str, Any]] = [
    {"id": "c1", "name": "a" * 30, "said": "b" * 20, "port": 5060},
    {"id": "c2", "name": "anna", "said": None, "port": 1720},
]


def shown(width: int | None) -> list[str]:
    return str(Table(ROWS, COLUMNS, width)).splitlines()


def test_whatHasNoWidthIsWhole() -> None:
    head, first, second = shown(None)
    assert head.split() == ["id", "name", "said", "port"]
    assert first == f"c1  {'a' * 30}  {'b' * 20}  5060"
    assert second == f"c2  anna{' ' * 28}-{' ' * 21}1720"


@pytest.mark.parametrize("width", range(30, 80))
def test_noLineIsWiderThanTheTerminal(width: int) -> None:
    assert max(map(len, shown(width))) == min(width, 62)


def test_theWidestTextIsCutFirst() -> None:
    _, first, _ = shown(52)
    assert first.split() == ["c1", "a" * 19 + "…", "b" * 20, "5060"]
    _, first, _ = shown(42)
    assert [len(cell) for cell in first.split()] == [2, 15, 15, 4]


def test_whatComesLastIsLeftOutFirst() -> None:
    table = Table(ROWS, COLUMNS, 29)
    assert str(table).splitlines()[0].split() == ["id", "name", "said"]
    assert table.hidden == 1


def test_whatIsNoTextIsNeverCut() -> None:
    table = Table([{"id": "c" * 30, "name": "anna"}], COLUMNS, 20)
    assert str(table).splitlines()[1] == "c" * 30
    assert table.hidden == 1


def test_onlyAWideTableHasColumnsThatAreNotDeclared() -> None:
    rows = [{"more": 1, "id": "c1", "details": {}}]
    assert str(Table(rows, COLUMNS, None)).splitlines()[0].split() == ["id", "more"]
    assert str(Table([{"more": 1, "id": "c1"}], COLUMNS, 80)).splitlines()[0] == "id"


def test_ideographsTakeTwoColumnsAndAccentsNone() -> None:
    rows = [{"name": "漢字"}, {"name": "e\u0301a"}, {"name": "abcd"}]
    lines = str(Table([row | {"port": 1} for row in rows], COLUMNS, 80)).splitlines()
    assert lines == ["name  port", "漢字  1", "e\u0301a    1", "abcd  1"]
    cut = str(Table([{"name": "漢字" * 10}], COLUMNS, 12)).splitlines()[1]
    assert cut == "漢字漢字漢…"


def test_anEmptyTableIsNone() -> None:
    assert str(Table([], COLUMNS, 80)) == "none"


def test_aListingGoesOnUnderItsValue() -> None:
    view = {"version": "1", "facts": {"one": 1, "two": 2, "three": 3}, "listeners": {}}
    assert listing(view, 25).splitlines() == [
        "version        1",
        "facts          one=1",
        "               two=2",
        "               three=3",
        "listeners      -",
    ]
    assert listing(view, None).splitlines()[1] == "facts          one=1 two=2 three=3"


def test_eachThingOfAListHasALine() -> None:
    view = {"destinations": [{"to": "a", "names": []}, {"to": "b", "names": ["c", "d"]}]}
    assert listing(view, None).splitlines() == [
        "destinations   to=a names=-",
        "               to=b names=c, d",
    ]
