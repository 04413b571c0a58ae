"""
Which way a stream flows.
"""

from __future__ import annotations

import enum

__all__ = ["Direction"]


class Direction(enum.Enum):
    """
    Which way a stream flows, from our side (RFC 3264, 5.1).
    """

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        return self in (Direction.SENDRECV, Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        return self in (Direction.SENDRECV, Direction.RECVONLY)

    @classmethod
    def of(cls, sends: bool, receives: bool) -> Direction:
        return _DIRECTIONS[sends, receives]

    @property
    def reversed(self) -> Direction:
        """
        The same flow, seen from the other side.
        """
        return _DIRECTIONS[self.receives, self.sends]


_DIRECTIONS = {
    (True, True): Direction.SENDRECV,
    (True, False): Direction.SENDONLY,
    (False, True): Direction.RECVONLY,
    (False, False): Direction.INACTIVE,
}
