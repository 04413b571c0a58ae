"""
What is told of a tone that has come through a call.
"""

from __future__ import annotations

import numpy as np
import pytest

from h323d.cli.matrix import Ear, Mouth, heard
from h323d.dsp.tones import Tone, render

RATE = 8000
FRAME = 160
Pieces = list[tuple[float, np.ndarray[tuple[int, ...], np.dtype[np.int16]], int]]


def pieces(silent: float, spoken: float = 2.0, rate: int = RATE) -> Pieces:
    """
    Frames of 20 ms from second 10 on: silence, and then the tone.
    """
    tone = render(Tone((1000,), -16.0), 0, int(spoken * rate), rate)
    sound = np.concatenate([np.zeros(int(silent * rate), np.int16), tone])
    count = rate // 50
    frames = range(len(sound) // count)
    return [(10 + n / 50, sound[n * count : (n + 1) * count], rate) for n in frames]


def test_aToneThatComesWholeIsPureAndAsLateAsItIs() -> None:
    told = heard(10.4, pieces(0.5))
    assert told is not None
    assert (round(told.delay, 2), told.purity > 40, told.gaps) == (0.1, True, 0)


def test_whereNothingComesNothingIsTold() -> None:
    assert heard(10.0, pieces(0.5, 0.0)) is None
    assert heard(10.0, []) is None


@pytest.mark.parametrize("gaps", [1, 2])
def test_everyTimeThatItBreaksOffIsAGap(gaps: int) -> None:
    frames = pieces(0.5)
    for gap in range(gaps):
        for number in range(50 + 20 * gap, 53 + 20 * gap):
            frames[number][1][:] = 0
    told = heard(10.5, frames)
    assert told is not None
    assert told.gaps == gaps


def test_whatCameBeforeTheRoomHadItsRateDoesNotCount() -> None:
    early = [(9.0, np.full(FRAME, 9000, np.int16), RATE)]
    told = heard(10.5, early + pieces(0.5, rate=16000))
    assert told is not None
    assert round(told.delay, 3) == 0


def test_aMouthIsSilentUntilItIsToldToSpeak() -> None:
    mouth = Mouth()
    assert not mouth.read(FRAME, RATE).any()
    assert mouth.began is None
    mouth.speak()
    assert mouth.read(FRAME, RATE).any()
    assert mouth.began is not None


def test_anEarKeepsACopyOfWhatItHears() -> None:
    ear, frame = Ear(), np.full(FRAME, 7, np.int16)
    ear.write(frame, RATE)
    frame[:] = 0
    ((_, kept, rate),) = ear.pieces
    assert (int(kept[0]), rate) == (7, RATE)
