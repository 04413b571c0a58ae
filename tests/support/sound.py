"""
What a recording holds: which tones are in it, and how loud.
"""

from __future__ import annotations

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from h323d.dsp.tones import Tone, levelsAt, render

__all__ = ["heard", "heardFor", "readWAV", "secondsOf", "writeTone"]

AUDIBLE = -40.0  # dBov: a tone of -16 dBov that came through is far above, noise far below
PART = 0.1  # seconds of a recording that are looked at together


def readWAV(path: Path) -> tuple[npt.NDArray[np.int16], int]:
    """
    @return: the samples of the first channel, and their rate.
    """
    with wave.open(str(path), "rb") as file:
        octets = file.readframes(file.getnframes())
        samples = np.frombuffer(octets, "<i2").reshape(-1, file.getnchannels())[:, 0]
        return samples.astype(np.int16), file.getframerate()


def heard(path: Path, frequencies: Sequence[int], start: float, seconds: float) -> list[int]:
    """
    Which of some tones can be heard in a part of a recording.
    """
    samples, rate = readWAV(path)
    part = samples[int(start * rate) : int((start + seconds) * rate)]
    assert len(part) >= int(seconds * rate * 0.9), f"{path} is only {len(samples) / rate} s long"
    levels = levelsAt(part, frequencies, rate)
    return [each for each, level in zip(frequencies, levels, strict=True) if level > AUDIBLE]


def heardFor(path: Path, frequencies: Sequence[int], seconds: float) -> list[int]:
    """
    Which of some tones can be heard for so long in all, whenever in the recording it is: how
    long a call took to be answered is not asked.
    """
    samples, rate = readWAV(path)
    lasting = zip(frequencies, secondsOf(samples, frequencies, rate), strict=True)
    return [each for each, lasts in lasting if lasts >= seconds]


def secondsOf(samples: npt.NDArray[np.int16], frequencies: Sequence[int], rate: int) -> list[float]:
    """
    For how long each of some tones can be heard, in all.
    """
    size = int(PART * rate)
    parts = [samples[start : start + size] for start in range(0, len(samples) - size + 1, size)]
    levels = np.array([levelsAt(part, frequencies, rate) for part in parts])
    audible = levels.reshape(-1, len(frequencies)) > AUDIBLE
    return [round(int(count) * PART, 1) for count in audible.sum(axis=0)]


def writeTone(path: Path, frequency: int, seconds: float = 2.0, rate: int = 8000) -> None:
    """
    Write a WAV file for a peer to play.
    """
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        samples = render(Tone((frequency,)), 0, int(seconds * rate), rate)
        file.writeframes(samples.astype("<i2").tobytes())
