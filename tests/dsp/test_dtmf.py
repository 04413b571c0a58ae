"""
Which keys are heard in sound, and in what none is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from h323d.dsp.dtmf import KeyListener
from h323d.dsp.g711 import decodeULaw, encodeULaw
from h323d.dsp.tones import DTMF, Tone, render
from h323d.sounds.names import HouseSound
from h323d.sounds.recordings import BuiltIn

Samples = npt.NDArray[np.int16]

RATES = (8000, 16000, 48000)
ALL = "".join(DTMF)


def silence(ms: int, rate: int = 8000) -> Samples:
    return np.zeros(ms * rate // 1000, np.int16)


def pressed(keys: str, ms: int = 100, gap: int = 60, rate: int = 8000) -> Samples:
    pieces = [silence(30, rate)]
    for key in keys:
        pieces += [render(DTMF[key], 0, ms * rate // 1000, rate), silence(gap, rate)]
    return np.concatenate(pieces)


def heard(samples: Samples, rate: int = 8000, frame: int = 20) -> str:
    listener, size = KeyListener(), frame * rate // 1000
    pieces = (samples[at : at + size] for at in range(0, len(samples), size))
    return "".join(listener.hear(piece, rate) for piece in pieces)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("frame", [5, 10, 20])
def test_eachKeyIsHeardOnce(rate: int, frame: int) -> None:
    assert heard(pressed(ALL, rate=rate), rate, frame) == ALL


@pytest.mark.parametrize(("ms", "gap"), [(60, 60), (80, 50), (500, 60)])
def test_shortAndLongOnesAreHeardAndTheSameTwice(ms: int, gap: int) -> None:
    assert heard(pressed("1155##9", ms, gap)) == "1155##9"


def test_whatIsTooShortIsNone() -> None:
    assert heard(pressed("123", ms=20)) == ""


@pytest.mark.parametrize("level", [-5.0, -16.0, -40.0])
def test_loudAndFaintOnesAreHeard(level: float) -> None:
    samples = np.concatenate([render(Tone(DTMF["7"].frequencies, level), 0, 800), silence(60)])
    assert heard(samples) == "7"


@pytest.mark.parametrize(("twist", "keys"), [(6.0, "5"), (-6.0, "5"), (12.0, ""), (-12.0, "")])
def test_theTonesMayDifferSomewhat(twist: float, keys: str) -> None:
    row, column = DTMF["5"].frequencies
    low = render(Tone((row,), -20.0), 0, 800).astype(int)
    high = render(Tone((column,), -20.0 + twist), 0, 800).astype(int)
    assert heard((low + high).astype(np.int16)) == keys


@pytest.mark.parametrize(("off", "keys"), [(1.015, "5"), (0.985, "5"), (1.06, ""), (0.94, "")])
def test_theirFrequenciesToo(off: float, keys: str) -> None:
    frequencies = tuple(round(each * off) for each in DTMF["5"].frequencies)
    assert heard(render(Tone(frequencies, -16.0), 0, 800)) == keys


def test_G711LetsThemPass() -> None:
    assert heard(decodeULaw(encodeULaw(pressed(ALL)))) == ALL


def test_noiseDoesNotHideThem() -> None:
    samples = pressed(ALL)
    noise = np.random.default_rng(1).normal(0.0, 700.0, len(samples))  # some 15 dB below
    assert heard((samples + noise).clip(-32768, 32767).astype(np.int16)) == ALL


def test_aChangeOfRateDoesNotDisturbThem() -> None:
    listener = KeyListener()
    told = [listener.hear(pressed("12", rate=rate), rate) for rate in RATES]
    assert told == ["12"] * 3


@pytest.mark.parametrize("sound", HouseSound, ids=lambda sound: sound.value)
@pytest.mark.parametrize("rate", RATES)
def test_noSoundOfTheHouseIsAKey(sound: HouseSound, rate: int) -> None:
    assert heard(BuiltIn(sound).at(rate), rate) == ""


@pytest.mark.parametrize("frequency", [425, 697, 941, 1209, 1400])
def test_noSingleToneIs(frequency: int) -> None:
    assert heard(render(Tone((frequency,)), 0, 8000)) == ""


def test_noNoiseIs() -> None:
    noise = np.random.default_rng(2).normal(0.0, 8000.0, 80000)
    assert heard(noise.clip(-32768, 32767).astype(np.int16)) == ""


def test_noVoiceIs() -> None:
    """
    Vowels, as harmonics of a pitch that glides under formants that wander.
    """
    time = np.arange(80000) / 8000
    pitch = np.cumsum(120 + 60 * np.sin(2 * np.pi * 0.7 * time)) / 8000
    voice = np.zeros(len(time))
    for harmonic in range(1, 25):
        formant = 700 + 300 * np.sin(2 * np.pi * 1.3 * time)
        second = 1400 + 400 * np.sin(2 * np.pi * 0.9 * time)
        at = harmonic * (120 + 60 * np.sin(2 * np.pi * 0.7 * time))
        weight = np.exp(-(((at - formant) / 150) ** 2)) + np.exp(-(((at - second) / 150) ** 2))
        voice += weight * np.sin(2 * np.pi * harmonic * pitch)
    assert heard((voice * 8000 / np.abs(voice).max()).astype(np.int16)) == ""
