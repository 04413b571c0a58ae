"""
The Session-Expires header field: how long a session lasts unless it is refreshed, and by whom
(RFC 4028, 4).
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from h323d.sip.messages.grammar import fail
from h323d.sip.messages.message import MAX_SECONDS

__all__ = ["MIN_SE", "Refresher", "SessionExpires"]

MIN_SE = 90  # seconds: the shortest that may be asked for, where nobody asks for more (5)

_SECONDS = re.compile(r"[0-9]{1,10}")


class Refresher(enum.Enum):
    """
    Who refreshes, by its part in the transaction that says so.
    """

    UAC = "uac"
    UAS = "uas"


@dataclass(frozen=True, slots=True)
class SessionExpires:
    """
    @ivar interval: seconds.
    @ivar refresher: C{None} if the answer is to say.
    """

    interval: int
    refresher: Refresher | None = None

    @classmethod
    def parse(cls, text: str) -> SessionExpires:
        """
        @raise DecodeError: no number of seconds, or too large a one, or a refresher of no kind.
        """
        digits, *parameters = (part.strip() for part in text.split(";"))
        if _SECONDS.fullmatch(digits) is None or int(digits) > MAX_SECONDS:
            fail("not a number of seconds", "Session-Expires")
        for each in parameters:
            name, _, value = each.partition("=")
            if name.strip().lower() == "refresher":
                return cls(int(digits), _refresher(value.strip()))
        return cls(int(digits))

    def __str__(self) -> str:
        if self.refresher is None:
            return str(self.interval)
        return f"{self.interval};refresher={self.refresher.value}"


def _refresher(text: str) -> Refresher:
    try:
        return Refresher(text.lower())
    except ValueError:
        fail("the refresher is neither uac nor uas", "Session-Expires")
