"""
ControlDigits on their way out, and those that come, whatever form they have.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.h323.h245.digits import ControlDigits
from h323d.h323.h245.userinput import ALPHANUMERIC_DURATION
from h323d.values.media.digits import DigitMethod
from tests.support.recorder import Recorder

ALPHANUMERIC, SIGNAL = DigitMethod.H245_ALPHANUMERIC, DigitMethod.H245_SIGNAL


class Scene:
    """
    The digits of one session, and what it sends and tells.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.owner: Any = Recorder()
        self.digits = ControlDigits(self.owner, self.clock)

    def heard(self) -> list[list[Any]]:
        return [arguments for name, *arguments in self.owner.take() if name == "h245Digit"]

    def sent(self) -> list[Any]:
        return [message for name, message in self.owner.take() if name == "sendControl"]


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (ALPHANUMERIC, ("alphanumeric", "5")),
        (SIGNAL, ("signal", {"signalType": "5", "duration": 120})),
    ],
)
def test_aDigitIsSentAsItIsWished(method: DigitMethod, said: Any, scene: Scene) -> None:
    scene.digits.send("5", 120, method)
    assert scene.sent() == [("indication", ("userInput", said))]


@pytest.mark.parametrize("digit", ["", "E", "55"])
def test_whatIsNoDigitIsNotSent(digit: str, scene: Scene) -> None:
    scene.digits.send(digit, 120, SIGNAL)
    assert scene.sent() == []


def test_waysThatAreNotH245sAreNotTaken(scene: Scene) -> None:
    scene.digits.send("5", 120, DigitMethod.RTP_EVENT)
    assert scene.sent() == []


@pytest.mark.parametrize(
    "value",
    [("alphanumeric", "1a x#"), ("extendedAlphanumeric", {"alphanumeric": "1a x#"})],
)
def test_theDigitsOfATextAreTold(value: Any, scene: Scene) -> None:
    scene.digits.userInput(value)
    assert scene.heard() == [
        [digit, ALPHANUMERIC_DURATION, ALPHANUMERIC] for digit in ("1", "A", "#")
    ]


def test_aSignalIsToldWhenItIsOver(scene: Scene) -> None:
    scene.digits.userInput(("signal", {"signalType": "7", "duration": 200}))
    scene.digits.userInput(("signalUpdate", {"duration": 300}))
    scene.clock.advance(0.3)
    assert scene.heard() == [["7", 300, SIGNAL]]
    assert scene.clock.getDelayedCalls() == []


def test_aStatementOfSupportIsNoDigit(scene: Scene) -> None:
    scene.digits.userInput(("userInputSupportIndication", ("basicString", None)))
    assert scene.heard() == []


def test_whatSoundsWhenTheSessionEndsIsNotTold(scene: Scene) -> None:
    scene.digits.userInput(("signal", {"signalType": "7"}))
    scene.digits.stop()
    assert scene.clock.getDelayedCalls() == []
    assert scene.heard() == []
