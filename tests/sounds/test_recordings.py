"""
What is played: there at each rate, and the same for everybody.
"""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from h323d.dsp.tones import Tone, levelsAt, render
from h323d.dsp.wav import RATES
from h323d.errors import DecodeError
from h323d.sounds.names import HouseSound
from h323d.sounds.recordings import LONGEST, BuiltIn, recordingIn
from tests.dsp.test_wav import written


@pytest.mark.parametrize("sound", HouseSound)
@pytest.mark.parametrize("rate", RATES)
def test_whatIsBuiltInIsNeitherSilentNorLoud(sound: HouseSound, rate: int) -> None:
    samples = BuiltIn(sound).at(rate)
    assert len(samples) == round(BuiltIn(sound).seconds * rate)
    assert 300 < np.abs(samples.astype(int)).max() < 12000


@pytest.mark.parametrize("sound", [each for each in HouseSound if not each.repeats])
def test_whatIsPlayedOnceIsShort(sound: HouseSound) -> None:
    assert BuiltIn(sound).seconds < 1.5


@pytest.mark.parametrize("sound", HouseSound)
def test_whatIsBuiltInBeginsAndEndsWithoutAClick(sound: HouseSound) -> None:
    samples = BuiltIn(sound).at(48000).astype(int)
    assert abs(samples[0]) < 100
    assert abs(samples[-1]) < 100


def test_whatIsBuiltInIsWrittenDownByItsName() -> None:
    recording = BuiltIn(HouseSound.HOLD)
    assert len(pickle.dumps(recording)) < 200
    assert pickle.loads(pickle.dumps(recording)).at(8000) is recording.at(8000)


@pytest.mark.parametrize("rate", RATES)
def test_aFileIsTheSameAtEachRate(rate: int) -> None:
    recording = recordingIn(written(render(Tone((1000,)), 0, 16000, 16000), 16000))
    assert recording.seconds == 1.0
    samples = recording.at(rate)
    assert len(samples) == rate
    assert levelsAt(samples, [1000], rate)[0] == pytest.approx(-16.0, abs=0.5)
    with pytest.raises(ValueError, match="read-only"):
        samples[0] = 1


def test_anEmptyFileIsRefused() -> None:
    with pytest.raises(DecodeError, match="no sound"):
        recordingIn(written(np.zeros(0, np.int16)))


def test_aFileThatIsTooLongIsRefused() -> None:
    with pytest.raises(DecodeError, match="longer than 300 seconds"):
        recordingIn(written(np.zeros(LONGEST * 8000 + 1, np.int16)))
