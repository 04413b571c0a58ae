"""
A protocol timer.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.call.timer import Timer


def test_startingAgainForgetsTheEarlierStart() -> None:
    clock, fired = Clock(), []
    timer = Timer(clock)
    timer.start(5.0, lambda: fired.append("first"))
    clock.advance(4)
    timer.start(5.0, lambda: fired.append("second"))
    clock.advance(4)
    assert fired == []
    clock.advance(1)
    assert fired == ["second"]


def test_stoppingTwiceOrLateDoesNoHarm() -> None:
    clock, fired = Clock(), []
    timer = Timer(clock)
    timer.stop()
    timer.start(1.0, lambda: fired.append("fired"))
    clock.advance(1)
    timer.stop()
    timer.stop()
    assert fired == ["fired"]
    assert clock.getDelayedCalls() == []


def test_itRunsFromItsStartToItsEnd() -> None:
    clock, seen = Clock(), []
    timer = Timer(clock)
    assert not timer.running
    timer.start(1.0, lambda: seen.append(timer.running))
    assert timer.running
    clock.advance(1)
    assert (seen, timer.running) == ([False], False)
