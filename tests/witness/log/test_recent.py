"""
What a log was last told.
"""

from __future__ import annotations

import shutil
from collections import deque
from pathlib import Path

import pytest

from h323d.witness.log.places import Place
from h323d.witness.log.recent import CHUNK, recent
from tests.support.witnesslogs import START, entry, linesIn, newDisk, placeOf, rewrite

FIRST = START + 1.0  # when the first record but C{log_begun} was told


def log(directory: Path, signed: int = 1) -> Place:
    """
    A log with 40 records, one a second, in files of 16, as a server that was killed leaves it.

    @param signed: how many of them have a head.
    """
    disk = newDisk(directory)
    entries = [entry(number, FIRST + number) for number in range(40)]
    disk.write(deque(entries[:signed]), FIRST, isLast=True)
    disk.write(deque(entries[signed:]), FIRST)
    disk.close()
    return placeOf(directory)


def indices(directory: Path, since: float) -> list[int]:
    found = recent(directory, since)
    assert found is not None
    return [each.index for each in found.records]


def test_whatWasToldIsReadTheLastFirst(tmp_path: Path) -> None:
    log(tmp_path)
    assert indices(tmp_path, FIRST + 36) == [40, 39, 38, 37]
    assert indices(tmp_path, FIRST + 5) == list(range(40, 5, -1))
    assert indices(tmp_path, FIRST + 100) == []


def test_aLogThatBeganLaterIsWholeFromThereOn(tmp_path: Path) -> None:
    log(tmp_path)
    found = recent(tmp_path, START - 100)
    assert found is not None
    assert (found.since, len(found.records)) == (FIRST, 41)


def test_whereTheLogReachesFurtherBackItIsWholeFromThatTimeOn(tmp_path: Path) -> None:
    log(tmp_path)
    found = recent(tmp_path, FIRST + 7)
    assert found is not None
    assert found.since == FIRST + 7


@pytest.mark.parametrize("torn", [b"{", b'{"data":{}}\n', b"\0" * 4096, b"\n", b"x" * (3 * CHUNK)])
def test_anEndThatIsTornIsLeftOut(tmp_path: Path, torn: bytes) -> None:
    place = log(tmp_path)
    with place.records(32).open("ab") as file:
        file.write(torn)
    assert indices(tmp_path, FIRST + 38) == [40, 39]


def test_linesAreReadWhereverPiecesOfTheFileEnd(tmp_path: Path) -> None:
    disk = newDisk(tmp_path, level=10)
    disk.write(deque(entry(number) for number in range(1000)), START)
    disk.close()
    place = placeOf(tmp_path, level=10)
    assert place.records(0).stat().st_size > 3 * CHUNK
    assert indices(tmp_path, START - 1) == list(range(1000, -1, -1))


def test_whereThereIsNoLogNothingIsKnown(tmp_path: Path) -> None:
    assert recent(tmp_path, START) is None
    assert recent(tmp_path / "nowhere", START) is None
    (tmp_path / "1").mkdir()
    assert recent(tmp_path, START) is None


@pytest.mark.parametrize("number", [5, 30, 39])
def test_whereARecordWasChangedNothingIsKnown(tmp_path: Path, number: int) -> None:
    place = log(tmp_path)
    lines = linesIn(place)
    rewrite(
        place,
        [*lines[:number], lines[number].replace(b"granted", b"refused"), *lines[number + 1 :]],
    )
    assert recent(tmp_path, START - 1) is None


@pytest.mark.parametrize("number", [5, 30])
def test_whereARecordIsMissingNothingIsKnown(tmp_path: Path, number: int) -> None:
    place = log(tmp_path)
    lines = linesIn(place)
    rewrite(place, [*lines[:number], *lines[number + 1 :]])
    assert recent(tmp_path, START - 1) is None


def test_whereRecordsAreLostThatWereSignedNothingIsKnown(tmp_path: Path) -> None:
    place = log(tmp_path, signed=40)
    rewrite(place, linesIn(place)[:-1])
    assert recent(tmp_path, FIRST + 35) is None


def test_whereTheNewestHeadIsNoneNothingIsKnown(tmp_path: Path) -> None:
    place = log(tmp_path)
    place.checkpoint.write_text("nonsense")
    assert recent(tmp_path, FIRST + 35) is None


def test_ofFilesThatAreRemovedNothingIsKnown(tmp_path: Path) -> None:
    place = log(tmp_path)
    place.records(16).unlink()
    assert recent(tmp_path, START - 1) is None
    assert indices(tmp_path, FIRST + 38) == [40, 39]


def test_ofSeveralLogsItIsTheLastThatIsWrittenOn(tmp_path: Path) -> None:
    place = log(tmp_path)
    shutil.copytree(place.path, tmp_path / "2")
    place.records(32).unlink()
    assert indices(tmp_path, FIRST + 38) == [40, 39]
