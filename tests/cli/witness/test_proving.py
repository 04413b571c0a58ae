"""
What is in a log, for who has not got it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from h323d.cli.witness.program import main
from h323d.witness.log.note import notesIn
from h323d.witness.log.places import FILE_LEVEL, Place
from tests.support.witnesslogs import entry, newLog


@pytest.fixture
def log(tmp_path: Path) -> Place:
    return newLog(tmp_path / "log", 12, FILE_LEVEL)


def run(name: str, place: Place, *options: str) -> int:
    key = str(place.path / "key.pub")
    return main([name, str(place.path.parent), *options, "--key", key])


def test_aProofIsCheckedWithoutTheLog(
    log: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record, proof = tmp_path / "record", tmp_path / "proof"
    assert run("prove", log, "5", "--record", str(record)) == 0
    proof.write_text(capsys.readouterr().out)
    check = ["check", str(proof), str(record), "--key", (log.path / "key.pub").read_text()]
    shutil.rmtree(log.path)
    assert main(check) == 0
    assert "record 5, admission of 2027" in capsys.readouterr().out
    record.write_bytes(record.read_bytes().replace(b"128000", b"128001"))
    assert main(check) == 1
    assert "NOT PROVEN: " in capsys.readouterr().out


def test_aRecordThatThereIsNotIsStatusTwo(log: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("prove", log, "12") == 2
    assert "the head has 12 records" in capsys.readouterr().err


def test_aRecordIsShownWithWhatCanBeOpenedOfIt(
    log: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", str(log.path.parent), "3"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["data"]["call"] == entry(3).data["call"]
    assert told["opened"] == {"source": "192.0.2.3:1719"}
    log.openings(0).unlink()
    assert main(["show", str(log.path), "3"]) == 0
    assert json.loads(capsys.readouterr().out)["opened"] == {}


def test_allRecordsAreShownALineForEach(log: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(log.path.parent)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 12
    assert lines[0].startswith("0 2027-01-15T08:00:00.000Z log_begun {")


def test_aLogIsConsistentWithWhatItWas(
    log: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    kept.write_text(list(notesIn(log.heads(0).open()))[1])
    assert run("consistency", log, str(kept)) == 0
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 4
    assert told.err == "consistent: from 6 to 12 records\n"


def test_aLogThatHasGoneBackIsNotConsistent(
    log: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    shutil.copy(log.checkpoint, kept)
    shutil.rmtree(log.path)
    newLog(tmp_path / "log", 8, FILE_LEVEL)
    assert run("consistency", log, str(kept)) == 1
    assert "the log shows 8 records, and had 12" in capsys.readouterr().out


def test_aLogIsExportedWithItsHead(
    log: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "tiles"
    assert run("export", log, str(target)) == 0
    assert (target / "checkpoint").read_bytes() == log.checkpoint.read_bytes()
    assert (target / "tile" / "0" / "000.p" / "12").stat().st_size == 12 * 32
    assert run("export", log, str(target)) == 2
    assert "is not empty" in capsys.readouterr().err
