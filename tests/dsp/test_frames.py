"""
Pieces of frames.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from h323d.dsp.frames import WholeFrames

FRAME = 160


class Counting:
    """
    Counts samples; cannot from a sample on.
    """

    def __init__(self, end: int = 30000) -> None:
        self.made = 0
        self._end = end

    def make(self, frame: npt.NDArray[np.int16]) -> int:
        if self.made >= self._end:
            return -1
        frame[:] = np.arange(self.made, self.made + len(frame))
        self.made += len(frame)
        return len(frame)


@given(st.lists(st.sampled_from([80, 160, 240, 320, 480]), max_size=20))
def test_piecesOfAnyLengthGoOnFromOneAnother(lengths: list[int]) -> None:
    frames, source = WholeFrames(FRAME), Counting()
    pieces = [np.zeros(length, np.int16) for length in lengths]
    for piece in pieces:
        assert frames.fill(piece, source.make) == len(piece)
    whole = np.concatenate([np.zeros(0, np.int16), *pieces])
    assert (whole == np.arange(len(whole))).all()
    assert source.made - len(whole) < FRAME


def test_whatIsLeftIsForgottenWhenThereIsSound() -> None:
    frames, source, piece = WholeFrames(FRAME), Counting(), np.zeros(80, np.int16)
    frames.fill(piece, source.make)
    frames.forget()
    frames.fill(piece, source.make)
    assert piece[0] == FRAME


@pytest.mark.parametrize("end", [0, 160])
def test_whatCannotBeMadeIsAFailure(end: int) -> None:
    assert WholeFrames(FRAME).fill(np.zeros(320, np.int16), Counting(end).make) < 0
