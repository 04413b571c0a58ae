"""
A reactor of real sockets that runs as long as a test waits for something, by a clock of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.epollreactor import EPollReactor
from twisted.internet.task import Clock

__all__ = ["Loop"]

_PATIENCE = 60.0  # seconds for which nothing may happen at all


class Loop(EPollReactor):
    """
    @ivar clock: which only the test moves.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        super().__init__()

    def seconds(self) -> float:
        return float(self.clock.seconds())

    def until(self, isSo: Callable[[], object]) -> None:
        """
        Run until something is so.
        """
        while not isSo():
            before = len(self.getReaders()) + len(self.getWriters())
            assert before, "nothing can happen any more"
            self.iterate(0 if self._isDue() else _PATIENCE)

    def settle(self) -> None:
        """
        Do what can be done at once.
        """
        for _ in range(20):
            self.iterate(0)

    def _isDue(self) -> bool:
        return any(each.getTime() <= self.seconds() for each in self.getDelayedCalls())
