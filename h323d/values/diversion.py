"""
Who has sent a call on to whom it goes now, and why: a redirecting number (Q.931, 4.5.20; SIP's
C{Diversion}, RFC 5806).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from h323d.values.address import PartyAddress

__all__ = ["Diversion", "DiversionReason"]


class DiversionReason(enum.Enum):
    """
    Why a call was sent on, by what SIP calls it.
    """

    UNKNOWN = "unknown"
    BUSY = "user-busy"
    NO_ANSWER = "no-answer"
    UNCONDITIONAL = "unconditional"
    DEFLECTION = "deflection"
    OUT_OF_SERVICE = "out-of-service"


@dataclass(frozen=True, slots=True)
class Diversion:
    """
    The last time that a call was sent on.

    @ivar party: who was called; C{None} if they do not want to be known.
    """

    party: PartyAddress | None
    reason: DiversionReason = DiversionReason.UNKNOWN
