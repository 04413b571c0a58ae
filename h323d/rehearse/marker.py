"""
The sound of a party of a rehearsal, and an ear that finds out of any mix who was heard, and when.

Time is cut in slots of 0.2 s, by the machine's monotonic clock, which all processes share: nobody
has to be told when a rehearsal began.  The slots go round: in its own, a party sends its I{marker},
which is louder than speech; in the others it speaks, if it is one of the two whose turn it is, in
syllables and pauses, or is silent.  So there is sound at all times, and markers seldom meet.

A marker is six short tones, one after the other.  Tone h of party k, from 1, has number k h modulo
29 of a grid from 490 to 2920 Hz, so that no two parties have the same tone at the same place, and
have one in common at most when they are shifted.  That is what a telephone's band lets pass, and it
is in the energies rather than in the phases, which codecs that model speech do not keep.

How to use it.  A party that speaks keeps a L{Voice}, begins with the sample whose number is
C{position(now, rate)}, and goes on from there without a gap.  What a party hears is kept by a
L{h323d.rehearse.recording.Recorder}, and L{find} looks for markers when all is over: some 2 ms of a
processor for each second of sound.

Accuracy of a sighting: L{ACCURACY} for codecs that keep the waveform, L{PARAMETRIC_ACCURACY} for
those that model speech, also in a room of 25.  What a codec delays by itself is no error, and is
found out before (L{h323d.rehearse.calibration}).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = [
    "ACCURACY",
    "LENGTH",
    "MOST_PARTIES",
    "PARAMETRIC_ACCURACY",
    "RATE",
    "SLOT",
    "Sightings",
    "Voice",
    "find",
    "position",
    "waveform",
]

MOST_PARTIES = 25
RATE = 8000  # Hz, at which is listened
SLOT = 0.2  # seconds
HOP = 0.032  # seconds, of a tone
HOPS = 6
LENGTH = HOP * HOPS  # seconds, of a marker
TURN = 8  # slots, in which the same two speak

ACCURACY = 0.002  # seconds: G.711, G.722, G.726, Opus, L16, Speex
PARAMETRIC_ACCURACY = 0.008  # seconds: G.729, G.723.1, GSM, AMR

_GRID = 29  # a prime
_LOWEST, _SPACING = 400, 90  # Hz
_PEAK = 9000  # of a marker: -14 dBov
_SPEECH = 1500  # of a syllable, RMS: -27 dBov
_SWELL = 0.004  # seconds, in which a tone begins, and ends
_SYLLABLES = 16  # that a party knows, a quarter of them pauses
_PITCH, _NEXT_PITCH = 95.0, 7.0  # Hz, of the first party, and how much the next is higher
_BAND = 3400  # Hz

_WINDOW = int(HOP * RATE)
_STRIDE = 32  # samples
_STEPS = _WINDOW // _STRIDE  # strides in a tone
_PIECE = 60 * RATE  # samples that are looked at in one go
_FLOOR = 2000.0  # of a sample squared: what is below is silence
_LEAST = 0.36  # of the score
_APART = 0.3  # seconds between two markers of one party
_REFINED = 24  # samples, either way, in which the waveform itself is looked for
_ALIKE = 0.9  # correlation from which the waveform tells the time better than its energies

Samples = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float64]


def position(seconds: float, rate: int) -> int:
    """
    @param seconds: by the monotonic clock.
    @return: the number of the sample that is to be heard then.
    """
    return round(seconds * rate)


class Voice:
    """
    What one party says, as a function of the sample's number alone.
    """

    def __init__(self, party: int, parties: int) -> None:
        """
        @param party: its number, from 0.
        @param parties: how many go round.

        @raise ValueError: there are too many, or it is not one of them.
        """
        if not 0 <= party < parties <= MOST_PARTIES:
            raise ValueError(f"party {party} of {parties}: at most {MOST_PARTIES}, from 0")
        self.party = party
        self.parties = parties

    def render(self, start: int, count: int, rate: int = RATE) -> Samples:
        """
        @param start: the number of the first sample, by L{position}.
        @param rate: Hz; 8000, 16000 or 48000.
        @return: C{int16[count]}.
        """
        size = int(SLOT * rate)
        first, last = start // size, max(start, start + count - 1) // size
        slots = [self._slot(number, rate) for number in range(first, last + 1)]
        return np.concatenate(slots)[start - first * size :][:count]

    def _slot(self, number: int, rate: int) -> Samples:
        """
        @return: C{int16[SLOT * rate]}, to be read only.
        """
        if number % self.parties == self.party:
            return _marked(self.party, rate)
        drawn = _drawn(number // TURN)
        turn = drawn % self.parties, drawn // 64 % self.parties
        syllables = _syllables(self.party, rate)
        syllable: Samples = syllables[_drawn(number) % _SYLLABLES if self.party in turn else 0]
        return syllable


@dataclass(frozen=True, slots=True)
class Sightings:
    """
    The markers that were found in a recording, in their order.

    @ivar parties: C{intp[n]}: whose they are.
    @ivar places: C{float64[n]}: where they begin, in samples of L{RATE}.
    @ivar scores: C{float64[n]}: how sure it is, up to 1.
    """

    parties: npt.NDArray[np.intp]
    places: Floats
    scores: Floats


def find(samples: Samples, parties: int = MOST_PARTIES) -> Sightings:
    """
    @param samples: C{int16[n]}, at L{RATE}: a whole recording.
    @param parties: how many may be heard.
    """
    found: list[tuple[int, float, float]] = []
    past = int(SLOT * RATE) // _STRIDE * _STRIDE  # a marker that the next piece has whole
    for start in range(0, len(samples), _PIECE):
        scores = _scores(samples[start : start + _PIECE + past].astype(np.float32), parties)
        if scores.shape[1] > 2:
            found += _peaks(scores, start, samples)
    found.sort(key=_place)
    apart = _APART * RATE
    kept: list[tuple[int, float, float]] = []
    last: dict[int, int] = {}
    for each in found:
        before = last.get(each[0])
        if before is None or each[1] - kept[before][1] >= apart:
            last[each[0]] = len(kept)
            kept.append(each)
        elif each[2] > kept[before][2]:
            kept[before] = each
    kept.sort(key=_place)
    columns = np.array(kept, np.float64).reshape(-1, 3).T
    return Sightings(columns[0].astype(np.intp), columns[1], columns[2])


def waveform(party: int, rate: int = RATE) -> Floats:
    """
    @return: C{float64[LENGTH * rate]}: a marker.
    """
    seconds = np.arange(int(HOP * rate)) / rate
    edge = np.minimum(seconds, HOP - seconds) / _SWELL
    swell = _PEAK * (0.5 - 0.5 * np.cos(np.pi * np.clip(edge, 0, 1)))
    tones = [_LOWEST + _SPACING * (number + 1) for number in _numbers(party)]
    return np.concatenate([swell * np.sin(2 * np.pi * tone * seconds) for tone in tones])


def _numbers(party: int) -> list[int]:
    """
    @return: the tones of a marker, as columns of the grid.
    """
    return [(party + 1) * (hop + 1) % _GRID - 1 for hop in range(HOPS)]


def _place(found: tuple[int, float, float]) -> float:
    return found[1]


def _drawn(number: int) -> int:
    """
    What looks like chance, and is the same in every process.
    """
    return number * 2654435761 % (1 << 32) >> 12


@lru_cache(maxsize=64)
def _marked(party: int, rate: int) -> Samples:
    slot = np.zeros(int(SLOT * rate), np.int16)
    wave = np.rint(waveform(party, rate))
    slot[: len(wave)] = wave
    return slot


@lru_cache(maxsize=64)
def _syllables(party: int, rate: int) -> Samples:
    """
    Vowels of a voice of a party's own pitch, each gliding elsewhere; the first are pauses.

    @return: C{int16[_SYLLABLES, SLOT * rate]}.
    """
    chance = np.random.default_rng(party)
    made = np.zeros((_SYLLABLES, int(SLOT * rate)), np.int16)
    seconds = np.arange(made.shape[1]) / rate
    swell = np.sin(np.pi * seconds / SLOT) ** 0.5
    for syllable in made[_SYLLABLES // 4 :]:
        pitch = (_PITCH + _NEXT_PITCH * party) * chance.uniform(0.85, 1.15)
        glide = chance.uniform(-0.6, 0.6)  # of an octave in a second, about
        phase = 2 * np.pi * pitch * (seconds + glide * seconds**2 / 2)
        formants = chance.uniform((300, 900), (800, 2400))
        harmonics = np.arange(1, int(_BAND / (pitch * (1 + SLOT))) + 1)
        nearness = np.abs(harmonics[:, None] * pitch - formants) / 150
        strengths = (1 / (1 + nearness**2)).sum(axis=1) + 0.02
        wave = strengths @ np.sin(harmonics[:, None] * phase)
        syllable[:] = np.rint(wave * swell * _SPEECH / wave.std())
    return made


@lru_cache(maxsize=1)
def _filters() -> npt.NDArray[np.float32]:
    """
    @return: C{float32[window, 2 * tones]}: what finds each tone of the grid, and its quarter turn.
    """
    tones = _LOWEST + _SPACING * np.arange(1, _GRID)
    turns = 2 * np.pi * np.outer(np.arange(_WINDOW) / RATE, tones)
    return np.concatenate([np.cos(turns), np.sin(turns)], axis=1).astype(np.float32)


def _scores(samples: npt.NDArray[np.float32], parties: int) -> Floats:
    """
    How much of the sound is a party's marker, if it begins here: the mean over its tones of the
    tone's share of the amplitude, but for the best: others have one in common with it.

    @return: C{float64[parties, places]}, a place every _STRIDE samples.
    """
    if len(samples) < int(LENGTH * RATE):
        return np.zeros((parties, 0))
    windows = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_STRIDE]
    parts = windows @ _filters()
    power = parts[:, : _GRID - 1] ** 2 + parts[:, _GRID - 1 :] ** 2
    energy = np.einsum("ij,ij->i", windows, windows) + _WINDOW * _FLOOR
    shares = np.sqrt(power / (energy[:, None] * (_WINDOW / 2)))
    count = len(shares) - _STEPS * (HOPS - 1)
    scores = np.empty((parties, max(0, count)))
    for party in range(parties):
        hops = np.stack(
            [shares[hop * _STEPS :][:count, number] for hop, number in enumerate(_numbers(party))]
        )
        scores[party] = (hops.sum(axis=0) - hops.max(axis=0)) / (HOPS - 1)
    return scores


def _peaks(scores: Floats, start: int, samples: Samples) -> list[tuple[int, float, float]]:
    """
    @param start: the sample at which the scores begin.
    @return: party, place and score of each.
    """
    middle = scores[:, 1:-1]
    summit = (middle >= _LEAST) & (middle > scores[:, :-2]) & (middle >= scores[:, 2:])
    found = []
    for party, at in np.argwhere(summit).tolist():
        before, here, after = scores[party, at : at + 3]
        lean = (before - after) / (2 * (before - 2 * here + after))
        rough = start + (at + 1 + lean) * _STRIDE
        found.append((party, _refined(party, float(rough), samples), float(here)))
    return found


def _refined(party: int, rough: float, samples: Samples) -> float:
    """
    Where the waveform itself is found, if it came through.
    """
    wave = waveform(party)
    begin = max(0, round(rough) - _REFINED)
    near = samples[begin : begin + 2 * _REFINED + len(wave)].astype(np.float64)
    if len(near) < len(wave):
        return rough
    windows = np.lib.stride_tricks.sliding_window_view(near, len(wave))
    energies = np.einsum("ij,ij->i", windows, windows) * (wave @ wave) + 1
    alike = windows @ wave / np.sqrt(energies)
    best = int(alike.argmax())
    return float(begin + best) if alike[best] >= _ALIKE else rough
