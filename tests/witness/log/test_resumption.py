"""
What is on the disk already of records that are to be written.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest

from h323d.witness.log.chain import Entry
from h323d.witness.log.record import read
from h323d.witness.log.resumption import dropWritten
from tests.support.witnesslogs import START, linesIn, newDisk, placeOf


def entry(number: int) -> Entry:
    """
    One that is the same whenever it is made.
    """
    return Entry("admission", f"2027-01-15T08:00:{number:02}.000Z", {"number": number})


def written(directory: Path, *numbers: int) -> None:
    disk = newDisk(directory)
    disk.write(deque(map(entry, numbers)), START)
    disk.close()


@pytest.mark.parametrize(
    ("batch", "left"),
    [
        ((1, 2, 3), []),
        ((2, 3, 4), [4]),
        ((3, 4, 5), [4, 5]),
        ((4, 5), [4, 5]),
        ((1, 2), [1, 2]),
        ((), []),
    ],
)
def test_whatTheLogEndsWithIsTakenOut(
    tmp_path: Path, batch: tuple[int, ...], left: list[int]
) -> None:
    written(tmp_path, 1, 2, 3)
    waiting = deque(map(entry, batch))
    dropWritten(placeOf(tmp_path), waiting)
    assert [each.data["number"] for each in waiting] == left


def test_whoeverGoesOnForOneThatDiedWritesNothingTwice(tmp_path: Path) -> None:
    written(tmp_path, 1, 2)
    written(tmp_path, 1, 2, 3)
    _, *records = [read(each) for each in linesIn(placeOf(tmp_path))]
    assert [each.data["number"] for each in records] == [1, 2, 3]
