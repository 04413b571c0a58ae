"""
How good the sound of a leg is, in a word.
"""

from __future__ import annotations

import pytest

from h323d.values.quality import (
    CallQuality,
    DirectionQuality,
    Grade,
    LegQuality,
    Rating,
    Scale,
    worst,
)


def rated(mos: float) -> DirectionQuality:
    return DirectionQuality(rating=Rating(90.0, mos, Scale.NARROWBAND))


@pytest.mark.parametrize(
    ("way", "grade"),
    [
        (DirectionQuality(loss=0.0), Grade.GOOD),
        (DirectionQuality(loss=0.01), Grade.GOOD),
        (DirectionQuality(loss=0.011), Grade.FAIR),
        (DirectionQuality(loss=0.031), Grade.POOR),
        (DirectionQuality(jitter=0.02), Grade.GOOD),
        (DirectionQuality(jitter=0.021), Grade.FAIR),
        (DirectionQuality(jitter=0.041), Grade.POOR),
        (DirectionQuality(delay=0.1), Grade.GOOD),
        (DirectionQuality(delay=0.101), Grade.FAIR),
        (DirectionQuality(delay=0.201), Grade.POOR),
        (rated(4.0), Grade.GOOD),
        (rated(3.99), Grade.FAIR),
        (rated(3.59), Grade.POOR),
    ],
)
def test_eachFigureHasTwoLimits(way: DirectionQuality, grade: Grade) -> None:
    assert way.grade is grade


def test_theWorstFigureIsTheVerdict() -> None:
    assert DirectionQuality(delay=0.0, loss=0.05, jitter=0.0).grade is Grade.POOR


def test_whatIsNotKnownIsNoVerdict() -> None:
    assert DirectionQuality().grade is None
    assert DirectionQuality(concealed=3, silence=2.0).grade is None
    assert LegQuality().grade is None


def test_aLegIsAsGoodAsItsWorseWay() -> None:
    assert LegQuality(rated(4.2), rated(3.7)).grade is Grade.FAIR
    assert LegQuality(rated(4.2)).grade is Grade.GOOD


def test_theWorstOfSeveralIsOfThoseThatAreKnown() -> None:
    assert worst((Grade.FAIR, None, Grade.GOOD)) is Grade.FAIR
    assert worst((None,)) is None


def test_ofBothPartiesOfACallTheWorseIsTold() -> None:
    one = CallQuality(4.2, 3.9, None, None, Grade.FAIR)
    other = CallQuality(4.1, 4.0, 4.3, 4.2, Grade.GOOD)
    assert one.together(other) == CallQuality(4.1, 3.9, 4.3, 4.2, Grade.FAIR)
