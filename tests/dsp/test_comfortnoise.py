"""
Noise, by the words of those who are silent.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zope.interface.verify import verifyObject

from h323d.dsp.codec import IDecoder
from h323d.dsp.comfortnoise import ComfortNoise

FRAME = 160
SECOND = 50  # frames


def noise(description: bytes, seed: int = 1) -> npt.NDArray[np.int16]:
    """
    @return: a second of it.
    """
    made, out = ComfortNoise(seed), np.zeros((SECOND, FRAME), np.int16)
    made.decode(np.frombuffer(description, np.uint8), out[0])
    for frame in out[1:]:
        assert made.recover(frame) == FRAME
    return out.reshape(-1)


def decibels(sound: npt.NDArray[np.int16]) -> float:
    """
    @return: dBov.
    """
    return float(20 * np.log10(sound.std() / 32124))


def test_itIsADecoder() -> None:
    assert verifyObject(IDecoder, ComfortNoise(1))


@pytest.mark.parametrize("level", [20, 40, 60, 70])
def test_itIsAsLoudAsItIsSaidToBe(level: int) -> None:
    assert decibels(noise(bytes([level]))) == pytest.approx(-level, abs=0.5)


def test_theUppermostBitOfTheLevelDoesNotCount() -> None:
    assert (noise(b"\xa8") == noise(b"\x28")).all()


@pytest.mark.parametrize(("coefficient", "isDull"), [(20, True), (234, False)])
def test_aReflectionCoefficientColoursItAndLeavesItAsLoud(coefficient: int, isDull: bool) -> None:
    sound = noise(bytes([40, coefficient]))
    halves = np.array_split(np.abs(np.fft.rfft(sound.astype(float))) ** 2, 2)
    ratio = halves[0].sum() / halves[1].sum()
    assert ratio > 4 if isDull else ratio < 1 / 4
    assert decibels(sound) == pytest.approx(-40, abs=1)


def test_coefficientsOfZeroLeaveItWhite() -> None:
    sound = noise(b"\x28\x7f\x7f\x7f").astype(float)
    halves = np.array_split(np.abs(np.fft.rfft(sound)) ** 2, 2)
    assert halves[0].sum() / halves[1].sum() == pytest.approx(1, abs=0.1)


def test_itIsSilentBeforeItIsDescribed() -> None:
    out = np.full(FRAME, 7, np.int16)
    assert ComfortNoise(1).recover(out) == FRAME
    assert not out.any()


def test_aDescriptionMayChange() -> None:
    made, out = ComfortNoise(1), np.zeros(FRAME, np.int16)
    for level in (70, 30):
        made.decode(np.array([level], np.uint8), out)
        assert decibels(out) == pytest.approx(-level, abs=2)


def test_nothingDescribesNothing() -> None:
    assert ComfortNoise(1).decode(np.zeros(0, np.uint8), np.zeros(FRAME, np.int16)) < 0


def test_aDescriptionCanBeTakenBeforeThereIsTimeToFill() -> None:
    made, out = ComfortNoise(1), np.zeros(8000, np.int16)
    assert made.decode(np.array([40, 20], np.uint8), out[:0]) == 0
    made.recover(out)
    assert decibels(out) == pytest.approx(-40, abs=1)


def test_noTwoStreamsMakeTheSameNoise() -> None:
    assert (noise(b"\x28", 1) != noise(b"\x28", 2)).any()


@given(st.binary(min_size=1, max_size=200), st.sampled_from([80, 160, 480, 960]))
def test_anyOctetsDescribeNoise(description: bytes, count: int) -> None:
    made, out = ComfortNoise(3), np.zeros(count, np.int16)
    assert made.decode(np.frombuffer(description, np.uint8), out) == count
    assert made.recover(out) == count
