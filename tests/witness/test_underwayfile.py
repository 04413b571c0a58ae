"""
The file of the calls in progress.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from h323d.values.cause import Cause
from h323d.witness.cdr import CallDetail, Outcome
from h323d.witness.database import Database
from h323d.witness.underwayfile import UnderwayFile
from tests.support.cdr import detail


def underway(**fields: object) -> CallDetail:
    return detail(ended=None, outcome=Outcome.UNFINISHED, **fields)


def asLeftByADeadProcess(path: Path) -> Path:
    """
    What the disk has of a file that somebody has open.
    """
    grave = path.parent / "grave"
    grave.mkdir()
    for file in path.parent.glob(f"{path.name}*"):
        shutil.copy(file, grave)
    return grave / path.name


def test_whatADeadProcessKeptIsThere(tmp_path: Path) -> None:
    file = UnderwayFile(tmp_path / "x.underway")
    assert file.load() == (0, [])
    call = underway(callId="c1")
    file.write(2e9, [(1, call), (2, underway(callId="c2"))], [])
    file.write(2e9 + 10, [], [2])
    highest, found = UnderwayFile(asLeftByADeadProcess(tmp_path / "x.underway")).load()
    ((key, record),) = found
    assert (highest, key) == (1, 1)
    assert (record.outcome, record.reason) == (Outcome.LOST, "serverLost")
    assert (record.cause, record.releasedBy) == (Cause.TEMPORARY_FAILURE, "server")
    assert (record.ended, record.lastSeen) == (None, 2e9 + 10)
    for name in ("callId", "calling", "called", "callingPeer", "calledPeer", "answered", "offered"):
        assert getattr(record, name) == getattr(call, name)


def test_aCallThatWasOverIsNotLost(tmp_path: Path) -> None:
    file = UnderwayFile(tmp_path / "x.underway")
    file.write(2e9, [(1, detail())], [])
    (found,) = UnderwayFile(asLeftByADeadProcess(tmp_path / "x.underway")).load()[1]
    assert found[1] == detail()


def test_nothingIsLeftOfAFileThatIsRemoved(tmp_path: Path) -> None:
    file = UnderwayFile(tmp_path / "x.underway")
    file.write(2e9, [(1, underway())], [])
    file.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "octets", [b"this is no database" * 100, b"SQLite format 3\0" + b"x" * 5000]
)
def test_aBrokenFileIsSetAside(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "x.underway"
    path.write_bytes(octets)
    file = UnderwayFile(path)
    assert file.load() == (0, [])
    assert (tmp_path / "x.underway.broken").read_bytes() == octets
    file.remove()


def test_aCallThatCannotBeReadHarmsNoOther(tmp_path: Path) -> None:
    path = tmp_path / "x.underway"
    UnderwayFile(path).write(2e9, [(1, underway(callId="c1"))], [])
    path = asLeftByADeadProcess(path)
    with sqlite3.connect(path) as connection:
        for number, text in enumerate(["", "{}", "[]", "null", '{"offered": "x"}'], 2):
            connection.execute("INSERT INTO calls VALUES (?, ?)", (number, text))
    connection.close()
    highest, found = UnderwayFile(path).load()
    assert (highest, [record.callId for _, record in found]) == (6, ["c1"])


def test_aFileThatAnotherServerHasIsAnError(tmp_path: Path) -> None:
    path = tmp_path / "x.underway"
    first = UnderwayFile(path)
    first.write(2e9, [], [])
    with pytest.raises(sqlite3.OperationalError):
        UnderwayFile(path).load()


def test_aDirectoryThatCannotBeMadeIsAnError(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        UnderwayFile(tmp_path / "file" / "x.underway").load()


def test_anOlderDatabaseGetsTheColumnThatItLacks(tmp_path: Path) -> None:
    path = tmp_path / "cdr.sqlite"
    database = Database(path)
    database.write([detail()])
    database.close()
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE cdr DROP COLUMN lastSeen")
    connection.close()
    database = Database(path)
    database.write([detail(lastSeen=2e9)])
    database.close()
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT lastSeen FROM cdr").fetchall()
    connection.close()
    assert rows == [(None,), ("2033-05-18T03:33:20.000Z",)]
