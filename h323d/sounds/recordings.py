"""
Sounds as they are played: the samples, at each rate that a room can be mixed at.

All of it is there before anything is played, as it is played on a media thread.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from h323d.dsp.resample import resampled
from h323d.dsp.tones import BUSY, RINGBACK, Melody, Note, Tone, play, render
from h323d.dsp.wav import RATES, decode
from h323d.errors import DecodeError
from h323d.sounds.names import HouseSound

__all__ = ["LONGEST", "LONGEST_FILE", "BuiltIn", "Recorded", "Recording", "recordingIn"]

LONGEST = 300  # seconds that a file may hold
LONGEST_FILE = LONGEST * RATES[-1] * 2 * 2 + 65536  # octets: of two channels, and what is about it

_TONES: dict[HouseSound, Tone] = {HouseSound.RINGBACK: RINGBACK, HouseSound.BUSY: BUSY}
_C5, _E5, _G5, _C6 = 523, 659, 784, 1047  # Hz
_MELODIES: dict[HouseSound, Melody] = {
    HouseSound.JOINED: Melody((Note(_G5, 0, 200), Note(_C6, 150, 250)), 400),
    HouseSound.LEFT: Melody((Note(_C6, 0, 200), Note(_G5, 150, 250)), 400),
    HouseSound.ALONE: Melody((Note(_G5, 0, 400), Note(_E5, 300, 400), Note(_C5, 600, 600)), 1200),
    HouseSound.HOLD: Melody(
        (
            *(Note(_C5, 0, 1200), Note(_E5, 500, 1200), Note(_G5, 1000, 1200)),
            *(Note(_C6, 1500, 1500), Note(_G5, 3000, 1200), Note(_E5, 3500, 1500)),
        ),
        8000,
        level=-32.0,
    ),
}

Samples = npt.NDArray[np.int16]


class Recording(Protocol):
    """
    What can be played.
    """

    @property
    def seconds(self) -> float:
        """How long it takes, once."""

    def at(self, sampleRate: int) -> Samples:
        """
        @param sampleRate: Hz: one of L{RATES}.
        @return: C{int16[n]}, all of it, which nobody may change.
        """


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """
    One that comes with us: there is one of each in a process.
    """

    sound: HouseSound

    @property
    def seconds(self) -> float:
        return len(self.at(RATES[0])) / RATES[0]

    def at(self, sampleRate: int) -> Samples:
        return _rendered(self.sound, sampleRate)


@functools.cache
def _rendered(sound: HouseSound, sampleRate: int) -> Samples:
    melody = _MELODIES.get(sound)
    if melody is None:
        tone = _TONES[sound]
        samples = render(tone, 0, (tone.on + tone.off) * sampleRate // 1000, sampleRate)
    else:
        samples = play(melody, sampleRate)
    return _fixed(samples)


class Recorded:
    """
    One of a file.
    """

    def __init__(self, samples: Samples, sampleRate: int) -> None:
        """
        @param samples: C{int16[n]}.
        """
        self.seconds = len(samples) / sampleRate
        self._samples = {rate: _fixed(resampled(samples, sampleRate, rate)) for rate in RATES}

    def at(self, sampleRate: int) -> Samples:
        return self._samples[sampleRate]


def _fixed(samples: Samples) -> Samples:
    samples.setflags(write=False)
    return samples


def recordingIn(data: bytes) -> Recorded:
    """
    @param data: a WAV file.

    @raise DecodeError: it is none that can be played, or holds no sound, or too much.
    """
    samples, sampleRate = decode(data)
    if not len(samples):
        raise DecodeError("there is no sound in it")
    if len(samples) > LONGEST * sampleRate:
        raise DecodeError(f"it takes longer than {LONGEST} seconds")
    return Recorded(samples, sampleRate)
