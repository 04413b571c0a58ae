"""
Call detail records as lines of JSON.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from h323d.witness.jsonlines import JSONLines
from tests.support.cdr import EVIL, EVIL_NAME, detail


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


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


def test_whatCannotBeWrittenIsSaid(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Is a directory"):
        JSONLines(tmp_path).write([detail()])


def test_aBatchThatIsWrittenTwiceIsThereOnce(tmp_path: Path) -> None:
    path = tmp_path / "cdr.jsonl"
    first, second, third = (detail(callId=f"c{number}") for number in range(3))
    JSONLines(path).write([first, second])
    octets = path.read_bytes()
    JSONLines(path).write([first, second])
    assert path.read_bytes() == octets
    JSONLines(path).write([first, second, third])
    assert [line["callId"] for line in lines(path)] == ["c0", "c1", "c2"]
