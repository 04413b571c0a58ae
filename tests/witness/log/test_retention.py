"""
What is too old, and what somebody wants to be erased.
"""

from __future__ import annotations

from pathlib import Path

from h323d.witness.log.record import timestampOf
from h323d.witness.log.retention import eraseOpenings, retire
from h323d.witness.log.sealing import Opening
from h323d.witness.log.verdict import verify
from tests.support.witnesslogs import START, append, keyOf, newDisk, newLog, placeOf


def test_whatIsErasedCanNeverBeOpenedAndBreaksNoProof(tmp_path: Path) -> None:
    place = newLog(tmp_path, 40)

    def isOfSeven(index: int, timestamp: str, opening: Opening) -> bool:
        return opening.value == "192.0.2.7:1719"

    assert eraseOpenings(place, isOfSeven) == 1
    assert eraseOpenings(place, isOfSeven) == 0
    assert not any(
        b"192.0.2.7:" in path.read_bytes() for path in place.path.rglob("*") if path.is_file()
    )
    verdict = verify(place, keyOf(place))
    assert (verdict.faults, verdict.openings) == ((), 38)


def test_aFileWithNothingLeftInItIsGone(tmp_path: Path) -> None:
    place = newLog(tmp_path, 10)
    assert eraseOpenings(place, lambda index, timestamp, opening: True) == 9
    assert not place.openings(0).exists()


def test_aLogWithoutOpeningsHasNoneToErase(tmp_path: Path) -> None:
    place = newLog(tmp_path, 1)
    assert eraseOpenings(place, lambda index, timestamp, opening: True) == 0


def test_openingsThatAreTooOldAreCutOffWhereTheOthersBegin(tmp_path: Path) -> None:
    disk = newDisk(tmp_path)
    append(disk, range(5))
    append(disk, range(5, 20), START + 100)
    disk.close()
    place = placeOf(tmp_path)
    retire(place, timestampOf(START + 50), 16)
    assert place.openings(0).read_text().count("\n") == 10
    verdict = verify(place, keyOf(place))
    assert (verdict.faults, verdict.openings, verdict.removed) == ((), 15, 0)


def test_wholeFilesAreRemovedButForTheLast(tmp_path: Path) -> None:
    place = newLog(tmp_path, 40)
    retire(place, timestampOf(START), 32)
    assert not place.isRemoved(0)
    place.subtree(16).unlink()
    retire(place, timestampOf(START + 1), 32)
    assert [place.isRemoved(first) for first in (0, 16, 32)] == [True, True, False]
    verdict = verify(place, keyOf(place))
    assert (verdict.faults, verdict.removed, verdict.openings) == ((), 32, 0)
