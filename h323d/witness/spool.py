"""
Records on their way to a disk.

A record waits here for at most a second, and is then written together with
the others, where that holds nobody up.  A disk that is full or slow costs
records, once too many wait, and never a call.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.witness.cdr import CallDetail

__all__ = ["Defer", "Sink", "Spool"]

BEHIND = 1.0  # seconds that a record waits for others
RETRY = 10.0  # seconds until it is tried again, after the disk failed
MAX_WAITING = 50_000  # records

Defer = Callable[..., Deferred[Any]]
"""
Runs a function, with its arguments, where it may wait for a disk.
"""


class Sink(Protocol):
    """
    Where records are written to; everything here waits for a disk.
    """

    def write(self, records: Sequence[CallDetail]) -> None:
        """
        Write all of them, or none.

        @raise OSError: the disk is full, or failed.
        @raise sqlite3.Error: likewise.
        """

    def close(self) -> None:
        """
        There will be no more.
        """


class Spool:
    """
    What waits for one sink.
    """

    _log = Logger()

    def __init__(self, sink: Sink, name: str, clock: IReactorTime, defer: Defer) -> None:
        """
        @param name: what the log calls the sink.
        """
        self._sink = sink
        self._name = name
        self._clock = clock
        self._defer = defer
        self._waiting: list[CallDetail] = []
        self._lost = 0
        self._failing = False
        self._timer: IDelayedCall | None = None
        self._writing: Deferred[None] | None = None

    def add(self, record: CallDetail) -> None:
        """
        Write this before long.
        """
        if len(self._waiting) >= MAX_WAITING:
            self._lost += 1
            return
        self._waiting.append(record)
        if self._timer is None:
            self._arm(BEHIND)

    def close(self) -> Deferred[None]:
        """
        Write what waits, and close the sink.

        @return: fires when that is done; never fails.
        """
        timer, self._timer = self._timer, None
        if timer is not None and timer.active():
            timer.cancel()
        return Deferred.fromCoroutine(self._finish())

    def _arm(self, seconds: float) -> None:
        self._timer = self._clock.callLater(seconds, self._flush)

    def _flush(self) -> None:
        # The timer that has just run out stands until all is written, so that
        # no other is started meanwhile.
        records, self._waiting = self._waiting, []
        self._writing = self._defer(self._sink.write, records)
        self._writing.addCallbacks(self._written, self._notWritten, errbackArgs=(records,))

    def _written(self, result: None) -> None:
        if self._failing:
            self._failing = False
            lost, self._lost = self._lost, 0
            self._log.info(
                "call detail records go to {name} again; {lost} are lost",
                name=self._name,
                lost=lost,
            )
        self._goOn(BEHIND)

    def _notWritten(self, failure: Failure, records: list[CallDetail]) -> None:
        if not self._failing:
            self._failing = True
            self._log.error(
                "call detail records cannot be written to {name} at present: {reason}",
                name=self._name,
                reason=failure.value,
            )
        if failure.check(OSError, sqlite3.Error) is None:
            self._log.failure("and that is our own fault", failure=failure)
        self._waiting = records + self._waiting
        self._goOn(RETRY)

    def _goOn(self, seconds: float) -> None:
        # After close() there is no timer, and none is wanted.
        if self._timer is not None:
            self._timer = None
            if self._waiting:
                self._arm(seconds)

    async def _finish(self) -> None:
        if self._writing is not None:
            await self._writing
        try:
            if self._waiting:
                await self._defer(self._sink.write, self._waiting)
            await self._defer(self._sink.close)
        except (OSError, sqlite3.Error) as error:
            self._log.error(
                "{lost} call detail records for {name} are lost: {reason}",
                lost=self._lost + len(self._waiting),
                name=self._name,
                reason=error,
            )
