"""
Faults are found in what is known of the sound, and nowhere else.
"""

from __future__ import annotations

import numpy as np
import pytest

from h323d.rehearse.faults import drift, gaps, joined, slips, stretches

SOUNDING = np.array([[0.0, 0.2], [0.2, 0.39], [0.6, 0.79]])


@pytest.mark.parametrize(
    ("quiet", "found"),
    [
        ((0.05, 0.15), [(0.05, 0.1)]),
        ((0.05, 0.065), []),  # shorter than any gap
        ((0.15, 0.25), [(0.15, 0.1)]),
        ((0.39, 0.6), []),  # where nobody speaks
        ((0.385, 0.605), []),  # whoever is a little early, and late
        ((0.3, 0.5), [(0.3, 0.09)]),  # as far as it is known
        ((0.3, 0.7), [(0.3, 0.4)]),
        ((0.9, 2.0), []),
    ],
)
def test_silenceIsAGapWhereOthersSpeak(
    quiet: tuple[float, float], found: list[tuple[float, float]]
) -> None:
    assert list(gaps(np.array([quiet]), SOUNDING)) == [pytest.approx(each) for each in found]


def test_whereNobodySpeaksThereAreNoGaps() -> None:
    assert list(gaps(np.array([[0.0, 5.0]]), np.zeros((0, 2)))) == []


@pytest.mark.parametrize("seed", range(5))
def test_spansThatOverlapAreOne(seed: int) -> None:
    chance = np.random.default_rng(seed)
    begins = chance.uniform(0, 100, 60)
    spans = np.stack([begins, begins + chance.uniform(0, 2, 60)], axis=1)
    one = joined(spans)
    assert (one[1:, 0] > one[:-1, 1]).all()
    points = chance.uniform(-1, 103, 5000)[:, None]
    inOne = ((points >= one[:, 0]) & (points <= one[:, 1])).any(axis=1)
    inMany = ((points >= spans[:, 0]) & (points <= spans[:, 1])).any(axis=1)
    assert np.array_equal(inOne, inMany)
    assert len(joined(np.zeros((0, 2)))) == 0


@pytest.mark.parametrize("seed", range(20))
def test_aSlipIsFoundWhereItIs(seed: int) -> None:
    chance = np.random.default_rng(seed)
    times = np.arange(60.0) * 2.4
    at, size = (
        int(chance.integers(5, 55)),
        float(chance.choice([-1, 1]) * chance.uniform(0.01, 0.2)),
    )
    latencies = 0.05 + chance.normal(0, 0.0005, 60) + size * (np.arange(60) >= at)
    [(when, much)] = slips(times, latencies)
    assert abs(when - times[at]) < 2.5
    assert much == pytest.approx(size, abs=0.002)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("scatter", [0.0, 0.0005, 0.005, 0.03])
def test_whereNothingSlipsNothingIsFound(seed: int, scatter: float) -> None:
    latencies = 0.05 + np.random.default_rng(seed).normal(0, scatter, 700)
    assert slips(np.arange(700.0) * 2.4, latencies) == []


def test_oneThatIsLateIsNoSlip() -> None:
    latencies = np.full(50, 0.05)
    latencies[20] = 0.5
    assert slips(np.arange(50.0), latencies) == []


@pytest.mark.parametrize("count", range(6))
def test_ofFewNothingIsSaid(count: int) -> None:
    assert slips(np.arange(float(count)), np.arange(float(count))) == []
    assert drift(np.arange(float(count)), np.arange(float(count))) is None


@pytest.mark.parametrize("ppm", [-500, -100, 0, 20, 500])
@pytest.mark.parametrize("seed", range(4))
def test_aDriftIsFoundBesideASlip(ppm: float, seed: int) -> None:
    chance = np.random.default_rng(seed)
    times = np.arange(250.0) * 2.4
    latencies = chance.normal(0.05, 0.0005, 250) + ppm * 1e-6 * times
    assert drift(times, latencies) == pytest.approx(ppm, abs=2)
    latencies[chance.integers(5, 245) :] += 0.06
    assert drift(times, latencies) == pytest.approx(ppm, abs=2 + 0.03 * abs(ppm))


def test_timesThatAreApartAreStretchesOfTheirOwn() -> None:
    times = np.array([1.0, 2.0, 3.0, 10.0, 20.0, 21.0])
    assert stretches(times, 1.5) == [(1.0, 2.0), (10.0, 0.0), (20.0, 1.0)]
    assert stretches(np.zeros(0), 1.5) == []
