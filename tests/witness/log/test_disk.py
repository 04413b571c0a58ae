"""
The log on its disk.
"""

from __future__ import annotations

import errno
import os
from collections import deque
from pathlib import Path

import pytest

from h323d.errors import DecodeError
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.disk import HEAD_RECORDS, HEAD_SECONDS
from h323d.witness.log.note import notesIn
from h323d.witness.log.record import read
from h323d.witness.log.verdict import verify
from tests.support.witnesslogs import (
    ORIGIN,
    START,
    append,
    entry,
    keyOf,
    linesIn,
    newDisk,
    newLog,
    placeOf,
)


def kinds(directory: Path, generation: int = 1) -> list[str]:
    return [read(each).msgType for each in linesIn(placeOf(directory, generation))]


def headsIn(directory: Path) -> list[int]:
    place = placeOf(directory)
    return [
        Checkpoint.readSigned(note, keyOf(place)).size
        for first in place.firsts()
        for note in notesIn(place.heads(first).read_text().splitlines(keepends=True))
    ]


def test_aLogBeginsWithARecordOfItsKey(tmp_path: Path) -> None:
    disk = newDisk(tmp_path)
    written = disk.write(deque([entry(1)]), START)
    assert kinds(tmp_path) == ["log_begun", "admission"]
    assert read(linesIn(placeOf(tmp_path))[0]).data["key"] == str(keyOf(placeOf(tmp_path)))
    assert (written.size, written.covered) == (2, 2)
    assert written.head is not None
    assert written.head.startswith(f"{ORIGIN}\n2\n")
    disk.close()


def test_aHeadIsSignedAfterTenSecondsIfThereIsMore(tmp_path: Path) -> None:
    disk = newDisk(tmp_path)
    disk.write(deque([entry(0)]), START)
    assert disk.write(deque([entry(1)]), START + HEAD_SECONDS - 1).head is None
    assert disk.write(deque([entry(2)]), START + HEAD_SECONDS).head is not None
    assert disk.write(deque(), START + 3 * HEAD_SECONDS).head is None
    disk.close()
    assert headsIn(tmp_path) == [2, 4]


def test_aHeadIsSignedAfterAThousandRecords(tmp_path: Path) -> None:
    disk = newDisk(tmp_path, level=16)
    assert disk.write(deque([entry(1)]), START).covered == 2
    assert disk.write(deque(map(entry, range(HEAD_RECORDS - 1))), START).covered == 2
    assert disk.write(deque([entry(2)]), START).covered == HEAD_RECORDS + 2
    disk.close()


def test_aHeadIsSignedAtTheEndOfEachFileAndOfTheLog(tmp_path: Path) -> None:
    disk = newDisk(tmp_path)
    disk.write(deque(entry(number) for number in range(20)), START)
    disk.write(deque([entry(20)]), START, isLast=True)
    disk.close()
    assert headsIn(tmp_path) == [16, 22]
    assert placeOf(tmp_path).subtree(0).exists()


def test_aLogGoesOnWhereItWasLeft(tmp_path: Path) -> None:
    for life, count in enumerate((3, 13, 1, 20)):  # at the end of a file, too
        disk = newDisk(tmp_path)
        append(disk, range(count), START + life)
        disk.close()
    place = placeOf(tmp_path)
    assert verify(place, keyOf(place)).faults == ()
    assert kinds(tmp_path).count("log_begun") == 1
    assert len(linesIn(place)) == 1 + 3 + 13 + 1 + 20


def test_whatIsOnTheDiskIsTakenOutOfTheBatch(tmp_path: Path) -> None:
    disk = newDisk(tmp_path)
    batch = deque(entry(number) for number in range(40))
    disk.write(batch, START)
    assert not batch
    disk.close()


