"""
Local parties' sound: WAV files, tones, recordings (L{ISampleSource}, L{ISampleSink}).

Files are read whole before a call, and written when it is over: nothing here touches a
disk during a tick.
"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.call.media import ISampleSink, ISampleSource
from h323d.dsp.resample import Resampler
from h323d.dsp.tones import Tone, render
from h323d.errors import ConfigurationError

__all__ = ["ToneSource", "WAVSink", "WAVSource"]

_LONGEST = 3600.0  # seconds that a recording keeps
_RATES = (8000, 16000, 48000)  # Hz, of the files that can be played

Samples = npt.NDArray[np.int16]


@implementer(ISampleSource)
class ToneSource:
    """
    Plays a tone, from its beginning.
    """

    def __init__(self, tone: Tone) -> None:
        self._tone = tone
        self._position = 0
        self._sampleRate = 0

    def read(self, count: int, sampleRate: int) -> Samples:
        if sampleRate != self._sampleRate:
            self._position = self._position * sampleRate // max(self._sampleRate, 1)
            self._sampleRate = sampleRate
        samples = render(self._tone, self._position, count, sampleRate)
        self._position += count
        return samples


@implementer(ISampleSource)
class WAVSource:
    """
    Plays a WAV file of 16 bits, at 8, 16 or 48 kHz; of several channels, the first.
    """

    def __init__(self, path: Path, loop: bool = True) -> None:
        """
        @param loop: play it over and over.

        @raise ConfigurationError: it cannot be read, or is something else.
        """
        self._samples, self._sampleRate = _readWAV(path)
        self._loop = loop
        self._at = 0

    @property
    def finished(self) -> bool:
        """
        Whether all has been played; never, if it loops.
        """
        return not self._loop and self._at >= len(self._samples)

    def read(self, count: int, sampleRate: int) -> Samples:
        if sampleRate != self._sampleRate:
            self._samples = _atRate(self._samples, self._sampleRate, sampleRate)
            self._at = self._at * sampleRate // self._sampleRate
            self._sampleRate = sampleRate
        if self._loop and len(self._samples):
            places = (self._at + np.arange(count)) % len(self._samples)
            self._at = (self._at + count) % len(self._samples)
            return self._samples[places]
        chunk = self._samples[self._at : self._at + count]
        self._at += count
        return chunk


@implementer(ISampleSink)
class WAVSink:
    """
    Records what it hears, an hour at most, and writes it as WAV when it is closed: at the highest
    rate that it was given.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts: list[tuple[int, list[Samples]]] = []  # a rate, and frames of it
        self._seconds = 0.0

    def write(self, samples: Samples, sampleRate: int) -> None:
        if self._seconds >= _LONGEST:
            return
        if not self._parts or self._parts[-1][0] != sampleRate:
            self._parts.append((sampleRate, []))
        self._parts[-1][1].append(samples.copy())
        self._seconds += len(samples) / sampleRate

    @property
    def sampleRate(self) -> int:
        """
        Hz.
        """
        return max((rate for rate, _ in self._parts), default=8000)

    @property
    def samples(self) -> Samples:
        """
        C{int16[n]}: all that was heard.
        """
        whole = [
            _atRate(np.concatenate(frames), rate, self.sampleRate) for rate, frames in self._parts
        ]
        return np.concatenate([np.empty(0, np.int16), *whole])

    def close(self) -> None:
        """
        Write the file: one channel, 16 bits.

        @raise OSError: it cannot be written.
        """
        with wave.open(str(self._path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self.sampleRate)
            file.writeframes(self.samples.astype("<i2").tobytes())


def _readWAV(path: Path) -> tuple[Samples, int]:
    """
    @return: C{int16[n]}, and the rate in Hz.
    """
    try:
        with wave.open(str(path), "rb") as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            octets = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise ConfigurationError(str(path), f"not a WAV file that can be read: {error}") from error
    if width != 2 or rate not in _RATES:
        raise ConfigurationError(str(path), "WAV files have to be of 16 bits, at 8, 16 or 48 kHz")
    whole = len(octets) // (2 * channels) * (2 * channels)
    return np.frombuffer(octets[:whole], "<i2").astype(np.int16)[::channels], rate


def _atRate(samples: Samples, old: int, new: int) -> Samples:
    """
    A whole file at another rate.
    """
    if old == new:
        return samples
    step = max(old, new)  # a second of either is whole blocks of the resampler
    padded = np.concatenate([samples, np.zeros(-len(samples) % step, np.int16)])
    if not len(padded):
        return padded
    resampler = Resampler(1, old, new)
    row = np.zeros(1, np.intp)
    parts = [
        resampler.resample(row, padded[None, start : start + old])[0]
        for start in range(0, len(padded), old)
    ]
    return np.concatenate(parts)[: len(samples) * new // old]
