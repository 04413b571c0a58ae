"""
What a party of a rehearsal hears, kept on a disk with the time at which each piece of it came.

A L{Recorder} writes two files as the sound comes: C{NAME.pcm}, samples of 16 bits at 8 kHz, little
endian, and C{NAME.times}, a row for each piece: the number of its first sample, and when that was
captured, seconds by the monotonic clock.  Half an hour is 29 MB.  Nothing is analysed
meanwhile: that costs some 0.2 % of a processor, most of it where sound is resampled.

What I{captured} means is for the party to choose, and to tell in the results: the arrival of
the packet that holds the piece (then what is measured is from packet to packet), or the moment at
which a loudspeaker would have played it, behind the jitter buffer (then it is from mouth to ear).

Whoever speaks keeps L{StampWriter}'s file alone, of when each packet left: a sample that waits for
a late processor has not been sent yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from h323d.dsp.resample import Resampler
from h323d.rehearse.marker import RATE

__all__ = [
    "HOLE",
    "RESAMPLED",
    "Recorder",
    "Recording",
    "StampWriter",
    "Stamps",
    "load",
    "loadStamps",
]

HOLE = 0.1  # seconds without sound from which it is silence, rather than a late packet
LONGEST_HOLE = 3600.0  # seconds
_ROW = np.dtype([("sample", "<i8"), ("at", "<f8")])
RESAMPLED = 0.0014  # seconds by which resampling to RATE delays sound
_ONLY = np.zeros(1, np.intp)

Samples = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float64]


class StampWriter:
    """
    Writes down when samples came, or left: C{NAME.times}.
    """

    def __init__(self, path: Path) -> None:
        """
        @param path: without an ending; what is there already is overwritten.
        """
        self._file = path.with_suffix(".times").open("wb")

    def note(self, sample: int, at: float) -> None:
        """
        @param sample: the number of the first one of a piece.
        @param at: by the monotonic clock, seconds.
        """
        self._file.write(np.array([(sample, at)], _ROW).tobytes())

    def close(self) -> None:
        self._file.close()


class Recorder:
    """
    Writes a recording.
    """

    def __init__(self, path: Path) -> None:
        """
        @param path: without an ending; what is there already is overwritten.
        """
        self._sound = path.with_suffix(".pcm").open("wb")
        self._stamps = StampWriter(path)
        self._written = 0
        self._expected: float | None = None
        self._rate = RATE
        self._resampler: Resampler | None = None

    def hear(self, at: float, samples: Samples, rate: int, missing: int = 0) -> None:
        """
        The next piece: 10 ms, or a multiple of it.

        @param at: when its first sample was captured, by the monotonic clock, seconds.
        @param rate: Hz; 8000, 16000 or 48000.
        @param missing: how many samples are lost before it, by their numbers in RTP, and are not
            concealed: they are written as silence.
        """
        silence = missing * RATE // rate
        if self._expected is not None:
            late = at - self._expected - silence / RATE
            if late > HOLE:
                silence += int(min(late, LONGEST_HOLE) * RATE)
        self._write(np.zeros(silence, np.int16))
        early = 0.0 if rate == RATE else RESAMPLED
        self._stamps.note(self._written, at - early)
        self._write(self._atOurRate(samples, rate))
        self._expected = at + len(samples) / rate

    def close(self) -> None:
        self._sound.close()
        self._stamps.close()

    def _atOurRate(self, samples: Samples, rate: int) -> Samples:
        if rate == RATE:
            return samples
        if self._resampler is None or rate != self._rate:
            self._resampler, self._rate = Resampler(1, rate, RATE), rate
        resampled: Samples = self._resampler.resample(_ONLY, samples[None, :])[0]
        return resampled

    def _write(self, samples: Samples) -> None:
        self._sound.write(samples.astype("<i2").tobytes())
        self._written += len(samples)


@dataclass(frozen=True, slots=True)
class Stamps:
    """
    When samples came, or left.

    @ivar begins: C{int64[m]}: the number of the first sample of each piece, ascending.
    @ivar times: C{float64[m]}: of that, seconds by the monotonic clock.
    @ivar rate: of the samples, Hz.
    """

    begins: npt.NDArray[np.int64]
    times: Floats
    rate: int = RATE

    def at(self, places: Floats) -> Floats:
        """
        @param places: C{float64[k]}, in samples, whole or not.
        @return: C{float64[k]}, seconds; by the piece that each is in.
        """
        piece = np.clip(np.searchsorted(self.begins, places, "right") - 1, 0, None)
        seconds: Floats = self.times[piece] + (places - self.begins[piece]) / self.rate
        return seconds


@dataclass(frozen=True, slots=True)
class Recording:
    """
    What was heard.

    @ivar samples: C{int16[n]}, at L{RATE}.
    """

    samples: Samples
    stamps: Stamps


def load(path: Path) -> Recording:
    """
    What a L{Recorder} wrote; of one that was killed, what had come to the disk.

    @param path: without an ending.
    @raise OSError: it cannot be read.
    """
    octets = path.with_suffix(".pcm").read_bytes()
    samples = np.frombuffer(octets[: len(octets) // 2 * 2], "<i2").astype(np.int16)
    return Recording(samples, loadStamps(path))


def loadStamps(path: Path, rate: int = RATE) -> Stamps:
    """
    What a L{StampWriter} wrote.

    @param path: without an ending.
    @param rate: of the samples that were noted, Hz.
    @raise OSError: it cannot be read.
    """
    octets = path.with_suffix(".times").read_bytes()
    rows = np.frombuffer(octets[: len(octets) // _ROW.itemsize * _ROW.itemsize], _ROW)
    return Stamps(rows["sample"].astype(np.int64), rows["at"].astype(np.float64), rate)
