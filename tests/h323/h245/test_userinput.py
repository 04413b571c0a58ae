"""
Digits in C{UserInputIndication}.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.asn1 import h245
from h323d.h323.h245 import userinput
from h323d.h323.h245.userinput import (
    ALPHANUMERIC_DURATION,
    LONGEST_WAIT,
    MAXIMUM_DIGITS,
    UPDATE_GRACE,
    alphanumericIndication,
    digitsIn,
    newUserInputReceiver,
    signalIndication,
)
from h323d.values.media.digits import DigitMethod
from tests.support.machinetable import Table, behaviourOf
from tests.support.recorder import Recorder

SIGNAL = DigitMethod.H245_SIGNAL


TABLE: Table = {
    "idle": {
        "signal": "sounding: elapsed in 0.1 s",
    },
    "sounding": {
        "abandon": "idle: stop elapsed",
        "completed": "idle: stop elapsed, digitReceived 1 200 H245_SIGNAL",
        "elapsed": "idle: digitReceived 1 200 H245_SIGNAL",
        "signal": "sounding: stop elapsed, digitReceived 1 1 H245_SIGNAL, elapsed in 0.1 s",
        "signalUpdate": "sounding: elapsed in 0.3 s",
    },
}


def test_theTableOfASignal() -> None:
    found = behaviourOf(
        userinput.MACHINE,
        newUserInputReceiver,
        {"signal": ("5", None), "signalUpdate": (300,)},
        {"sounding": [("signal", "1", 200)]},
    )
    assert found == TABLE


@pytest.mark.parametrize(
    "value",
    [
        alphanumericIndication("5"),
        signalIndication("#", 0),
        signalIndication("A", 10**6),
    ],
)
def test_whatWeSayCanBeEncoded(value: tuple[str, object]) -> None:
    data = h245.encode("UserInputIndication", value)
    assert h245.decode("UserInputIndication", data) == value


def test_onlyDigitsCountInText() -> None:
    assert digitsIn("1x*#a!") == ["1", "*", "#", "A", "!"]
    assert len(digitsIn("1" * 1000)) == MAXIMUM_DIGITS


def test_aSignalIsReportedWhenItIsOver() -> None:
    clock, owner = Clock(), Recorder()
    receiver = newUserInputReceiver(owner, clock)
    receiver.signal("5", 300)
    clock.advance(0.29)
    assert owner.take() == []
    clock.advance(0.01)
    assert owner.take() == [("digitReceived", "5", 300, SIGNAL)]
    assert clock.getDelayedCalls() == []


def test_aSignalWithoutLengthWaitsForAnUpdateOnlyBriefly() -> None:
    clock, owner = Clock(), Recorder()
    receiver = newUserInputReceiver(owner, clock)
    receiver.signal("5", None)
    clock.advance(UPDATE_GRACE)
    assert owner.take() == [("digitReceived", "5", ALPHANUMERIC_DURATION, SIGNAL)]


def test_anUpdateLengthensTheSignal() -> None:
    clock, owner = Clock(), Recorder()
    receiver = newUserInputReceiver(owner, clock)
    receiver.signal("5", 100)
    clock.advance(0.05)
    receiver.signalUpdate(500)
    clock.advance(0.44)
    assert owner.take() == []
    clock.advance(0.02)
    assert owner.take() == [("digitReceived", "5", 500, SIGNAL)]


def test_anUpdateCanEndTheSignal() -> None:
    clock, owner = Clock(), Recorder()
    receiver = newUserInputReceiver(owner, clock)
    receiver.signal("5", 900)
    clock.advance(0.2)
    receiver.signalUpdate(150)
    assert owner.take() == [("digitReceived", "5", 150, SIGNAL)]
    assert clock.getDelayedCalls() == []


def test_aKeyHeldForeverIsReportedAllTheSame() -> None:
    clock, owner = Clock(), Recorder()
    receiver = newUserInputReceiver(owner, clock)
    receiver.signal("5", 65535)
    clock.advance(LONGEST_WAIT)
    assert owner.take() == [("digitReceived", "5", 65535, SIGNAL)]
    receiver.signalUpdate(65535)  # too late, and no second digit
    clock.advance(LONGEST_WAIT)
    assert owner.take() == []


def test_theNextKeyEndsTheOneBefore() -> None:
    clock, owner = Clock(), Recorder()
    receiver = newUserInputReceiver(owner, clock)
    receiver.signal("5", 500)
    clock.advance(0.1)
    receiver.signal("6", 100)
    assert owner.take() == [("digitReceived", "5", 100, SIGNAL)]
    clock.advance(0.1)
    assert owner.take() == [("digitReceived", "6", 100, SIGNAL)]


def test_anAbandonedReceiverIsSilent() -> None:
    clock, owner = Clock(), Recorder()
    receiver = newUserInputReceiver(owner, clock)
    receiver.signal("5", 500)
    receiver.abandon()
    assert clock.getDelayedCalls() == []
    assert owner.take() == []
