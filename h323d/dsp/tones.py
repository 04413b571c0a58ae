"""
Tones to play, and what a recording holds of them.

Tones are a function of the sample's number, so that one that is rendered frame by frame is
continuous and exact for as long as it lasts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = [
    "BUSY",
    "COLUMNS",
    "DTMF",
    "KEYS",
    "RINGBACK",
    "ROWS",
    "Melody",
    "Note",
    "Tone",
    "levelsAt",
    "play",
    "render",
    "signalToNoise",
    "sines",
]

_FULL_SCALE = 32767.0
_SWELL = 0.010  # seconds in which a note begins, and ends
ROWS = (697, 770, 852, 941)  # Hz (ITU-T Q.23)
COLUMNS = (1209, 1336, 1477, 1633)
KEYS = ("123A", "456B", "789C", "*0#D")
"""
Of each row, by column.
"""

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Tone:
    """
    One or more sines together, steady or in a cadence.

    @ivar frequencies: whole Hz.
    @ivar level: of each sine, dBov; a single one of full amplitude has -3.01.
    @ivar on: milliseconds of sound; with C{off} 0, it never stops.
    @ivar off: milliseconds of silence after it.
    """

    frequencies: tuple[int, ...]
    level: float = -16.0
    on: int = 1000
    off: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """
    One of a L{Melody}: struck, and dying away.

    @ivar frequency: whole Hz.
    @ivar start: milliseconds from the beginning.
    @ivar length: milliseconds.
    """

    frequency: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Melody:
    """
    @ivar length: milliseconds, with what silence is in its end.
    @ivar level: of each note where it is loudest, dBov, as if that went on.
    """

    notes: tuple[Note, ...]
    length: int
    level: float = -24.0


RINGBACK = Tone((425,), on=1000, off=4000)  # as in most of Europe (ITU-T E.180, suppl. 2)
BUSY = Tone((425,), on=500, off=500)
DTMF = {
    key: Tone((row, column), level=-13.0, on=100, off=0)
    for row, keys in zip(ROWS, KEYS, strict=True)
    for column, key in zip(COLUMNS, keys, strict=True)
}


def sines(
    frequencies: npt.NDArray[np.int64],
    amplitudes: npt.NDArray[np.float64],
    start: int,
    count: int,
    sampleRate: int = 8000,
) -> Samples:
    """
    A steady sine a row.

    @param frequencies: C{int64[n]}, whole Hz.
    @param amplitudes: C{float64[n]}, peak, up to 32767.
    @param start: the number of the first sample.
    @return: C{int16[n, count]}.
    """
    # Whole numbers keep the phase exact, however long the tone has lasted.
    turns = frequencies[:, None] * (start + np.arange(count, dtype=np.int64)) % sampleRate
    waves = np.sin(turns * (2 * np.pi / sampleRate)) * amplitudes[:, None]
    result: Samples = np.rint(waves).astype(np.int16)
    return result


def render(tone: Tone, start: int, count: int, sampleRate: int = 8000) -> Samples:
    """
    A piece of a tone.

    @param start: the number of the first sample since the tone began.
    @return: C{int16[count]}.
    """
    second = _second(tone.frequencies, tone.level, sampleRate)
    begin = start % sampleRate
    samples = second[begin : begin + count].copy()
    if len(samples) < count:
        samples = second.take(np.arange(begin, begin + count), mode="wrap")
    if tone.off:
        period = (tone.on + tone.off) * sampleRate // 1000
        at = start + np.arange(count, dtype=np.int64)
        samples[at % period >= tone.on * sampleRate // 1000] = 0
    return samples


@lru_cache(maxsize=64)
def _second(frequencies: tuple[int, ...], level: float, sampleRate: int) -> Samples:
    """
    A second of sines that never stop.  As they turn a whole number of times in it, every other one
    is the same.

    @return: C{int16[sampleRate]}, to be read only.
    """
    amplitude = _FULL_SCALE * np.sqrt(2) * 10 ** (level / 20)
    turns = np.array(frequencies, np.int64)[:, None] * np.arange(sampleRate) % sampleRate
    waves = amplitude * np.sin(turns * (2 * np.pi / sampleRate)).sum(axis=0)
    result: Samples = np.clip(np.rint(waves), -32768, 32767).astype(np.int16)
    result.flags.writeable = False
    return result


def play(melody: Melody, sampleRate: int = 8000) -> Samples:
    """
    All of a melody.  Each note swells and fades in no less than 10 ms, so that none clicks.

    @return: C{int16[length * sampleRate / 1000]}.
    """
    amplitude = _FULL_SCALE * np.sqrt(2) * 10 ** (melody.level / 20)
    waves = np.zeros(melody.length * sampleRate // 1000)
    for note in melody.notes:
        count = note.length * sampleRate // 1000
        seconds = np.arange(count) / sampleRate
        length = count / sampleRate
        swell = np.minimum(1.0, np.minimum(seconds, length - seconds) / _SWELL)
        dying = np.exp(-3.0 * seconds / length)
        start = note.start * sampleRate // 1000
        wave = np.sin(2 * np.pi * note.frequency * seconds) * swell * dying
        waves[start : start + count] += amplitude * wave
    result: Samples = np.clip(np.rint(waves), -32768, 32767).astype(np.int16)
    return result


def levelsAt(
    samples: Samples, frequencies: Sequence[float], sampleRate: int = 8000
) -> npt.NDArray[np.float64]:
    """
    How loud each of some frequencies is in a recording: the Goertzel measure, under a Hann
    window, so that tones four bins of C{sampleRate / len(samples)} apart do not disturb each
    other.

    @param samples: C{int16[s]}.
    @return: C{float64[len(frequencies)]}: the level of a sine of that frequency, dBov, at
        least -127.
    """
    if not len(samples):
        return np.full(len(frequencies), -127.0)
    window = np.hanning(len(samples) + 2)[1:-1]
    time = np.arange(len(samples)) / sampleRate
    turns = np.outer(np.asarray(frequencies, float), time)
    strength = np.exp(-2j * np.pi * turns) @ (samples * window)
    peak = 2 * np.abs(strength) / window.sum()
    result: npt.NDArray[np.float64] = 20 * np.log10(
        np.maximum(peak / np.sqrt(2) / _FULL_SCALE, 10 ** (-127 / 20))
    )
    return result


def signalToNoise(samples: Samples, frequency: float, sampleRate: int = 8000) -> float:
    """
    How pure a tone is: the power of the best fitting steady sine over that of all else.  A
    gap, a click or a slip of one sample spoils it.

    @param samples: C{int16[s]}.
    @return: dB; minus infinity for silence.
    """
    time = np.arange(len(samples)) * (2 * np.pi * frequency / sampleRate)
    basis = np.stack([np.cos(time), np.sin(time), np.ones(len(samples))], axis=1)
    waves = samples.astype(np.float64)
    fit = np.linalg.lstsq(basis, waves, rcond=None)[0]
    tone = basis[:, :2] @ fit[:2]
    signal, noise = float(np.mean(tone**2)), float(np.mean((waves - basis @ fit) ** 2))
    if signal < 1e-6:
        return -np.inf
    return 10 * float(np.log10(signal / max(noise, 1e-12)))
