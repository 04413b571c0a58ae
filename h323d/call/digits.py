"""
Digits that arrive twice: peers send one key press by several ways at once.

A key press may come as an RFC 4733 event, in an INFO request of SIP, as H.245 user input in two
forms, and as a Q.931 keypad element.  Of one press, the way that is first to arrive counts.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from twisted.internet.interfaces import IReactorTime

from h323d.values.media.digits import DigitMethod

__all__ = ["DigitFilter"]

WINDOW = 2.0  # seconds between the first and the last way of one key press
_KEPT = 64


@dataclass
class _Press:
    digit: str
    at: float
    methods: set[DigitMethod] = field(default_factory=set)


class DigitFilter:
    """
    Tells new key presses from those already known by another way.
    """

    def __init__(self, clock: IReactorTime) -> None:
        """
        @param clock: tells how old a press is.
        """
        self._clock = clock
        self._presses: deque[_Press] = deque(maxlen=_KEPT)

    def isNew(self, digit: str, method: DigitMethod) -> bool:
        """
        Whether this digit is another key press than those before.

        Each way tells the presses in their order, so a digit belongs to the oldest press
        of that digit that its way has not told yet.
        """
        now = self._clock.seconds()
        while self._presses and now - self._presses[0].at > WINDOW:
            self._presses.popleft()
        for press in self._presses:
            if press.digit == digit and method not in press.methods:
                press.methods.add(method)
                return False
        self._presses.append(_Press(digit, now, {method}))
        return True
