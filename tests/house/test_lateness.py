"""
How late a reactor is.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.house.lateness import KEPT, PERIOD, Lateness


def late(clock: Clock, seconds: float) -> None:
    """
    Nothing is done for that much longer than until the next look.
    """
    clock.advance(PERIOD + seconds)


def pass_(clock: Clock, seconds: float) -> None:
    for _ in range(round(seconds / PERIOD)):
        clock.advance(PERIOD)


def test_aReactorThatIsOnTimeIsNotLate() -> None:
    clock = Clock()
    lateness = Lateness(clock)
    pass_(clock, 10.0)
    assert lateness.worst == 0.0


def test_theWorstIsToldForAWhileAndThenForgotten() -> None:
    clock = Clock()
    lateness = Lateness(clock)
    late(clock, 0.25)
    late(clock, 0.125)
    assert lateness.worst == 0.25
    pass_(clock, KEPT)
    assert lateness.worst == 0.25
    pass_(clock, 2 * KEPT)
    assert lateness.worst == 0.0
