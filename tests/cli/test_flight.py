"""
C{h323ctl ha replay}: a record is done once more, without a server.

That the records of real processes are so is C{tests/system/test_flight.py}'s to show.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from h323d.cli import ctl
from h323d.config.sections import Configuration
from h323d.ha.recorder import Recorder
from h323d.ha.records import DoneRecord, InputRecord, Record

BROKEN: list[Record] = [
    InputRecord(1, 1_800_000_000.0, "begin", (Configuration(),)),
    DoneRecord(1, (), 0),
]
TAIL: list[Record] = [
    InputRecord(7, 1_800_000_000.25, "received", (2, b"octets")),
    DoneRecord(7, (), 0),
    InputRecord(8, 1_800_000_001.0, "tick", ()),
]


@pytest.fixture
def flight(tmp_path: Path) -> Path:
    return tmp_path / "flight"


def record(directory: Path, records: list[Record]) -> None:
    recorder = Recorder(directory, 1 << 20)
    for each in records:
        recorder.note(each)
    recorder.close()


def test_whatHasLostItsBeginningIsToldTurnByTurn(
    flight: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(flight, TAIL)
    assert ctl.main(["ha", "replay", str(flight)]) == 0
    told = capsys.readouterr()
    assert told.out == (
        "      7 2027-01-15T08:00:00.250 received 2 6 octets (beecb3c5)\n"
        "      8 2027-01-15T08:00:01.000 tick\n"
    )
    assert told.err == "h323ctl: its beginning is not kept: it is read, and not done\n"


def test_onlyWhatIsWantedIsTold(flight: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(flight, TAIL)
    assert ctl.main(["ha", "replay", str(flight), "--until", "7", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert (told["turn"], told["kind"], told["facts"]) == (7, "received", [])


def test_nothingIsAskedWhereTheBeginningIsNotKept(
    flight: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(flight, TAIL)
    assert ctl.main(["ha", "replay", str(flight), "--ask", "calls"]) == 1
    reason = "h323ctl: nothing can be asked where the beginning is not kept\n"
    assert capsys.readouterr().err == reason


def test_whereItDivergesIsTold(flight: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(flight, BROKEN)
    assert ctl.main(["ha", "replay", str(flight)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("h323ctl: it diverges here: turn 1: asks another question: secret")


def test_whereItIsDamagedIsTold(flight: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(flight, TAIL)
    (piece,) = flight.iterdir()
    piece.write_bytes(b"GET / HTTP/1.1\r\n")
    assert ctl.main(["ha", "replay", str(flight)]) == 1
    reason = "h323ctl: 00000001.h3log: record at octet 0: no record begins here\n"
    assert capsys.readouterr().err == reason


@pytest.mark.parametrize(
    ("isThere", "reason"),
    [(True, "nothing is recorded there"), (False, "No such file or directory")],
)
def test_whatIsNoRecordIsOneLine(
    isThere: bool, reason: str, flight: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if isThere:
        flight.mkdir()
    assert ctl.main(["ha", "replay", str(flight)]) == 1
    assert capsys.readouterr().err == f"h323ctl: {flight}: {reason}\n"
