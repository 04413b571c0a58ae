"""
Markers are found in what is left of them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from h323d.dsp.codec import ICodec
from h323d.dsp.provisions import Provision, provisions
from h323d.dsp.resample import resampled
from h323d.rehearse.calibration import codecDelay, rateOf, thereAndBack
from h323d.rehearse.marker import (
    ACCURACY,
    LENGTH,
    MOST_PARTIES,
    PARAMETRIC_ACCURACY,
    RATE,
    SLOT,
    Voice,
    find,
    position,
)
from h323d.rehearse.recording import RESAMPLED

Samples = npt.NDArray[np.int16]

PARAMETRIC = {"G729", "G723", "GSM", "AMR"}
BEGAN = 123_456.789  # s, by the monotonic clock


def mixed(parties: int, listener: int, seconds: float, late: npt.NDArray[np.int64]) -> Samples:
    """
    What somebody hears of everybody else, each of whom is so many samples late.
    """
    start, count = position(BEGAN, RATE), int(seconds * RATE)
    voices = [
        Voice(party, parties).render(start - int(late[party]), count).astype(np.int32)
        for party in range(parties)
        if party != listener
    ]
    mix: Samples = np.clip(sum(voices), -32768, 32767).astype(np.int16)
    return mix


def errors(sound: Samples, parties: int, late: npt.NDArray[np.int64]) -> dict[int, list[float]]:
    """
    By how much each party's sightings are later than they should be, seconds.
    """
    sightings = find(sound, parties)
    start, cycle = position(BEGAN, RATE), parties * SLOT
    found: dict[int, list[float]] = {}
    for party, place in zip(sightings.parties.tolist(), sightings.places.tolist(), strict=True):
        seconds = (start + place - late[party]) / RATE - party * SLOT
        found.setdefault(party, []).append((seconds + cycle / 2) % cycle - cycle / 2)
    return found


def whole(parties: int, seconds: float) -> int:
    """
    The markers of a party that must be in a recording whole.
    """
    return int((seconds - LENGTH - 0.1) / (parties * SLOT))


# --- the voice


def test_whatIsSaidDependsOnTheSamplesNumberAlone() -> None:
    voice, chance = Voice(3, 12), np.random.default_rng(1)
    together = voice.render(1000, 40_000)
    at = 0
    while at < len(together):
        count = min(int(chance.integers(1, 3000)), len(together) - at)
        assert np.array_equal(voice.render(1000 + at, count), together[at : at + count])
        at += count


@pytest.mark.parametrize("rate", [16000, 48000])
def test_everyRateHasTheSameSound(rate: int) -> None:
    narrow = Voice(2, 4).render(0, 8 * RATE).astype(np.float64)
    wide = resampled(Voice(2, 4).render(0, 8 * rate, rate), rate, RATE).astype(np.float64)
    shift = round(RESAMPLED * RATE)
    assert np.corrcoef(narrow[:-shift], wide[shift:])[0, 1] > 0.9


def test_everybodySpeaksAndIsSilentByTurns() -> None:
    for party in range(12):
        sound = Voice(party, 12).render(0, 120 * RATE).reshape(-1, int(SLOT * RATE))
        silent = float(np.mean(~sound.any(axis=1)))
        assert 0.5 < silent < 0.92, party


@pytest.mark.parametrize(("party", "parties"), [(-1, 4), (4, 4), (0, MOST_PARTIES + 1)])
def test_aPartyThatGoesRoundWithNobodyIsRefused(party: int, parties: int) -> None:
    with pytest.raises(ValueError, match="at most 25"):
        Voice(party, parties)


# --- the ear


@pytest.mark.parametrize("parties", [2, 3, 12, 25])
def test_everybodyIsFoundInAFullRoomAndNobodyElse(parties: int) -> None:
    chance = np.random.default_rng(parties)
    late = chance.integers(0, int(0.06 * RATE), parties)
    seconds = 20.0
    found = (
        errors(mixed(parties, 0, seconds, late), MOST_PARTIES, late)
        if parties == 25
        else (errors(mixed(parties, 0, seconds, late), parties, late))
    )
    assert sorted(found) == list(range(1, parties))
    for party, each in found.items():
        assert len(each) >= whole(parties, seconds), party
        assert np.abs(each).max() < ACCURACY


def test_whoDoesNotGoRoundIsNotFound() -> None:
    sound = mixed(12, 0, 30.0, np.zeros(12, np.int64))
    assert set(find(sound, MOST_PARTIES).parties.tolist()) == set(range(1, 12))


@pytest.mark.parametrize("level", [0.0, 3.0, 300.0, 10_000.0])
def test_nobodyIsFoundWhereNobodyIs(level: float) -> None:
    noise = np.random.default_rng(5).normal(0, level, 60 * RATE)
    sound = np.clip(noise, -32768, 32767).astype(np.int16)
    assert len(find(sound).places) == 0


def test_speechAloneHoldsNoMarkers() -> None:
    slots = Voice(3, 12).render(0, 240 * RATE).reshape(-1, int(SLOT * RATE)).copy()
    slots[3::12] = 0
    assert len(find(slots.reshape(-1)).places) == 0


@pytest.mark.parametrize("count", [0, 1, 100, int(LENGTH * RATE) - 1])
def test_aRecordingMayBeShorterThanAMarker(count: int) -> None:
    assert len(find(Voice(0, 2).render(0, count)).places) == 0


def test_whatLiesAcrossTwoPiecesIsFoundOnce() -> None:
    sound = Voice(0, 2).render(0, 130 * RATE)  # more than two of the pieces that are looked at
    places = find(sound, 2).places
    markers = np.arange(1, 325)  # the very first one has no beginning
    assert places == pytest.approx(markers * 2 * SLOT * RATE)


@pytest.mark.parametrize("provision", provisions(), ids=lambda each: str(each.format))
def test_everyCodecKeepsThemInAFullRoom(provision: Provision) -> None:
    if provision.codec is None:
        pytest.skip(provision.missing)
    codec: ICodec = provision.codec
    parties, seconds, rate = 12, 30.0, rateOf(codec)
    late = np.random.default_rng(2).integers(0, int(0.06 * RATE), parties)
    sound = resampled(mixed(parties, 0, seconds, late), RATE, rate)
    back = resampled(thereAndBack(codec, sound), rate, RATE)
    found = errors(back, parties, late)
    accuracy = PARAMETRIC_ACCURACY if provision.format.name in PARAMETRIC else ACCURACY
    bothWays = 0.0 if rate == RATE else 2 * RESAMPLED
    own = codecDelay(codec) + bothWays
    assert sorted(found) == list(range(1, parties))
    assert sum(map(len, found.values())) >= 0.98 * whole(parties, seconds) * (parties - 1)
    assert max(np.abs(np.array(each) - own).max() for each in found.values()) < accuracy
