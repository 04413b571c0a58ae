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
from h323d.dsp.resample import resampled
from h323d.dsp.tones import Tone, render
from h323d.dsp.wav import decode
from h323d.errors import ConfigurationError, DecodeError

__all__ = ["ToneSource", "WAVSink", "WAVSource"]

_LONGEST = 3600.0  # seconds that a recording keeps

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
            self._samples = resampled(self._samples, self._sampleRate, sampleRate)
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
            resampled(np.concatenate(frames), rate, self.sampleRate) for rate, frames in self._parts
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
        return decode(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(str(path), f"not a WAV file that can be read: {error}") from error
    except DecodeError as error:
        raise ConfigurationError(str(path), error.reason) from error
