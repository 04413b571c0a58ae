"""
The timer of a signalling entity.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.h323.h245.timer import Timer


def test_startingAgainForgetsTheEarlierStart() -> None:
    clock, fired = Clock(), []
    timer = Timer(clock, 5.0)
    timer.start(lambda: fired.append("first"))
    clock.advance(4)
    timer.start(lambda: fired.append("second"))
    clock.advance(4)
    assert fired == []
    clock.advance(1)
    assert fired == ["second"]


def test_stoppingTwiceOrLateDoesNoHarm() -> None:
    clock, fired = Clock(), []
    timer = Timer(clock, 5.0)
    timer.stop()
    timer.start(lambda: fired.append("fired"), 1.0)
    clock.advance(1)
    timer.stop()
    timer.stop()
    assert fired == ["fired"]
    assert clock.getDelayedCalls() == []
