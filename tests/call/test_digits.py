"""
Key presses that are told twice.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.call.digits import WINDOW, DigitFilter
from h323d.values.media.digits import DigitMethod

EVENT = DigitMethod.RTP_EVENT
SIGNAL = DigitMethod.H245_SIGNAL
KEYPAD = DigitMethod.Q931_KEYPAD
INFO = DigitMethod.SIP_INFO


def test_onePressByThreeWaysCountsOnce() -> None:
    digits = DigitFilter(Clock())
    assert digits.isNew("5", EVENT)
    assert not digits.isNew("5", SIGNAL)
    assert not digits.isNew("5", KEYPAD)


def test_theSameKeyTwiceCountsTwice() -> None:
    digits = DigitFilter(Clock())
    assert [digits.isNew("1", EVENT) for _ in range(3)] == [True, True, True]


def test_twoPressesByTwoWaysInAnyOrderAreTwo() -> None:
    digits = DigitFilter(Clock())
    ways = [EVENT, EVENT, SIGNAL, SIGNAL]
    assert [digits.isNew("1", way) for way in ways] == [True, True, False, False]
    ways = [SIGNAL, EVENT, SIGNAL, EVENT]
    assert [digits.isNew("2", way) for way in ways] == [True, False, True, False]


@pytest.mark.parametrize("second", [INFO, SIGNAL, KEYPAD])
def test_twoKeysOfWhichTheSecondWayTellsLaterAreTwo(second: DigitMethod) -> None:
    clock = Clock()
    digits = DigitFilter(clock)
    typed = ""
    for digit, way in (("5", EVENT), ("6", EVENT), ("5", second), ("6", second)):
        if digits.isNew(digit, way):
            typed += digit
        clock.advance(0.1)
    assert typed == "56"


def test_anotherKeyIsAnotherPress() -> None:
    digits = DigitFilter(Clock())
    assert digits.isNew("1", EVENT)
    assert digits.isNew("2", SIGNAL)


def test_muchLaterIsAnotherPress() -> None:
    clock = Clock()
    digits = DigitFilter(clock)
    assert digits.isNew("1", EVENT)
    clock.advance(WINDOW + 0.1)
    assert digits.isNew("1", SIGNAL)
