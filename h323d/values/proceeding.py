"""
What becomes of a call before the called party is told of it.
"""

from __future__ import annotations

import enum

__all__ = ["Proceeding"]


class Proceeding(enum.Enum):
    """
    As far as the called side says it.
    """

    UNDER_WAY = "is worked on"
    FORWARDED = "is forwarded to somebody else"
    QUEUED = "waits in a queue"
