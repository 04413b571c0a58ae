"""
Call detail records on the disk.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from h323d.values.address import AddressKind, PartyAddress
from h323d.witness.database import Database
from h323d.witness.jsonlines import JSONLines
from tests.support.cdr import detail

EVIL = 'a\nJan 01 forged \x1b]0;x\x07 ",=1+1," \ud800 \u2028 %s ${x} \'); DROP TABLE cdr; --'
EVIL_NAME = (PartyAddress(AddressKind.H323_ID, EVIL),)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


# --- lines of JSON


def test_aLineForEachRecord(tmp_path: Path) -> None:
    path = tmp_path / "state" / "cdr.jsonl"
    sink = JSONLines(path)
    sink.write([detail(callId="c1"), detail(callId="c2")])
    sink.write([detail(callId="c3")])
    assert [line["callId"] for line in lines(path)] == ["c1", "c2", "c3"]
    assert lines(path)[0] == detail().told()
    assert path.stat().st_mode & 0o077 == 0


def test_noTextOfACallerLooksLikeALineOrSteersATerminal(tmp_path: Path) -> None:
    path = tmp_path / "cdr.jsonl"
    JSONLines(path).write([detail(calling=EVIL_NAME)])
    octets = path.read_bytes()
    assert octets.count(b"\n") == 1
    assert octets[:-1].decode("ascii").isprintable()
    assert lines(path)[0]["calling"] == [EVIL]


def test_aFileThatWasRenamedIsMadeAnew(tmp_path: Path) -> None:
    path = tmp_path / "cdr.jsonl"
    sink = JSONLines(path)
    sink.write([detail(callId="c1")])
    path.rename(tmp_path / "cdr.jsonl.1")
    sink.write([detail(callId="c2")])
    assert [line["callId"] for line in lines(path)] == ["c2"]


def test_aLineThatACrashCutOffHarmsNoOther(tmp_path: Path) -> None:
    path = tmp_path / "cdr.jsonl"
    path.write_bytes(b'{"callId": "c')
    JSONLines(path).write([detail(callId="c2")])
    cut, whole = path.read_bytes().splitlines()
    assert json.loads(whole)["callId"] == "c2"
    assert cut == b'{"callId": "c'


def test_aFullDiskKeepsNoHalfLine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cdr.jsonl"
    sink = JSONLines(path)
    sink.write([detail(callId="c1")])
    real: Callable[[int, bytes], int] = os.write
    room = [10]

    def write(file: int, data: bytes) -> int:
        if not room:
            raise OSError(28, "No space left on device")
        return real(file, data[: room.pop()])

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(OSError, match="No space left"):
        sink.write([detail(callId="c2")])
    monkeypatch.undo()
    assert [line["callId"] for line in lines(path)] == ["c1"]
    sink.write([detail(callId="c2")])
    assert [line["callId"] for line in lines(path)] == ["c1", "c2"]


# --- the database


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


@pytest.mark.parametrize("sink", [JSONLines, Database])
def test_whatCannotBeWrittenIsSaid(tmp_path: Path, sink: type[JSONLines] | type[Database]) -> None:
    with pytest.raises((OSError, sqlite3.Error)):
        sink(tmp_path).write([detail()])


def test_aFileThatIsNoDatabaseIsLeftAlone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Bert, " * 100)
    before = path.read_bytes()
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        Database(path).write([detail()])
    assert path.read_bytes() == before
