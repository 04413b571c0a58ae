"""
What only who holds a key, or the files, can do.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from h323d.cli.witness.program import main
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.note import Note, SignatureType, VerifierKey
from h323d.witness.log.places import FILE_LEVEL, Place
from tests.support.witnesslogs import keyOf, newLog


@pytest.fixture
def log(tmp_path: Path) -> Place:
    return newLog(tmp_path / "log", 12, FILE_LEVEL)


def newKey(path: Path, capsys: pytest.CaptureFixture[str]) -> VerifierKey:
    assert main(["keygen", str(path), "--name", "w.example", "--cosigner"]) == 0
    return VerifierKey.read(capsys.readouterr().out)


def cosign(place: Place, directory: Path) -> int:
    return main(
        [
            "cosign", str(place.path.parent), "--key", str(place.path / "key.pub"),
            "--name", "w.example", "--private", str(directory / "key"),
            "--state", str(directory / "state"),
        ]
    )  # fmt: skip


def test_aKeyIsMadeForALogOrACosigner(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert newKey(tmp_path / "one", capsys).type is SignatureType.COSIGNATURE
    assert main(["keygen", str(tmp_path / "two"), "--name", "a.example/log"]) == 0
    assert VerifierKey.read(capsys.readouterr().out).type is SignatureType.ED25519
    assert main(["keygen", str(tmp_path / "two"), "--name", "a.example/log"]) == 2
    assert main(["keygen", str(tmp_path / "three"), "--name", "a b"]) == 2


def test_aCosignerSignsWhatHasGoneOnAsItShould(
    log: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = newKey(tmp_path / "key", capsys)
    for _ in range(2):
        assert cosign(log, tmp_path) == 0
        note = Note.read(capsys.readouterr().out)
        assert note.cosignedAt(key) is not None
        assert note.isSignedBy(keyOf(log))
    assert Checkpoint.read(Note.read((tmp_path / "state").read_text()).text).size == 12


def test_aCosignerDoesNotSignALogThatHasGoneBackOrAnotherWay(
    log: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newKey(tmp_path / "key", capsys)
    assert cosign(log, tmp_path) == 0
    before = (tmp_path / "state").read_bytes()
    shutil.rmtree(log.path)
    newLog(tmp_path / "log", 8, FILE_LEVEL)
    assert cosign(log, tmp_path) == 1
    assert "NOT COSIGNED: the log shows 8 records, and had 12" in capsys.readouterr().out
    shutil.rmtree(log.path)
    other = newLog(tmp_path / "log", 20, FILE_LEVEL)
    path = other.records(0)
    path.write_bytes(path.read_bytes().replace(b"128000", b"128001", 1))
    assert cosign(log, tmp_path) == 1
    assert "does not begin with 12 records" in capsys.readouterr().out
    assert (tmp_path / "state").read_bytes() == before


def test_aStateThatIsNoneIsNamedAndLeftAsItIs(
    log: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newKey(tmp_path / "key", capsys)
    (tmp_path / "state").touch()
    assert cosign(log, tmp_path) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"h323d-witness: {tmp_path / 'state'}: is not what was cosigned last")
    assert (tmp_path / "state").read_bytes() == b""


@pytest.mark.parametrize(
    ("which", "value", "count"),
    [("--record", "3", 1), ("--value", "192.0.2.1", 3), ("--before", "2027-02", 11)],
)
def test_whatIsErasedIsCountedAndGone(
    log: Place, which: str, value: str, count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["erase", str(log.path.parent), which, value]) == 0
    assert f"{count} seals can never be opened again" in capsys.readouterr().out
    key = str(log.path / "key.pub")
    assert main(["verify", str(log.path), "--key", key]) == 0
