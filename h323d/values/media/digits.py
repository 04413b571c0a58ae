"""
The keys of a telephone, and how they travel.
"""

from __future__ import annotations

import enum
import re

__all__ = ["HOOK_FLASH", "KEYS", "DigitMethod", "takesFlash"]

HOOK_FLASH = "!"  # H.245, B.14.7; RFC 4733 has it as event 16
KEYS = frozenset("0123456789*#ABCD" + HOOK_FLASH)


_FLASH_EVENT = 16
_RANGE = re.compile(r"\s*([0-9]{1,3})(?:-([0-9]{1,3}))?\s*")


def takesFlash(events: str) -> bool:
    """
    Whether a hook flash is among the RFC 4733 events that somebody takes.

    @param events: as in C{"0-15,32"} (RFC 4733, 2.4.1); without a list there are the sixteen keys.
    """
    ranges = (_RANGE.fullmatch(each) for each in events.split(","))
    spans = ((int(each[1]), int(each[2] or each[1])) for each in ranges if each is not None)
    return any(low <= _FLASH_EVENT <= high for low, high in spans)


class DigitMethod(enum.Enum):
    """
    How a digit travelled or shall travel.
    """

    RTP_EVENT = "rfc4733"
    H245_ALPHANUMERIC = "h245-alphanumeric"
    H245_SIGNAL = "h245-signal"
    Q931_KEYPAD = "q931-keypad"
    SIP_INFO = "sip-info"
    IN_BAND = "in-band"  # heard alone: nobody is sent digits so

    @property
    def isSent(self) -> bool:
        """
        Whether digits can be sent so.
        """
        return self is not DigitMethod.IN_BAND
