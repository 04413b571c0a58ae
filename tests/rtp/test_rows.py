"""
Rows that go from table to table.
"""

from __future__ import annotations

import numpy as np

from h323d.rtp.rows import putRow, rowOf


class Table:
    def __init__(self) -> None:
        self.name = "no column"
        self.counts = np.zeros(3, np.int64)
        self.octets = np.zeros((3, 4), np.uint8)
        self._seen = np.zeros(3, bool)


def test_aRowIsTheSameInAnotherTable() -> None:
    here, there = Table(), Table()
    here.counts[1], here.octets[1] = 7, [1, 2, 3, 4]
    putRow(there, 2, rowOf(here, 1))
    assert there.counts.tolist() == [0, 0, 7]
    assert there.octets.tolist() == [[0] * 4, [0] * 4, [1, 2, 3, 4]]


def test_whatHappensLaterDoesNotChangeIt() -> None:
    here, there = Table(), Table()
    here.octets[0] = 5
    row = rowOf(here, 0)
    here.octets[0] = 9
    putRow(there, 0, row)
    assert there.octets[0].tolist() == [5] * 4
