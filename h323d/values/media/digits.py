"""
How digits travel.
"""

from __future__ import annotations

import enum

__all__ = ["DigitMethod"]


class DigitMethod(enum.Enum):
    """
    How a digit travelled or shall travel.
    """

    RTP_EVENT = "rfc4733"
    H245_ALPHANUMERIC = "h245-alphanumeric"
    H245_SIGNAL = "h245-signal"
    Q931_KEYPAD = "q931-keypad"
    SIP_INFO = "sip-info"
