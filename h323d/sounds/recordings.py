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
from h323d.sounds.names import DIGITS, HouseSound

__all__ = ["LONGEST", "LONGEST_FILE", "BuiltIn", "Recorded", "Recording", "recordingIn"]

LONGEST = 300  # seconds that a file may hold
LONGEST_FILE = LONGEST * RATES[-1] * 2 * 2 + 65536  # octets: of two channels, and what is about it

_TONES: dict[HouseSound, Tone] = {HouseSound.RINGBACK: RINGBACK, HouseSound.BUSY: BUSY}
_G4, _C5, _E5, _G5, _A5, _C6 = 392, 523, 659, 784, 880, 1047  # Hz
_RECORDING = 1400  # Hz, which telephones are recorded by


def _pips(digit: int) -> Melody:
    """
    A digit, to be counted: a deep tone for five, and a high one for each that is left; none at all
    is one that is deep and long.
    """
    if not digit:
        return Melody((Note(_G4, 0, 600),), 1000)
    pitches = [_C5] * (digit // 5) + [_A5] * (digit % 5)
    notes = (Note(pitch, 160 * place, 130) for place, pitch in enumerate(pitches))
    return Melody(tuple(notes), 160 * len(pitches) + 300)


_MELODIES: dict[HouseSound, Melody] = {
    HouseSound.JOINED: Melody((Note(_G5, 0, 200), Note(_C6, 150, 250)), 400),
    HouseSound.LEFT: Melody((Note(_C6, 0, 200), Note(_G5, 150, 250)), 400),
    HouseSound.ALONE: Melody((Note(_G5, 0, 400), Note(_E5, 300, 400), Note(_C5, 600, 600)), 1200),
    HouseSound.ENTER_PIN: Melody((Note(_E5, 0, 250), Note(_A5, 250, 400)), 1000),
    HouseSound.WRONG_PIN: Melody((Note(_C5, 0, 250), Note(_G4, 250, 600)), 1000),
    HouseSound.MODERATOR: Melody(
        (Note(_C5, 0, 150), Note(_E5, 150, 150), Note(_G5, 300, 150), Note(_C6, 450, 300)), 900
    ),
    HouseSound.RECORDED: Melody((Note(_RECORDING, 0, 400),), 600, level=-30.0),
    HouseSound.MUTED: Melody((Note(_E5, 0, 150), Note(_C5, 150, 250)), 500),
    HouseSound.UNMUTED: Melody((Note(_C5, 0, 150), Note(_E5, 150, 250)), 500),
    HouseSound.LOCKED: Melody((Note(_C5, 0, 120), Note(_C5, 150, 120), Note(_G4, 300, 400)), 800),
    HouseSound.UNLOCKED: Melody((Note(_G4, 0, 120), Note(_G4, 150, 120), Note(_C5, 300, 400)), 800),
    **{sound: _pips(digit) for digit, sound in enumerate(DIGITS)},
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
