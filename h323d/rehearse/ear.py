"""
What one recording holds: who was heard and when, where it is quiet, and what is in it twice.

Nothing is known here of who ought to be heard; L{h323d.rehearse.analysis} compares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from h323d.rehearse.marker import RATE, find
from h323d.rehearse.recording import Recording

__all__ = ["QUIET_WINDOW", "Listening", "listen"]

QUIET_WINDOW = 0.005  # seconds that are quiet, or not
DOUBLED = (0.02, 0.03, 0.04, 0.06)  # seconds: packets that may come twice

_QUIET = 200.0  # RMS: -44 dBov, 17 dB below speech
_LOUD = 3000.0  # RMS: there is a marker
_SAME = 0.98  # correlation from which two pieces are one that came twice
_PIECE = 60 * RATE  # samples that are looked at in one go

Samples = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Listening:
    """
    All times are seconds by the monotonic clock.

    @ivar parties: C{intp[n]}: whose markers were heard.
    @ivar times: C{float64[n]}: when each of them began, ascending within a recording.
    @ivar quiet: C{float64[k, 2]}: from when to when it is quiet.
    @ivar doubles: C{float64[m, 2]}: when something came for the second time, and how long it is,
        seconds.
    """

    parties: npt.NDArray[np.intp]
    times: Floats
    quiet: Floats
    doubles: Floats

    def of(self, party: int) -> Floats:
        """
        @return: when its markers were heard.
        """
        times: Floats = self.times[self.parties == party]
        return times


def listen(recording: Recording, parties: int) -> Listening:
    """
    Some 3 ms of a processor for each second that was recorded.

    @param parties: how many go round.
    """
    sightings = find(recording.samples, parties)
    quiet = recording.stamps.at(_quiet(recording.samples).reshape(-1)).reshape(-1, 2)
    doubles = _doubles(recording.samples)
    doubles[:, 0] = recording.stamps.at(doubles[:, 0])
    times = recording.stamps.at(sightings.places)
    return Listening(sightings.parties, times, quiet, doubles)


def _quiet(samples: Samples) -> Floats:
    """
    @return: C{float64[k, 2]}: the first sample of each quiet stretch, and the first after it.
    """
    size = int(QUIET_WINDOW * RATE)
    windows = samples[: len(samples) // size * size].reshape(-1, size).astype(np.float32)
    quiet = np.einsum("ij,ij->i", windows, windows) < size * _QUIET**2
    edges = np.flatnonzero(np.diff(quiet.astype(np.int8), prepend=0, append=0))
    spans: Floats = edges.reshape(-1, 2).astype(np.float64) * size
    return spans


def _doubles(samples: Samples) -> Floats:
    """
    @return: C{float64[m, 2]}: the sample at which the second one begins, and its seconds.
    """
    lead = 2 * int(DOUBLED[-1] * RATE)
    found: list[tuple[float, float]] = []
    for start in range(0, len(samples), _PIECE):
        begin = max(0, start - lead)
        waves = samples[begin : start + _PIECE].astype(np.float64)
        for seconds in DOUBLED:
            at = begin + _repeated(waves, int(seconds * RATE))
            found += [(place, seconds) for place in at[at >= start - seconds * RATE].tolist()]
    kept: list[tuple[float, float]] = []
    for place, seconds in sorted(found):
        if not kept or place >= kept[-1][0] + kept[-1][1] * RATE:  # thrice is twice, twice
            kept.append((place, seconds))
    return np.array(kept, np.float64).reshape(-1, 2)


def _repeated(waves: Floats, size: int) -> npt.NDArray[np.intp]:
    """
    @param size: samples.
    @return: C{intp[k]}: where so many samples begin that are as so many before.
    """
    if len(waves) < 2 * size:
        return np.zeros(0, np.intp)
    energies = _sums(waves**2, size)
    now, before = energies[size:], energies[:-size]
    alike = _sums(waves[size:] * waves[:-size], size) / np.sqrt(now * before + 1)
    same = (alike >= _SAME) & (now >= size * _LOUD**2)
    edges = np.flatnonzero(np.diff(same.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    places = [
        place
        for first, last in edges.tolist()
        for place in range(first + int(alike[first:last].argmax()), last, size)
    ]
    return np.array(places, np.intp) + size


def _sums(values: Floats, size: int) -> Floats:
    """
    @return: C{float64[n - size + 1]}: of so many values each.
    """
    total = np.concatenate([[0.0], np.cumsum(values)])
    sums: Floats = total[size:] - total[:-size]
    return sums
