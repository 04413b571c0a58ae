"""
What a log looks like when somebody begins to write it again.
"""

from __future__ import annotations

from pathlib import Path

from h323d.witness.log.recovery import recovered, wholeHeads, wholeOpenings
from tests.support.witnesslogs import entry, keyOf, linesIn, newLog, rewrite


def test_aWholeLogGoesOnAtItsEnd(tmp_path: Path) -> None:
    for count in (1, 16, 17, 33):
        place = newLog(tmp_path / str(count), count)
        found = recovered(place, keyOf(place))
        assert (found.chain.size, found.torn, found.lost) == (count, b"", "")
        assert found.head is not None
        assert found.head.size == count
        assert found.octets == place.records(found.first).stat().st_size


def test_whatFollowsTheLastWholeRecordIsTorn(tmp_path: Path) -> None:
    place = newLog(tmp_path, 5)
    with place.records(0).open("ab") as file:
        file.write(b"\0\0\0")
    found = recovered(place, keyOf(place))
    assert (found.chain.size, found.torn, found.lost) == (5, b"\0\0\0", "")


def test_aLogWithoutAHeadGoesOn(tmp_path: Path) -> None:
    place = newLog(tmp_path, 5)
    place.checkpoint.unlink()
    found = recovered(place, keyOf(place))
    assert (found.head, found.lost) == (None, "")


def test_aLogThatIsNotThatOfTheHeadIsLost(tmp_path: Path) -> None:
    place, other = newLog(tmp_path / "a", 5), newLog(tmp_path / "b", 7)
    place.checkpoint.write_bytes(other.checkpoint.read_bytes())
    assert "there are 5 records" in recovered(place, keyOf(place)).lost
    place.checkpoint.write_text("nonsense")
    assert "cannot be used" in recovered(place, keyOf(place)).lost


def test_aLogWithOtherRecordsIsLost(tmp_path: Path) -> None:
    place = newLog(tmp_path / "a", 5)
    lines = linesIn(newLog(tmp_path / "b", 30))
    rewrite(place, lines[:5])
    assert recovered(place, keyOf(place)).lost == ""
    rewrite(place, [lines[0], *linesIn(newLog(tmp_path / "c", 2))[:0]])
    assert "the newest head is of 5" in recovered(place, keyOf(place)).lost


def test_aLogWithoutOneOfItsFilesIsLost(tmp_path: Path) -> None:
    place = newLog(tmp_path, 40)
    place.records(16).unlink()
    place.subtree(16).unlink()
    assert recovered(place, keyOf(place)).lost == "records 16 to 31 are missing"


def test_openingsOfRecordsThatAreNotThereAreCutOff() -> None:
    lines = [entry(number).openings[0].line(number, "now") + b"\n" for number in range(3)]
    whole = b"".join(lines)
    assert wholeOpenings(whole, 3) == len(whole)
    assert wholeOpenings(whole, 2) == len(whole) - len(lines[2])
    assert wholeOpenings(whole[:-3], 3) == len(whole) - len(lines[2])
    assert wholeOpenings(whole + b"nonsense\n", 3) == len(whole)
    assert wholeOpenings(whole, 0) == 0
    assert wholeOpenings(b"", 3) == 0


def test_aHeadThatIsNotWholeIsCutOff(tmp_path: Path) -> None:
    heads = newLog(tmp_path, 12).heads(0).read_bytes()
    last = heads.rindex(b"council.example/if-witness/a\n12\n")
    assert wholeHeads(heads) == len(heads)
    assert wholeHeads(heads[:-2]) == last
    assert wholeHeads(heads[: last + 40]) == last
    assert wholeHeads(b"") == 0
