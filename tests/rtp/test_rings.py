"""
Rings of samples, with a playout point.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from h323d.rtp.rings import SampleRings

BLOCK = 4  # samples
ALL = np.array([0, 1], np.intp)
FIRST = np.array([0], np.intp)


def samples(*values: int) -> npt.NDArray[np.int16]:
    return np.array([values], np.int16)


def at(*offsets: int) -> npt.NDArray[np.int64]:
    return np.array(offsets, np.int64)


def blocks(rings: SampleRings, count: int = 2, ahead: int = 0, stream: int = 0) -> list[Any]:
    """
    Each block's samples; None where it is not complete.
    """
    read, complete = rings.read(np.array([stream], np.intp), count, ahead)
    return [
        block.tolist() if whole else None for block, whole in zip(read[0], complete[0], strict=True)
    ]


@pytest.fixture
def rings() -> SampleRings:
    return SampleRings(2, 8, BLOCK, 2)


def test_aRingBeginsEmpty(rings: SampleRings) -> None:
    assert blocks(rings, 8) == [None] * 8


def test_wholeBlocksAreReadAsTheyWereWritten(rings: SampleRings) -> None:
    rings.write(FIRST, at(BLOCK), samples(*range(8)))
    assert blocks(rings, 3) == [None, [0, 1, 2, 3], [4, 5, 6, 7]]
    assert blocks(rings, 1, ahead=2) == [[4, 5, 6, 7]]
    assert blocks(rings, 3, stream=1) == [None, None, None]


def test_aBlockIsCompleteOnceAllItsSamplesAreThere(rings: SampleRings) -> None:
    rings.write(FIRST, at(0), samples(1, 2))
    assert blocks(rings, 1) == [None]
    rings.write(FIRST, at(2), samples(3, 4, 5))
    assert blocks(rings) == [[1, 2, 3, 4], None]


def test_piecesGoOverTheEdgesOfBlocks(rings: SampleRings) -> None:
    rings.write(FIRST, at(3), samples(*range(6)))
    assert blocks(rings, 3) == [None, [1, 2, 3, 4], None]


def test_whatIsReadIsACopy(rings: SampleRings) -> None:
    rings.write(FIRST, at(0), samples(1, 2, 3, 4))
    read, _ = rings.read(FIRST, 1)
    read[:] = 0
    assert blocks(rings, 1) == [[1, 2, 3, 4]]


def test_eachStreamHasItsOwnPlaceAndPoint(rings: SampleRings) -> None:
    both = np.array([[1] * 4, [2] * 4], np.int16)
    rings.write(ALL, at(0, BLOCK), both)
    rings.moveOn(ALL, at(0, 1))
    assert blocks(rings, 1) == [[1] * 4]
    assert blocks(rings, 1, stream=1) == [[2] * 4]


def test_whatWasPassedIsKeptForAWhile(rings: SampleRings) -> None:
    rings.write(FIRST, at(0), samples(*range(8)))
    rings.moveOn(FIRST, at(2))
    rings.moveBack(FIRST, at(2))
    assert blocks(rings) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_andThenItsPlaceIsFree(rings: SampleRings) -> None:
    rings.write(FIRST, at(0), samples(*range(8)))
    rings.moveOn(FIRST, at(3))
    rings.moveBack(FIRST, at(3))
    assert blocks(rings) == [None, [4, 5, 6, 7]]


def test_theRingGoesRound(rings: SampleRings) -> None:
    for number in range(20):
        rings.write(FIRST, at(0), samples(*[number] * 4))
        assert blocks(rings, 1) == [[number] * 4]
        rings.moveOn(FIRST, at(1))
        assert blocks(rings, 5) == [None] * 5


def test_whatIsLateIsWrittenBehindThePoint(rings: SampleRings) -> None:
    rings.moveOn(FIRST, at(1))
    rings.write(FIRST, at(-BLOCK), samples(1, 2, 3, 4))
    rings.moveBack(FIRST, at(1))
    assert blocks(rings, 1) == [[1, 2, 3, 4]]


def test_aRingThatIsClearedIsAsInTheBeginning(rings: SampleRings) -> None:
    rings.write(FIRST, at(0), samples(*range(8)))
    rings.moveOn(FIRST, at(1))
    rings.clear(FIRST)
    assert blocks(rings, 8) == [None] * 8
    rings.write(FIRST, at(0), samples(1, 2, 3, 4))
    assert blocks(rings, 1) == [[1, 2, 3, 4]]
