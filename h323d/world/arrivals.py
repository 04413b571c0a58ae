"""
What enters a server that is entered in turns: from sockets, in the order in which it is found.

What is found in a socket is only looked at; it is taken when it is logged that it happens, so it is
either known to whoever follows, or is still where it was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from twisted.logger import Logger

__all__ = ["Arrivals", "Leader", "Take"]

Take = Callable[[], object]


class Leader(Protocol):
    """
    Who has inputs happen (L{h323d.ha.leading.Leading}).
    """

    def enter(self, kind: str, *arguments: Any) -> Any:
        """Have one happen; Any, as inputs differ."""


class Arrivals:
    """
    @ivar leader: who is given what arrives; C{None} while that is another process.
    """

    _log = Logger()

    def __init__(self) -> None:
        self.leader: Leader | None = None
        self._untaken: deque[Take | None] = deque()

    def enter(self, kind: str, *arguments: Any) -> Any:
        """
        As L{h323d.ha.surroundings.Entrance}: whoever has it enter hears what comes of it.
        """
        return self._enter(kind, arguments, None)

    def arrive(self, kind: str, *arguments: Any, take: Take | None = None) -> bool:
        """
        Something was found.

        @param take: takes it away from where it waits.

        @return: whether it went well; if not, the fault was ours, and it is logged.
        """
        if self.leader is None:
            return True
        try:
            self._enter(kind, arguments, take)
        except Exception:  # the fence: what waits at other doors is not held up by it
            self._log.failure("an input was not dealt with: our own fault")
            return False
        return True

    def _enter(self, kind: str, arguments: tuple[Any, ...], take: Take | None) -> Any:
        assert self.leader is not None, "another process leads"
        self._untaken.append(take)
        return self.leader.enter(kind, *arguments)

    def taken(self) -> None:
        """
        It is logged that what was found first happens; or something that nobody had to find.
        """
        take = self._untaken.popleft() if self._untaken else None
        if take is not None:
            take()

    def leave(self) -> None:
        """
        Another process leads.
        """
        self.leader = None
        self._untaken.clear()
