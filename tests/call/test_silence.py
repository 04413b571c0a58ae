"""
When a call whose peer says nothing ends.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.call.silence import LOST, SilenceWatch


class Call:
    """
    One that is watched.

    @ivar heardAt: when its peer was heard last; C{None} as long as that is nobody's concern.
    @ivar endedAt: when it was told that it fell silent.
    """

    def __init__(self, timeout: float = 300.0) -> None:
        self.clock = Clock()
        self.heardAt: float | None = 0.0
        self.endedAt: list[float] = []
        self.watch = SilenceWatch(self, self.clock, timeout)
        self.watch.start()

    def silence(self) -> float:
        return 0.0 if self.heardAt is None else self.clock.seconds() - self.heardAt

    def fellSilent(self) -> None:
        self.endedAt.append(self.clock.seconds())
        self.watch.stop()

    def run(self, seconds: int) -> None:
        self.clock.pump([1.0] * seconds)


def test_itEndsWhenNothingWasHeardForSoLong() -> None:
    call = Call()
    call.run(100)
    call.heardAt = 100.0
    call.run(400)
    assert call.endedAt == [400.0]
    assert call.clock.getDelayedCalls() == []


def test_zeroNeverEndsOne() -> None:
    call = Call(timeout=0.0)
    call.watch.connectionLost()
    assert call.clock.getDelayedCalls() == []


def test_onHoldItGoesOn() -> None:
    call = Call()
    call.heardAt = None
    call.run(1000)
    assert call.endedAt == []
    call.heardAt = 1000.0
    call.run(400)
    assert call.endedAt == [1300.0]


@pytest.mark.parametrize("silentBefore", [0, 100])
def test_aLostConnectionGivesItLessTimeFromThenOn(silentBefore: int) -> None:
    call = Call()
    call.run(200)
    call.heardAt = 200.0 - silentBefore
    call.watch.connectionLost()
    call.run(100)
    assert call.endedAt == [200.0 + LOST]


def test_withALostConnectionItGoesOnAsLongAsItIsHeard() -> None:
    call = Call()
    call.watch.connectionLost()
    for second in range(100):
        call.heardAt = float(second)
        call.run(1)
    assert call.endedAt == []


def test_whoIsHeardByAnotherConnectionHasAllTheTimeAgain() -> None:
    call = Call()
    call.watch.connectionLost()
    call.watch.connectionRegained()
    call.run(400)
    assert call.endedAt == [300.0]


def test_aLostConnectionNeverGivesItMore() -> None:
    call = Call(timeout=4.0)
    call.watch.connectionLost()
    call.run(10)
    assert call.endedAt == [4.0]


def test_aLostConnectionBeforeThereIsMediaStartsNothing() -> None:
    call = Call()
    call.watch.stop()
    call.watch.connectionLost()
    assert call.clock.getDelayedCalls() == []


def test_startingAgainChangesNothing() -> None:
    call = Call()
    call.run(100)
    call.watch.start()
    call.run(300)
    assert call.endedAt == [300.0]
