"""
ControlDigits of one session, both ways, in C{UserInputIndication}.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from h323d.h323.h245.messages import Choice, indication
from h323d.h323.h245.owner import H245Owner
from h323d.h323.h245.userinput import (
    ALPHANUMERIC_DURATION,
    alphanumericIndication,
    digitsIn,
    newUserInputReceiver,
    signalIndication,
)
from h323d.values.media.digits import KEYS, DigitMethod

__all__ = ["ControlDigits"]


class ControlDigits:
    """
    Sends them, and reports those that come.
    """

    def __init__(self, owner: H245Owner, clock: IReactorTime) -> None:
        self._owner = owner
        self._receiver = newUserInputReceiver(self, clock)

    def send(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        if digit not in KEYS:
            return
        if method is DigitMethod.H245_ALPHANUMERIC:
            self._send(alphanumericIndication(digit))
        elif method is DigitMethod.H245_SIGNAL:
            self._send(signalIndication(digit, milliseconds))

    def stop(self) -> None:
        """
        Cancel every timer.
        """
        self._receiver.abandon()

    def userInput(self, value: Choice) -> None:
        """
        C{UserInputIndication} arrived.  Text and signals count; a statement of
        support does not, and what is encrypted cannot be read.
        """
        kind, content = value
        if kind == "signal":
            for digit in digitsIn(content["signalType"]):
                self._receiver.signal(digit, content.get("duration"))
        elif kind == "signalUpdate":
            self._receiver.signalUpdate(content["duration"])
        elif kind == "alphanumeric":
            self._text(content)
        elif kind == "extendedAlphanumeric":
            self._text(content["alphanumeric"])

    def _text(self, text: str) -> None:
        for digit in digitsIn(text):
            self._owner.h245Digit(digit, ALPHANUMERIC_DURATION, DigitMethod.H245_ALPHANUMERIC)

    def _send(self, value: Choice) -> None:
        self._owner.sendControl(indication("userInput", value))

    # UserInputOwner

    def digitReceived(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self._owner.h245Digit(digit, milliseconds, method)
