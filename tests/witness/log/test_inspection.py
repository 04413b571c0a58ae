"""
One file of a log, inspected by itself.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.faults import Kind
from h323d.witness.log.inspection import Head, inspect
from h323d.witness.log.record import MAX_LINE, read
from h323d.witness.log.tree import Frontier, leafHash, rootOf
from tests.support.witnesslogs import keyOf, linesIn, newLog


def test_aFileTellsHowItGoesTogetherWithOthers(tmp_path: Path) -> None:
    place = newLog(tmp_path, 40)
    lines = linesIn(place)
    found = inspect(place, 16, keyOf(place))
    assert (found.first, found.count, found.faults) == (16, 16, ())
    assert found.prevHash == read(lines[15]).hash
    assert found.hash == read(lines[31]).hash
    assert Frontier(16, found.hashes).root() == rootOf(list(map(leafHash, lines[16:32])))
    assert found.openings == 16
    assert {each.checkpoint.size for each in found.heads} == {21, 26, 31, 32}


def test_aHeadHasTheRootOfWhatItCoversOfTheFile(tmp_path: Path) -> None:
    place = newLog(tmp_path, 20)
    heads = {each.checkpoint.size: each.within for each in inspect(place, 16, keyOf(place)).heads}
    assert heads[20] == rootOf(list(map(leafHash, linesIn(place)[16:20])))


def test_headsOfElsewhereAreLookedAtInTheFileThatTheyEndIn(tmp_path: Path) -> None:
    place = newLog(tmp_path, 20)
    kept = [Head(Checkpoint("x", size, bytes(32)), isKept=True) for size in (16, 17, 25, 40)]
    found = [each for each in inspect(place, 16, keyOf(place), kept).heads if each.isKept]
    root = rootOf([leafHash(linesIn(place)[16])])
    assert found == [replace(kept[1], within=root), kept[2]]


def test_aFileWhoseRecordsAreRemovedIsItsRoot(tmp_path: Path) -> None:
    place = newLog(tmp_path, 40)
    before = inspect(place, 0, keyOf(place))
    place.records(0).unlink()
    found = inspect(place, 0, keyOf(place))
    assert (found.isRemoved, found.count, found.hash) == (True, 16, before.hash)
    assert Frontier(16, found.hashes).root() == Frontier(16, before.hashes).root()


def test_aLineThatNeverEndsIsOneEdit(tmp_path: Path) -> None:
    place = newLog(tmp_path, 5)
    place.records(0).write_bytes(b"x" * 5 * MAX_LINE)
    (fault,) = inspect(place, 0, keyOf(place)).faults
    assert (fault.kind, fault.record) == (Kind.EDIT, 0)


def test_aHeadThatIsCutOffIsATornEnd(tmp_path: Path) -> None:
    place = newLog(tmp_path, 12)
    heads = place.heads(0).read_bytes()
    place.heads(0).write_bytes(heads[:-20])
    (fault,) = inspect(place, 0, keyOf(place)).faults
    assert (fault.kind, fault.record) == (Kind.TORN, 11)
    assert str(fault).startswith("record 11: torn end: ")


def test_aHeadOfAnotherFileIsTold(tmp_path: Path) -> None:
    place = newLog(tmp_path, 20)
    place.heads(0).write_bytes(place.heads(0).read_bytes() + place.heads(16).read_bytes())
    kinds = {each.kind for each in inspect(place, 0, keyOf(place)).faults}
    assert kinds == {Kind.HEAD}
