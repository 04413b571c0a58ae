"""
What is looked at each second while a rehearsal goes on: what the server's processes use.
"""

from __future__ import annotations

from collections.abc import Sequence

from h323d.rehearse.processtree import ProcessSeen
from h323d.rehearse.results import Load

__all__ = ["LoadWatch"]

MEGABYTE = 1 << 20


class LoadWatch:
    """
    Makes shares of a processor of the seconds that processes have used.

    @ivar load: with times by the monotonic clock.
    @ivar latest: what all processes used between the last two looks, per cent of one processor;
        C{None} before.
    """

    def __init__(self) -> None:
        self.load: list[Load] = []
        self.latest: float | None = None
        self._before: dict[int, tuple[float, float]] = {}

    def look(self, at: float, processes: Sequence[tuple[str, ProcessSeen]]) -> None:
        """
        @param at: seconds by the monotonic clock.
        @param processes: with what each is.
        """
        seen: dict[int, tuple[float, float]] = {}
        total = 0.0
        for role, each in processes:
            seen[each.pid] = at, each.cpu
            since, cpu = self._before.get(each.pid, (at, each.cpu))
            if at > since:
                share = 100 * (each.cpu - cpu) / (at - since)
                total += share
                self.load.append(Load(at, role, share, each.memory / MEGABYTE))
        if self._before and processes:
            self.latest = total
        self._before = seen
