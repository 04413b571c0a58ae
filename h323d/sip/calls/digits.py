"""
Digits in INFO requests.

C{application/dtmf-relay} is what most equipment sends (C{Signal=5}, C{Duration=160});
C{application/dtmf} is the bare digit.  Neither is in an RFC.
"""

from __future__ import annotations

import re

from h323d.values.media.digits import KEYS

__all__ = ["DIGIT_TYPES", "RELAY_TYPE", "relayBody", "relayedDigit"]

RELAY_TYPE = "application/dtmf-relay"
PLAIN_TYPE = "application/dtmf"
DIGIT_TYPES = (RELAY_TYPE, PLAIN_TYPE)
DEFAULT_DURATION = 160  # milliseconds, where nothing is told
MAX_DURATION = 6000  # milliseconds

_SIGNAL = re.compile(r"^\s*Signal\s*=\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)
_DURATION = re.compile(r"^\s*Duration\s*=\s*([0-9]{1,6})\s*$", re.IGNORECASE | re.MULTILINE)
_BY_NUMBER = {"10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D", "16": "!"}


def relayedDigit(contentType: str | None, body: bytes) -> tuple[str, int] | None:
    """
    The digit that the body of an INFO tells, and its milliseconds.

    @return: C{None} if it tells none.
    """
    text = body[:256].decode("ascii", "replace")
    duration = DEFAULT_DURATION
    if contentType == RELAY_TYPE:
        signal = _SIGNAL.search(text)
        if signal is None:
            return None
        name = signal.group(1)
        told = _DURATION.search(text)
        if told is not None:
            duration = min(int(told.group(1)), MAX_DURATION)
    elif contentType == PLAIN_TYPE:
        name = text.strip()
    else:
        return None
    digit = _BY_NUMBER.get(name, name.upper())
    return (digit, duration) if digit in KEYS else None


def relayBody(digit: str, milliseconds: int) -> bytes:
    """
    An C{application/dtmf-relay} body.
    """
    return f"Signal={digit}\r\nDuration={milliseconds}\r\n".encode("ascii")
