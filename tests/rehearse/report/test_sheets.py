"""
Results as tables of words.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from h323d.rehearse.report.sheets import MOST_FAULTS, MOST_STRETCHES, Sheet, named, sheets
from h323d.rehearse.results import (
    Environment,
    Fault,
    FaultKind,
    Heard,
    Pair,
    Party,
    Reception,
    Rehearsal,
)
from tests.support.rehearsedresults import results

EMPTY = Rehearsal(Environment("", "", "", 1, 0.0, 0), ())


def sheet(rehearsal: Rehearsal, name: str) -> Sheet:
    [found] = [each for each in sheets(rehearsal) if each.name == name]
    return found


def test_verdictsComeFirst() -> None:
    names = [each.name for each in sheets(results())]
    assert names[0] == "promises"
    assert names == [
        *("promises", "server", "mouthToEar", "jitter", "distributions", "joins", "leaves"),
        *("matrix0", "matrix1", "loss", "mos", "load", "incidents", "lost", "faults"),
        "environment",
    ]


def test_whatIsNotThereHasNoTable() -> None:
    assert [each.name for each in sheets(EMPTY)] == ["environment"]


def test_everyRowHasAllColumnsAndEachColumnANameOfItsOwn() -> None:
    for each in sheets(results(25)):
        assert len(set(each.columns)) == len(each.columns), each.name
        assert {len(row) for row in each.rows} == {len(each.columns)}, each.name


@pytest.mark.parametrize("seed", range(3))
def test_nothingSteersATerminalOrTurnsTheText(seed: int) -> None:
    for each in sheets(results(8, seed)):
        for row in (each.columns, *each.rows):
            assert all(cell.isprintable() for cell in row), each.name


def test_namesThatAreAlikeAreToldApart() -> None:
    basic = Party(0, "Ethics", "sip", "", ())
    people = (basic, replace(basic, number=4), replace(basic, number=5, name="who speaks"))
    assert named(replace(EMPTY, parties=people)) == {
        0: "Ethics",
        4: "Ethics (4)",
        5: "who speaks (5)",
    }


def test_timeIsToldInAsManyRowsAsCanBeRead() -> None:
    rows = sheet(results(), "server").rows
    assert len(rows) == MOST_STRETCHES
    assert [row[0] for row in rows[:3]] == ["0 s", "5 s", "10 s"]


def test_theMatrixTellsWhatWasNotHeard() -> None:
    people = tuple(Party(each, f"p{each}", "sip", "", ()) for each in range(3))
    pairs = Pair(0, 1, 10, 10), Pair(1, 0, 10, 7), Pair(2, 0, 0, 0)
    whole = replace(EMPTY, parties=people, heard=Heard(pairs))
    assert sheet(whole, "matrix0").rows == (
        ("p0", "", "-", ""),
        ("p1", "-, 70.0 %", "", ""),
        ("p2", "never together", "", ""),
    )


def test_ofManyFaultsTheFirstAreListed() -> None:
    faults = tuple(Fault(FaultKind.GAP, 0, float(at), 20.0) for at in range(MOST_FAULTS + 7))
    found = sheet(replace(EMPTY, heard=Heard(faults=faults)), "faults")
    assert len(found.rows) == MOST_FAULTS
    assert found.told == "7 more are in the results."


def test_aFigureThatNobodyMeasuredIsADash() -> None:
    basic = results()
    party = replace(basic.parties[0], reception=Reception(10, 0))
    [row] = sheet(replace(basic, parties=(party,)), "loss").rows
    assert row[2:] == ("10", "0.00 %", "0.00 %", "0", "-", "-")
