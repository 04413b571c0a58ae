"""
Local sound from and to files, and from tones: what a party without a sound card has.

The media thread reads and writes a few hundred octets a tick; what is read is loaded
beforehand, what is written is buffered.
"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.call.media import ISampleSink, ISampleSource
from h323d.dsp.tones import Tone, render
from h323d.errors import H323dError

__all__ = ["ToneSource", "WAVSink", "WAVSource"]

MAX_SAMPLES = 8000 * 3600  # an hour: what is loaded whole must have an end

Samples = npt.NDArray[np.int16]


@implementer(ISampleSource)
class ToneSource:
    """
    A tone without an end.
    """

    def __init__(self, tone: Tone) -> None:
        self._tone = tone
        self._position = 0

    def read(self, count: int, sampleRate: int) -> Samples:
        samples = render(self._tone, self._position, count, sampleRate)
        self._position += count
        return samples


@implementer(ISampleSource)
class WAVSource:
    """
    A file of 16-bit PCM, again and again.
    """

    def __init__(self, path: Path) -> None:
        """
        @param path: one channel or more, of which the first is played.

        @raise H323dError: it cannot be read, or is of another form.
        """
        try:
            with wave.open(str(path), "rb") as file:
                channels, width, self._sampleRate, frames = file.getparams()[:4]
                if width != 2:
                    raise H323dError(f"{path}: has samples of {8 * width} bits, not 16")
                octets = file.readframes(min(frames, MAX_SAMPLES))
        except (OSError, EOFError, wave.Error) as error:
            reason = getattr(error, "strerror", None) or str(error) or "is too short"
            raise H323dError(f"{path}: {reason}") from error
        self._samples = np.frombuffer(octets, "<i2").reshape(-1, channels)[:, 0].astype(np.int16)
        if not len(self._samples):
            raise H323dError(f"{path}: has no sound")
        self._position = 0.0

    def read(self, count: int, sampleRate: int) -> Samples:
        step = self._sampleRate / sampleRate
        at = self._position + step * np.arange(count)
        self._position = float((self._position + step * count) % len(self._samples))
        if step == 1.0:
            whole: Samples = self._samples[at.astype(np.int64) % len(self._samples)]
            return whole
        left = np.floor(at).astype(np.int64)
        share = at - left
        near = self._samples[left % len(self._samples)]
        far = self._samples[(left + 1) % len(self._samples)]
        between: Samples = np.rint(near * (1 - share) + far * share).astype(np.int16)
        return between


@implementer(ISampleSink)
class WAVSink:
    """
    A recording, 16-bit PCM, one channel, at the rate that it is given.
    """

    def __init__(self, path: Path) -> None:
        """
        @raise H323dError: the file cannot be written.
        """
        try:
            self._file = wave.open(str(path), "wb")  # noqa: SIM115 - close() ends it
        except OSError as error:
            raise H323dError(f"{path}: {error.strerror}") from error
        self._file.setnchannels(1)
        self._file.setsampwidth(2)
        self._file.setframerate(8000)
        self._begun = False
        self._closed = False

    def write(self, samples: Samples, sampleRate: int) -> None:
        if self._closed:
            return
        if not self._begun:
            self._begun = True
            self._file.setframerate(sampleRate)
        self._file.writeframesraw(samples.astype("<i2").tobytes())

    def close(self) -> None:
        """
        Finish the file.  Called when the media thread writes no more.
        """
        if not self._closed:
            self._closed = True
            self._file.close()
