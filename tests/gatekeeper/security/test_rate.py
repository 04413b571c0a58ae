"""
How often each source may do something.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.gatekeeper.security.rate import Rate


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_aBurstAndThenTheRate(clock: Clock) -> None:
    rate = Rate(clock, 2.0, 3)
    assert [rate.take("a") for _ in range(4)] == [True, True, True, False]
    clock.advance(0.5)
    assert [rate.take("a") for _ in range(2)] == [True, False]


def test_eachAddressHasItsOwnTurns(clock: Clock) -> None:
    rate = Rate(clock, 1.0, 1)
    assert rate.take("a")
    assert rate.take("b")
    assert not rate.take("a")


def test_noMoreThanABurstIsSaved(clock: Clock) -> None:
    rate = Rate(clock, 1.0, 2)
    rate.take("a")
    clock.advance(1000)
    assert [rate.take("a") for _ in range(3)] == [True, True, False]


def test_theStillAreForgotten(clock: Clock) -> None:
    rate = Rate(clock, 1.0, 2)
    for number in range(100):
        rate.take(str(number))
    clock.advance(10)
    for number in range(100):
        rate.take(f"other {number}")
    assert len(rate) <= 101
    clock.advance(10)
    for _ in range(200):
        rate.take("a")
    assert len(rate) == 1


def test_theTableIsBounded(clock: Clock) -> None:
    rate = Rate(clock, 0.001, 2, most=50)
    for number in range(200):
        rate.take(str(number))
    assert len(rate) == 50


def test_noRateIsNoLimit(clock: Clock) -> None:
    rate = Rate(clock, 0.0, 1)
    assert all(rate.take("a") for _ in range(100))
    assert len(rate) == 0


def test_aNetworkOfIPv6HasOneRate(clock: Clock) -> None:
    rate = Rate(clock, 1.0, 2)
    hosts = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1"]
    assert [rate.take(host) for host in hosts] == [True, True, False, True]


def test_oneCanLookWithoutTakingATurn(clock: Clock) -> None:
    rate = Rate(clock, 1.0, 1)
    assert [rate.has("a") for _ in range(3)] == [True] * 3
    rate.take("a")
    assert not rate.has("a")
    clock.advance(1.0)
    assert rate.has("a")


def test_aTurnThatIsGivenBackCanBeTakenAgain(clock: Clock) -> None:
    rate = Rate(clock, 0.001, 2)
    assert [rate.take("a") for _ in range(2)] == [True, True]
    rate.giveBack("a")
    assert [rate.take("a") for _ in range(2)] == [True, False]


def test_noMoreIsGivenBackThanThereWas(clock: Clock) -> None:
    rate = Rate(clock, 0.001, 2)
    rate.take("a")
    for _ in range(5):
        rate.giveBack("a")
    rate.giveBack("b")
    assert [rate.take("a") for _ in range(3)] == [True, True, False]
