"""
Records on their way to a disk.

A record waits here for at most a second, and is then written together with
the others, where that holds nobody up.  A disk that is full or slow costs
records, once too many wait, and never a call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from h323d.keeping import Defer, Kept, newWriteBehind
from h323d.witness.cdr import CallDetail

__all__ = ["Sink", "Spool"]

MAX_WAITING = 50_000  # records


class Sink(Protocol):
    """
    Where records are written to; everything here waits for a disk.
    """

    def write(self, records: Sequence[CallDetail]) -> None:
        """
        Write all of them, or none.  What the last batch had already is not written again:
        nobody may know whether that was written.

        @raise OSError: the disk is full, or failed.
        @raise sqlite3.Error: likewise.
        """

    def close(self) -> None:
        """
        There will be no more.
        """


class Spool(Kept[list[CallDetail]]):
    """
    What waits for one sink.
    """

    def __init__(self, sink: Sink, name: str, clock: IReactorTime, defer: Defer) -> None:
        """
        @param name: what the log calls the sink.
        """
        self._sink = sink
        self._waiting: list[CallDetail] = []
        self._lost = 0
        self._closed: Deferred[None] = Deferred()
        self._keeping = newWriteBehind(
            self, "call detail records", name, clock, defer, self._closed
        )

    def add(self, record: CallDetail) -> None:
        """
        Write this before long.
        """
        if len(self._waiting) >= MAX_WAITING:
            self._lost += 1
            return
        self._waiting.append(record)
        self._keeping.noted()

    def close(self) -> Deferred[None]:
        """
        Write what waits, and close the sink.

        @return: fires when that is done; never fails.
        """
        self._keeping.close()
        return self._closed

    def waiting(self) -> int:
        return len(self._waiting)

    def lost(self) -> int:
        lost, self._lost = self._lost, 0
        return lost

    def take(self) -> list[CallDetail]:
        records, self._waiting = self._waiting, []
        return records

    def putBack(self, batch: list[CallDetail]) -> None:
        self._waiting = batch + self._waiting

    def write(self, batch: list[CallDetail]) -> None:
        self._sink.write(batch)

    def release(self) -> None:
        self._sink.close()
