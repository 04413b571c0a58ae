"""
Concealment: a gap in a voiced sound is bridged, and fades.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from h323d.dsp.plc import Concealment

Samples = npt.NDArray[np.int16]


def tone(frequency: float, seconds: float, rate: int = 8000) -> Samples:
    time = np.arange(round(seconds * rate)) / rate
    return (8000 * np.sin(2 * np.pi * frequency * time + 0.3)).astype(np.int16)


def voice(seconds: float, rate: int = 8000) -> Samples:
    """A sum of harmonics of 125 Hz."""
    time = np.arange(round(seconds * rate)) / rate
    waves = sum(np.sin(2 * np.pi * 125 * k * time + k * k) / k for k in range(1, 12))
    return np.rint(3000 * waves).astype(np.int16)


def conceal(sound: Samples, lost: set[int], rate: int = 8000, frame: int = 20) -> Samples:
    """C{lost} counts blocks of 10 ms."""
    concealment = Concealment(1, rate, frame)
    size, blocks = rate * frame // 1000, frame // 10
    out = []
    for start in range(len(sound) // size):
        samples = sound[start * size : (start + 1) * size][None].copy()
        missing = np.array([[start * blocks + block in lost for block in range(blocks)]])
        samples.reshape(1, blocks, -1)[missing] = 0
        concealment.conceal(np.zeros(1, np.intp), samples, missing)
        out.append(samples[0])
    return np.concatenate(out)


def distance(sound: Samples, other: Samples) -> float:
    """Signal to noise ratio, dB."""
    noise = sound.astype(float) - other
    return float(10 * np.log10(np.mean(sound.astype(float) ** 2) / (np.mean(noise**2) + 1e-9)))


def test_whatIsNotLostIsNotTouched() -> None:
    sound = voice(1.0)
    assert (conceal(sound, set()) == sound).all()


@pytest.mark.parametrize("frame", [10, 20])
@pytest.mark.parametrize("frequency", [100.0, 400.0, 1000.0])
def test_tenMillisecondsOfAToneAreBridged(frequency: float, frame: int) -> None:
    sound = tone(frequency, 0.4)
    assert distance(sound, conceal(sound, {21}, frame=frame)) > 35


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_tenMillisecondsOfAVoiceAreBridged(rate: int) -> None:
    sound = voice(0.4, rate)
    gap = slice(rate * 21 // 100, rate * 23 // 100)
    assert distance(sound[gap], conceal(sound, {21}, rate)[gap]) > 20


def test_aLostFrameOfAToneMakesNoClick() -> None:
    sound = tone(440, 0.5)
    heard = conceal(sound, {20, 21}).astype(int)
    assert np.abs(np.diff(heard)).max() <= 1.3 * np.abs(np.diff(sound.astype(int))).max()


def test_aLongGapFadesToSilenceInSixtyMilliseconds() -> None:
    heard = conceal(voice(0.6), set(range(20, 40)))
    parts = heard.reshape(-1, 80)[20:40].astype(float)
    energy = np.sqrt((parts**2).mean(axis=1))
    assert energy[0] > 1000
    assert (np.diff(energy[:6]) < 0).all()
    assert not parts[6:].any()


def test_silenceIsConcealedBySilence() -> None:
    assert not conceal(np.zeros(3200, np.int16), {10, 11, 12}).any()


def test_aStreamThatHasNotBegunIsSilent() -> None:
    assert not conceal(voice(0.1), set(range(10))).any()


def test_soundThatIsBackIsItselfAfterFiveMilliseconds() -> None:
    sound = voice(0.5)
    heard = conceal(sound, {20, 21, 22})
    assert (heard[23 * 80 + 40 :] == sound[23 * 80 + 40 :]).all()


def test_rowsDoNotMixUp() -> None:
    first, second = tone(300, 0.4), voice(0.4)
    concealment = Concealment(3)
    for start in range(20):
        piece = slice(start * 160, start * 160 + 160)
        samples = np.stack([second[piece], first[piece]])
        missing = np.array([[start == 12] * 2, [start == 9] * 2])
        concealment.conceal(np.array([2, 0]), samples, missing)
        alone = conceal(first, {18, 19})[piece], conceal(second, {24, 25})[piece]
        assert (samples[1] == alone[0]).all()
        assert (samples[0] == alone[1]).all()


def test_loudSoundDoesNotWrap() -> None:
    square = np.where(np.arange(3200) // 40 % 2, 32767, -32768).astype(np.int16)
    heard = conceal(square, {20, 21}).astype(int)
    assert (np.abs(heard[1600:1680]) >= 20000).mean() > 0.9


def test_resetForgetsTheSound() -> None:
    concealment = Concealment(1)
    row = np.zeros(1, np.intp)
    concealment.conceal(row, voice(0.02)[None].copy(), np.zeros((1, 2), bool))
    concealment.reset(0)
    lost = np.zeros((1, 160), np.int16)
    concealment.conceal(row, lost, np.ones((1, 2), bool))
    assert not lost.any()
