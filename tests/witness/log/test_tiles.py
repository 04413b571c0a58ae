"""
The log as tiles (C2SP tlog-tiles).
"""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest

from h323d.errors import DecodeError
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.places import Place
from h323d.witness.log.tiles import export, tilePath
from h323d.witness.log.tree import leafHash, rootOf
from tests.support.witnesslogs import START, entry, keyOf, linesIn, newDisk

LEVEL = 8  # files of 256: whole tiles


def logOf(directory: Path, count: int) -> tuple[Place, Checkpoint]:
    disk = newDisk(directory, level=LEVEL)
    disk.write(deque(entry(number % 200) for number in range(count - 1)), START, isLast=True)
    disk.close()
    place = Place(directory / "1", LEVEL)
    return place, Checkpoint.readSigned(place.checkpoint.read_text(), keyOf(place))


def entriesIn(octets: bytes) -> list[bytes]:
    entries = []
    while octets:
        length = int.from_bytes(octets[:2])
        entries.append(octets[2 : 2 + length])
        octets = octets[2 + length :]
    return entries


def hashesIn(path: Path) -> list[bytes]:
    octets = path.read_bytes()
    return [octets[each : each + 32] for each in range(0, len(octets), 32)]


def test_tilesAndBundlesAreWhatTheStandardSays(tmp_path: Path) -> None:
    place, head = logOf(tmp_path / "log", 600)
    assert list(export(place, head, tmp_path / "out")) == [256, 512, 600]
    tiles, lines = tmp_path / "out" / "tile", linesIn(place)
    leaves = list(map(leafHash, lines))
    assert hashesIn(tiles / "0" / "001") == leaves[256:512]
    assert hashesIn(tiles / "0" / "002.p" / "88") == leaves[512:]
    assert hashesIn(tiles / "1" / "000.p" / "2") == [rootOf(leaves[:256]), rootOf(leaves[256:512])]
    assert entriesIn((tiles / "entries" / "000").read_bytes()) == lines[:256]
    assert entriesIn((tiles / "entries" / "002.p" / "88").read_bytes()) == lines[512:]
    assert len([each for each in tiles.rglob("*") if each.is_file()]) == 7


def test_ofRecordsThatAreRemovedThereAreNoTilesOfTheLowestLevels(tmp_path: Path) -> None:
    place, head = logOf(tmp_path / "log", 600)
    root = place.subtreeOf(0).root
    place.records(0).unlink()
    list(export(place, head, tmp_path / "out"))
    tiles = tmp_path / "out" / "tile"
    assert hashesIn(tiles / "1" / "000.p" / "2")[0] == root
    assert not (tiles / "0" / "000").exists()
    assert (tiles / "0" / "001").exists()
    assert not (tiles / "entries" / "000").exists()


def test_whatTheHeadDoesNotCoverIsNotExported(tmp_path: Path) -> None:
    place, head = logOf(tmp_path / "log", 100)
    with place.records(0).open("ab") as file:
        file.write(b"more\n")
    list(export(place, head, tmp_path / "out"))
    assert (tmp_path / "out" / "tile" / "0" / "000.p" / "100").exists()


def test_aLogThatIsNotThatOfTheHeadIsNotExported(tmp_path: Path) -> None:
    place, head = logOf(tmp_path / "log", 300)
    path = place.records(256)
    path.write_bytes(path.read_bytes().replace(b"128000", b"128001", 1))
    with pytest.raises(DecodeError, match="are not those of the head"):
        list(export(place, head, tmp_path / "out"))
    path.write_bytes(b"")
    with pytest.raises(DecodeError, match="records 256 to 299 are missing"):
        list(export(place, head, tmp_path / "out"))
    place.records(0).unlink()
    place.subtree(0).unlink()
    with pytest.raises(DecodeError, match="records 0 to 255 are missing"):
        list(export(place, head, tmp_path / "out"))


def test_theNumbersOfTilesStandInGroupsOfThree() -> None:
    assert tilePath(0) == "000"
    assert tilePath(67) == "067"
    assert tilePath(1_234_067) == "x001/x234/067"
    assert tilePath(1_000) == "x001/000"