def test_aFullDiskTakesNothingAndTheRestIsWrittenLater(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = newDisk(tmp_path)
    disk.write(deque([entry(1)]), START)
    batch = deque([entry(2), entry(3)])
    with monkeypatch.context() as patched:

        def full(file: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        patched.setattr(os, "fdatasync", full)
        with pytest.raises(OSError, match="No space left"):
            disk.write(batch, START + 1)
    assert len(batch) == 2
    disk.write(batch, START + 2, isLast=True)
    disk.close()
    place = placeOf(tmp_path)
    assert verify(place, keyOf(place)).faults == ()
    assert kinds(tmp_path) == ["log_begun", "admission", "admission", "admission"]


def test_aDirectoryThatCannotBeMadeIsTold(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(OSError, match="Not a directory"):
        newDisk(tmp_path / "x" / "y").write(deque([entry(1)]), START)


def test_twoDoNotWriteOneLog(tmp_path: Path) -> None:
    disk = newDisk(tmp_path)
    disk.write(deque([entry(1)]), START)
    with pytest.raises(BlockingIOError):
        newDisk(tmp_path).write(deque([entry(2)]), START)
    disk.close()
    newDisk(tmp_path).write(deque([entry(2)]), START)


def test_aTornEndIsPutAsideAndRecorded(tmp_path: Path) -> None:
    place = newLog(tmp_path, 10)
    disk = newDisk(tmp_path)
    disk.write(deque([entry(11)]), START)
    disk.close()
    path = place.records(0)
    path.write_bytes(path.read_bytes()[:-30])
    disk = newDisk(tmp_path)
    # The head of eleven is gone with the end of the eleventh.
    place.checkpoint.write_text(list(notesIn(place.heads(0).open()))[-2])
    place.heads(0).write_text("".join(list(notesIn(place.heads(0).open()))[:-1]))
    disk.write(deque([entry(12)]), START, isLast=True)
    disk.close()
    assert kinds(tmp_path)[10:] == ["log_recovered", "admission"]
    told = read(linesIn(place)[10]).data
    torn = place.path / "torn" / str(told["file"])
    assert torn.stat().st_size == told["octets"]
    assert verify(place, keyOf(place)).faults == ()


def test_whereTheNewestHeadIsOfMoreAnotherLogBeginsThatNamesIt(tmp_path: Path) -> None:
    place = newLog(tmp_path, 10)
    head = Checkpoint.readSigned(place.checkpoint.read_text(), keyOf(place))
    path = place.records(0)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:8]))
    disk = newDisk(tmp_path)
    disk.write(deque([entry(12)]), START, isLast=True)
    disk.close()
    assert len(linesIn(place)) == 8  # which nobody has touched
    assert kinds(tmp_path, 2) == ["log_begun", "admission"]
    lost = read(linesIn(placeOf(tmp_path, 2))[0]).data["lost"]
    assert (lost["origin"], lost["size"], lost["root"]) == (ORIGIN, 10, head.root.hex())
    assert "the newest head is of 10" in lost["reason"]
    other = placeOf(tmp_path, 2)
    assert keyOf(other).name == f"{ORIGIN}/2"
    assert verify(other, keyOf(other)).faults == ()


def test_whereTheKeyIsAnotherAnotherLogBegins(tmp_path: Path) -> None:
    newLog(tmp_path, 3)
    (tmp_path / "key.pem").unlink()
    disk = newDisk(tmp_path)
    (tmp_path / "key.pem").write_bytes(b"nonsense")
    with pytest.raises(DecodeError, match=r"key\.pem"):
        disk.write(deque([entry(1)]), START)
    disk.close()


def test_whatIsTooOldIsRemovedAndTheRestIsVerifiedAsBefore(tmp_path: Path) -> None:
    disk = newDisk(tmp_path, retention=100.0)
    append(disk, range(20))
    append(disk, range(20), START + 200_000)
    disk.close()
    place = placeOf(tmp_path)
    assert place.isRemoved(0)
    assert not place.isRemoved(16)  # its last record is not as old
    verdict = verify(place, keyOf(place))
    assert verdict.faults == ()
    assert (verdict.size, verdict.removed) == (41, 16)
    assert verdict.openings == 20
    disk = newDisk(tmp_path)
    append(disk, range(3), START + 200_001)
    disk.close()
    assert verify(place, keyOf(place)).faults == ()
