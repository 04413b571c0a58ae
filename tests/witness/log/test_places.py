"""
Where a log lies.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from h323d.errors import DecodeError
from h323d.witness.log.places import (
    FILE_LEVEL,
    Place,
    Subtree,
    append,
    generationsIn,
    keep,
    linesOf,
)
from h323d.witness.log.record import MAX_LINE, read
from h323d.witness.log.tree import leafHash, rootOf
from tests.support.witnesslogs import linesIn, newLog


def test_filesAreNamedForTheirFirstRecords(tmp_path: Path) -> None:
    place = newLog(tmp_path, 40)
    assert place.firsts() == [0, 16, 32]
    assert place.records(16).name == "000000000016.jsonl"
    assert Place(tmp_path).fileRecords == 1 << FILE_LEVEL == 65_536


def test_aFullFileIsToldInShort(tmp_path: Path) -> None:
    place = newLog(tmp_path, 20)
    lines = linesIn(place)[:16]
    subtree = place.subtreeOf(0)
    assert subtree.root == rootOf(list(map(leafHash, lines)))
    assert subtree.hash == read(lines[-1]).hash
    place.subtree(0).unlink()
    assert place.subtreeOf(0) == subtree


def test_aFileThatIsNotFullIsNotToldInShort(tmp_path: Path) -> None:
    place = newLog(tmp_path, 20)
    with pytest.raises(DecodeError, match="has 4 records, not 16"):
        place.subtreeOf(16)


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b'{"first":0}', b"[" * 100_000])
def test_whatIsNoSubtreeIsRefused(line: bytes) -> None:
    with pytest.raises(DecodeError):
        Subtree.read(line)


def test_onlyTheRootIsLeftOfARemovedFile(tmp_path: Path) -> None:
    place = newLog(tmp_path, 40)
    place.records(0).unlink()
    assert place.isRemoved(0)
    assert not place.isRemoved(16)
    assert place.firsts() == [0, 16, 32]


def test_originsAreNumbered(tmp_path: Path) -> None:
    for name in ("1", "2", "10", "03", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "4").touch()
    assert generationsIn(tmp_path) == [1, 2, 10]
    assert generationsIn(tmp_path / "nowhere") == []


def test_aLineThatNeverEndsIsReadInPieces(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x" * (3 * MAX_LINE))
    assert max(map(len, linesOf(tmp_path / "x"))) <= MAX_LINE + 2


def test_aFileIsKeptWholeOrNotAtAll(tmp_path: Path) -> None:
    keep(tmp_path / "deep" / "x", b"one")
    keep(tmp_path / "deep" / "x", b"two")
    assert [each.name for each in (tmp_path / "deep").iterdir()] == ["x"]
    assert (tmp_path / "deep" / "x").read_bytes() == b"two"


def test_linesAreAppendedAllOrNone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(tmp_path / "x", [b"one", b"two"])

    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fdatasync", full)
    with pytest.raises(OSError, match="No space left"):
        append(tmp_path / "x", [b"three"])
    assert (tmp_path / "x").read_bytes() == b"one\ntwo\n"
