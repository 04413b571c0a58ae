"""
Resampling keeps what both rates can hold, and lets nothing else through.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from h323d.dsp.resample import Resampler
from h323d.dsp.tones import Tone, levelsAt, render, signalToNoise

PAIRS = [
    (8000, 16000),
    (16000, 8000),
    (8000, 48000),
    (48000, 8000),
    (16000, 48000),
    (48000, 16000),
]
ROW = np.zeros(1, np.intp)


def resampled(
    sound: npt.NDArray[np.int16], fromRate: int, toRate: int, frame: int = 20
) -> npt.NDArray[np.int16]:
    resampler = Resampler(1, fromRate, toRate)
    pieces = sound.reshape(-1, fromRate * frame // 1000)
    return np.concatenate([resampler.resample(ROW, piece[None])[0] for piece in pieces])


@pytest.mark.parametrize(("fromRate", "toRate"), PAIRS)
@pytest.mark.parametrize("frequency", [300, 1000, 3000])
def test_aToneKeepsItsLevelAndPurity(fromRate: int, toRate: int, frequency: int) -> None:
    sound = render(Tone((frequency,)), 0, fromRate, fromRate)
    settled = resampled(sound, fromRate, toRate)[toRate // 10 :]
    assert signalToNoise(settled, frequency, toRate) > 50
    assert levelsAt(settled, [frequency], toRate)[0] == pytest.approx(-16, abs=0.1)


@pytest.mark.parametrize(("fromRate", "toRate"), PAIRS)
def test_framesOfTenAndTwentyMillisecondsGiveTheSame(fromRate: int, toRate: int) -> None:
    sound = render(Tone((700, 1900)), 0, fromRate // 5, fromRate)
    short, long = (resampled(sound, fromRate, toRate, ms).astype(int) for ms in (10, 20))
    assert np.abs(short - long).max() <= 1  # products are summed in another order


def test_whatTheLowerRateCannotHoldDoesNotFold() -> None:
    sound = render(Tone((5000,), level=-3.1), 0, 16000, 16000)
    folded = resampled(sound, 16000, 8000)[800:]
    assert levelsAt(folded, [3000])[0] < -60


def test_theImageAboveTheLowerRateIsStopped() -> None:
    raised = resampled(render(Tone((3000,), level=-3.1), 0, 8000), 8000, 16000)[1600:]
    assert levelsAt(raised, [5000], 16000)[0] < -60


def test_rowsKeepTheirOwnPast() -> None:
    resampler = Resampler(3, 8000, 16000)
    first, second = (render(Tone((f,)), 0, 320) for f in (500, 900))
    out = [
        resampler.resample(np.array([2, 0]), np.stack([first[at], second[at]]))
        for at in (slice(0, 160), slice(160, 320))
    ]
    joined = np.concatenate(out, axis=1)
    assert (joined[0] == resampled(first, 8000, 16000)).all()
    assert (joined[1] == resampled(second, 8000, 16000)).all()
    resampler.reset(0)
    again = resampler.resample(np.array([0]), second[None, :160])
    assert (again[0] == joined[1][:320]).all()


def test_loudSoundClips() -> None:
    square = np.where(np.arange(1600) // 8 % 2, 32767, -32768).astype(np.int16)
    raised = resampled(square, 8000, 16000).astype(int)
    assert raised.max() == 32767
    assert raised.min() == -32768
    assert np.abs(np.diff(raised)).max() < 60000


def test_ratesMustDivide() -> None:
    with pytest.raises(ValueError, match="multiple"):
        Resampler(1, 44100, 8000)
