"""
The calls that a parent has sent us: it has admitted them, and answers for who calls.
"""

from __future__ import annotations

__all__ = ["SentCalls"]


class SentCalls:
    """
    By H.323's call identifier.
    """

    def __init__(self) -> None:
        self._parents: dict[bytes, str] = {}

    def __len__(self) -> int:
        return len(self._parents)

    def enter(self, call: bytes, parent: str) -> None:
        """
        There is another.

        @param parent: its name.
        """
        self._parents[call] = parent

    def remove(self, call: bytes) -> None:
        """
        A call is over; ignored for one that no parent has sent.
        """
        self._parents.pop(call, None)

    def senderOf(self, call: bytes) -> str:
        """
        The name of the parent that has sent a call; empty if none has.
        """
        return self._parents.get(call, "")
