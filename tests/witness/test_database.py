"""
Call detail records as rows.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from h323d.witness.database import Database
from tests.support.cdr import EVIL, EVIL_NAME, detail


def rows(path: Path, what: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(f"SELECT {what} FROM cdr ORDER BY rowid").fetchall()
    finally:
        connection.close()


def test_aRowForEachRecord(tmp_path: Path) -> None:
    path = tmp_path / "state" / "cdr.sqlite"
    sink = Database(path)
    sink.write([detail(callId="c1"), detail(callId="c2", answered=None)])
    sink.close()
    sink.write([detail(callId="c3")])
    sink.close()
    assert rows(path, "callId, duration, cause") == [
        ("c1", 60.25, 16), ("c2", None, 16), ("c3", 60.25, 16)
    ]  # fmt: skip
    assert path.stat().st_mode & 0o077 == 0


def test_everyFieldHasAColumnOfItsName(tmp_path: Path) -> None:
    path = tmp_path / "cdr.sqlite"
    sink = Database(path)
    sink.write([detail()])
    sink.close()
    told = detail().told()
    (row,) = rows(path, ", ".join(told))
    expected = [json.dumps(each) if isinstance(each, list) else each for each in told.values()]
    assert list(row) == expected


def test_noTextOfACallerIsSQL(tmp_path: Path) -> None:
    path = tmp_path / "cdr.sqlite"
    sink = Database(path)
    sink.write([detail(calling=EVIL_NAME, room=EVIL)])
    sink.close()
    ((calling, room),) = rows(path, "calling, room")
    assert json.loads(str(calling)) == [EVIL]
    assert room == EVIL.replace("\ud800", "\\ud800")


def test_whoReadsTheDatabaseIsNotInTheWay(tmp_path: Path) -> None:
    path = tmp_path / "cdr.sqlite"
    sink = Database(path)
    sink.write([detail()])
    reader = sqlite3.connect(path)
    cursor = reader.execute("SELECT callId FROM cdr")
    sink.write([detail(callId="c2")])
    assert cursor.fetchall() == [("c1",)]
    reader.close()
    sink.close()
    assert len(rows(path, "callId")) == 2


def test_whatCannotBeWrittenIsSaid(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Is a directory"):
        Database(tmp_path).write([detail()])


def test_aFileThatIsNoDatabaseIsLeftAlone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Bert, " * 100)
    before = path.read_bytes()
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        Database(path).write([detail()])
    assert path.read_bytes() == before


def test_aBatchThatIsWrittenTwiceIsThereOnce(tmp_path: Path) -> None:
    path = tmp_path / "cdr.sqlite"
    first, second, third = (detail(callId=f"c{number}", answered=None) for number in range(3))
    for batch in ([first, second], [first, second, third]):
        sink = Database(path)
        sink.write(batch)
        sink.close()
    assert rows(path, "callId") == [("c0",), ("c1",), ("c2",)]
