"""
The keys of a telephone, and how they travel.
"""

from __future__ import annotations

import enum

__all__ = ["HOOK_FLASH", "KEYS", "DigitMethod"]

HOOK_FLASH = "!"  # H.245, B.14.7; RFC 4733 has it as event 16
KEYS = frozenset("0123456789*#ABCD" + HOOK_FLASH)


class DigitMethod(enum.Enum):
    """
    How a digit travelled or shall travel.
    """

    RTP_EVENT = "rfc4733"
    H245_ALPHANUMERIC = "h245-alphanumeric"
    H245_SIGNAL = "h245-signal"
    Q931_KEYPAD = "q931-keypad"
    SIP_INFO = "sip-info"
