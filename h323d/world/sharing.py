"""
What of a world is shared with whoever follows: sockets, by what they are and their numbers.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any, Protocol

__all__ = ["Nobody", "Sharer"]


class Sharer(Protocol):
    """
    Hands things on to whoever follows.
    """

    def share(
        self, what: str, number: int, sockets: Sequence[socket.socket], *details: Any
    ) -> None:
        """
        @param what: they are, by which whoever follows finds where they belong.
        @param details: values; Any, as things differ.
        """


class Nobody:
    """
    There is nobody who follows.
    """

    def share(
        self, what: str, number: int, sockets: Sequence[socket.socket], *details: Any
    ) -> None:
        """
        Nothing to do.
        """
