"""
Counting values by bounds.
"""

from __future__ import annotations

import pytest

from h323d.call.histogram import Histogram
from h323d.values.distribution import Distribution


@pytest.mark.parametrize(
    ("value", "counts"),
    [(0.0, (1, 0, 0)), (5.0, (1, 0, 0)), (5.1, (0, 1, 0)), (10.0, (0, 1, 0)), (11.0, (0, 0, 1))],
)
def test_aBoundIsTheLargestThatCountsThere(value: float, counts: tuple[int, ...]) -> None:
    histogram = Histogram((5, 10))
    histogram.add(value)
    assert histogram.now() == Distribution((5, 10), counts, value)


def test_asManyOfTheSameAreAddedAtOnce() -> None:
    histogram = Histogram((5, 10))
    histogram.add(7.0, 3)
    before = histogram.now()
    histogram.add(1.0)
    assert (before.counts, before.total) == ((0, 3, 0), 21.0)
    assert (histogram.now().counts, histogram.now().total) == ((1, 3, 0), 22.0)
