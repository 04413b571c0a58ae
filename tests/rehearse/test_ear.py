"""
What one recording holds.
"""

from __future__ import annotations

import numpy as np
import pytest

from h323d.dsp.g711 import PCMU
from h323d.rehearse.ear import DOUBLED, listen
from h323d.rehearse.marker import RATE, SLOT
from h323d.rehearse.recording import Recording
from tests.support.rehearsed import BEGAN, heardBy, mixed, recorded

FIRST = -(-BEGAN // (2 * SLOT)) * 2 * SLOT  # when the first marker of two parties leaves
ALONE = {0: 0.0}  # whoever speaks, and how late


def at(seconds: float) -> int:
    """
    The sample of a recording that is heard so long after the first marker.
    """
    return round((FIRST - BEGAN + seconds) * RATE)


def test_markersAreHeardWhenTheyCome() -> None:
    listening = heardBy(mixed(2, {0: 0.03, 1: 0.045}, 10), 2)
    for party, late in ((0, 0.03), (1, SLOT + 0.045)):
        rounds = (listening.of(party) - FIRST - late) / (2 * SLOT)
        assert np.diff(rounds) == pytest.approx(1.0)
        assert rounds == pytest.approx(np.round(rounds), abs=0.001)
        assert len(rounds) in (24, 25)
    assert (np.diff(listening.times) > 0).all()


def test_whereItIsQuietIsTold() -> None:
    sound = mixed(2, {0: 0.0, 1: 0.0}, 5)
    sound[at(1.0) : at(1.15)] = 0
    quiet = heardBy(sound, 2).quiet
    [found] = quiet[quiet[:, 1] - quiet[:, 0] > 0.1]
    assert found == pytest.approx([FIRST + 1.0, FIRST + 1.15], abs=0.01)


@pytest.mark.parametrize("seconds", DOUBLED)
@pytest.mark.parametrize("coded", [False, True])
def test_aPieceThatComesTwiceIsFound(seconds: float, coded: bool) -> None:
    size = round(seconds * RATE)
    sound = mixed(2, ALONE, 8)
    begin = at(4 * SLOT + 0.05)
    twice = np.concatenate([sound[: begin + size], sound[begin:]])
    if coded:
        twice = PCMU.decodeRows(PCMU.encodeRows(twice[None]))[0]
    [found] = heardBy(twice, 2).doubles
    assert found == pytest.approx([BEGAN + (begin + size) / RATE, seconds], abs=0.002)


def test_aPieceThatReplacesTheNextIsFound() -> None:
    sound = mixed(2, ALONE, 8)
    begin = at(4 * SLOT + 0.05)
    sound[begin + 160 : begin + 320] = sound[begin : begin + 160]
    [found] = heardBy(sound, 2).doubles
    assert found == pytest.approx([BEGAN + (begin + 160) / RATE, 0.02], abs=0.002)


@pytest.mark.parametrize("offset", [-320, -300, -200, -160, -100, -1, 0, 1, 100])
def test_whatComesTwiceIsFoundOnceAcrossPieces(offset: int) -> None:
    long = mixed(2, ALONE, 65)
    marker = at(2 * SLOT * 152 + 0.09)
    sound = long[marker - 60 * RATE :]  # a piece that is looked at ends within a marker
    begin = 60 * RATE + offset
    sound[begin + 160 : begin + 320] = sound[begin : begin + 160]
    [found] = heardBy(sound, 2).doubles
    assert found == pytest.approx([BEGAN + (begin + 160) / RATE, 0.02], abs=0.002)


def test_whatComesManyTimesIsCountedOnce() -> None:
    sound = mixed(2, ALONE, 8)
    begin = at(4 * SLOT + 0.05)
    many = np.concatenate(
        [sound[: begin + 160], *[sound[begin : begin + 160]] * 4, sound[begin + 160 :]]
    )
    found = heardBy(many, 2).doubles
    assert found[:, 1].sum() == pytest.approx(0.08)
    assert (np.diff(found[:, 0]) >= found[:-1, 1] - 0.001).all()


@pytest.mark.parametrize("parties", [2, 3, 12, 25])
def test_nothingComesTwiceWhereNothingDoes(parties: int) -> None:
    chance = np.random.default_rng(parties)
    late = {party: float(chance.uniform(0, 0.1)) for party in range(1, parties)}
    assert len(heardBy(mixed(parties, late, 120), parties).doubles) == 0


def test_silenceHoldsNothing() -> None:
    listening = heardBy(np.zeros(3 * RATE, np.int16), 2)
    assert (len(listening.parties), len(listening.doubles)) == (0, 0)
    assert listening.quiet == pytest.approx(np.array([[BEGAN, BEGAN + 3.0]]))


def test_nothingHoldsNothing() -> None:
    empty = recorded(np.zeros(0, np.int16))
    listening = listen(Recording(empty.samples, empty.stamps), 2)
    assert (len(listening.parties), len(listening.quiet), len(listening.doubles)) == (0, 0, 0)
