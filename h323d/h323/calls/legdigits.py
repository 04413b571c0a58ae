"""
The digits of one H.323 leg: by H.245, by RFC 4733, or as keypad information of Q.931.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.digits import DigitFilter
from h323d.h323.calls.wire import CallWire
from h323d.h323.h245.link import H245Link
from h323d.h323.signalling import reading
from h323d.h323.signalling.q931 import Q931Message
from h323d.values.media.digits import HOOK_FLASH, KEYS, DigitMethod

__all__ = ["LegDigits", "LegDigitsOwner"]

KEYPAD_DURATION = 160  # milliseconds that a digit without a duration counts for


class LegDigitsOwner(Protocol):
    """
    What L{LegDigits} need of the leg that they are part of.
    """

    def digitHeard(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        """The peer pressed a key."""


class LegDigits:
    """
    Sends digits by the way that the peer takes, and tells each of the peer's once.
    """

    def __init__(self, owner: LegDigitsOwner, clock: IReactorTime) -> None:
        self._owner = owner
        self._filter = DigitFilter(clock)

    def send(
        self,
        link: H245Link,
        wire: CallWire,
        digit: str,
        milliseconds: int,
        method: DigitMethod | None,
    ) -> None:
        """
        By Q.931 if that is wished, or the peer takes no other; a keypad has no hook flash.
        """
        if digit not in KEYS:
            return
        keypad = method is DigitMethod.Q931_KEYPAD
        sent = not keypad and link.sendDigit(digit, milliseconds, method)
        if not sent and digit != HOOK_FLASH:
            wire.keypad(digit)

    def informed(self, message: Q931Message) -> None:
        """
        An Information of the peer came.
        """
        for digit in reading.keypadDigits(message):
            self.heard(digit, KEYPAD_DURATION, DigitMethod.Q931_KEYPAD)

    def heard(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        """
        A digit of the peer came by one way; it may come by another, too.
        """
        if digit in KEYS and self._filter.isNew(digit, method):
            self._owner.digitHeard(digit, milliseconds, method)
