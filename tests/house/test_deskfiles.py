"""
What is kept for a desk.
"""

from __future__ import annotations

from pathlib import Path

from h323d.ha import records
from h323d.ha.config import HAConfig
from h323d.ha.recorder import lastFlight, read
from h323d.ha.records import DoneRecord, InputRecord
from h323d.house.deskfiles import QUARANTINE, DeskFiles

FIRST, SECOND = InputRecord(1, 1.0, "tick", ()), DoneRecord(1, (), 0)


def test_whoLeadsRecordsAndWhoFollowsDoesNot(tmp_path: Path) -> None:
    files = DeskFiles(HAConfig(recorder="flight"), tmp_path)
    files.lead()
    files.note(FIRST)
    files.follow()
    files.note(SECOND)
    assert list(read(lastFlight(tmp_path / "flight"))) == [FIRST]
    files.lead()
    files.note(SECOND)
    files.follow()
    assert list(read(lastFlight(tmp_path / "flight"))) == [FIRST, SECOND]


def test_anAbsolutePathIsMeantAsItIs(tmp_path: Path) -> None:
    files = DeskFiles(HAConfig(recorder=str(tmp_path / "elsewhere")), tmp_path / "state")
    files.lead()
    files.note(FIRST)
    files.follow()
    assert list(read(lastFlight(tmp_path / "elsewhere"))) == [FIRST]


def test_nothingIsRecordedUnlessItIsWanted(tmp_path: Path) -> None:
    files = DeskFiles(HAConfig(), tmp_path)
    files.lead()
    files.note(FIRST)
    files.follow()
    assert list(tmp_path.iterdir()) == []


def test_whatALeaderDiedOfIsKept(tmp_path: Path) -> None:
    DeskFiles(HAConfig(), tmp_path).keep(FIRST)
    (path,) = (tmp_path / QUARANTINE).iterdir()
    assert records.decode(path.read_bytes()) == FIRST


def test_aDiskThatTakesNothingHoldsNobodyUp(tmp_path: Path) -> None:
    (tmp_path / QUARANTINE).write_text("no directory")
    DeskFiles(HAConfig(), tmp_path).keep(FIRST)
    assert (tmp_path / QUARANTINE).read_text() == "no directory"
