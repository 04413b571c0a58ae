"""
Whether a log is what its server has signed.
"""

from __future__ import annotations

import shutil
from collections import deque
from pathlib import Path

import pytest

from h323d.cli.witness.program import main
from h323d.witness.log.keys import newPrivateKey
from h323d.witness.log.note import Note, SignatureType, Signer
from h323d.witness.log.places import FILE_LEVEL, Place, keep
from tests.support.witnesslogs import START, entry, newDisk, newLog


@pytest.fixture
def log(tmp_path: Path) -> Place:
    return newLog(tmp_path / "log", 12, FILE_LEVEL)


def verify(place: Place, *options: str) -> int:
    key = str(place.path / "key.pub")
    return main(["verify", str(place.path.parent), "--key", key, *options])


def test_anIntactLogIsStatusZero(log: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(log) == 0
    told = capsys.readouterr().out.splitlines()
    assert "12 records, 5 heads; the newest covers 12" in told[1]
    assert told[-1] == "intact"


def test_whatIsWrongIsToldWithItsRecordAndStatusOne(
    log: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    path = log.records(0)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:4] + lines[5:]))
    assert verify(log) == 1
    told = capsys.readouterr().out
    assert "record 4: deletion: records 4 to 4 are missing" in told
    assert told.endswith("NOT INTACT\n")


def test_manyFilesAreVerifiedInSeveralProcesses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    disk = newDisk(tmp_path, level=FILE_LEVEL)
    disk.write(deque(map(entry, range(200))), START)
    short = deque(entry(number) for number in range(200)) * 330
    disk.write(short, START, isLast=True)
    disk.close()
    place = Place(tmp_path / "1")
    assert place.firsts() == [0, 65_536]
    assert verify(place, "--jobs", "2") == 0
    assert "66201 records" in capsys.readouterr().out


def test_aHeadThatSomebodyKeptIsCompared(
    log: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    shutil.copy(log.checkpoint, kept)
    assert verify(log, "--checkpoint", str(kept)) == 0
    shutil.rmtree(log.path)
    newLog(tmp_path / "log", 8, FILE_LEVEL)
    assert verify(log) == 0
    assert verify(log, "--checkpoint", str(kept)) == 1
    assert "record 8: truncation" in capsys.readouterr().out


def test_aFileWithoutHeadsOfTheLogIsRefused(
    log: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kept").write_text("nonsense")
    assert verify(log, "--checkpoint", str(tmp_path / "kept")) == 2
    assert verify(log, "--checkpoint", str(tmp_path / "nowhere")) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_aCosignerHasToHaveSeenIt(
    log: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    private = newPrivateKey(tmp_path / "key", bytes(32))
    cosigner = Signer.of("w.example", private, SignatureType.COSIGNATURE)
    assert verify(log, "--cosigner", str(cosigner.key)) == 1
    assert "no head is cosigned by w.example" in capsys.readouterr().out
    note = Note.read(log.checkpoint.read_text())
    cosigned = note.with_(cosigner.cosign(note.text, 1_800_000_000))
    keep(log.cosigned / "w.example", str(cosigned).encode())
    assert verify(log, "--cosigner", str(cosigner.key)) == 0
    told = capsys.readouterr().out
    assert "w.example cosigned 12 records at 2027-01-15T08:00:00.000Z" in told


def test_whatTheNextLogSaysIsLostIsMissingInTheOneBefore(
    log: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    path = log.records(0)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:6]))
    disk = newDisk(log.path.parent, level=FILE_LEVEL)
    disk.write(deque(), START, isLast=True)
    disk.close()
    log.checkpoint.unlink()
    log.heads(0).unlink()
    assert verify(log) == 1
    told = capsys.readouterr().out
    assert "record 6: truncation: there are 6 records, and a signed head is of 12" in told
    assert "in " + str(log.path.parent / "2") in told
