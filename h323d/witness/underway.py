"""
Calls in progress, kept on a disk, so that a process that is killed leaves a
record of each.

A call is written down a second after something about it has changed, together
with the others; one that is over sooner never gets there.  In the path of a call
there is one entry in a dictionary.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.witness.cdr import CallDetail
from h323d.witness.spool import Defer

__all__ = ["FORGETFUL", "CallInProgress", "IJournal", "Journal", "JournalFile"]

BEHIND = 1.0  # seconds that a change waits for others
BEAT = 10.0  # seconds between two signs of life, while calls last
RETRY = 10.0  # seconds until it is tried again, after the disk failed
BATCH = 1000  # calls that are written, or found, at one time: a record takes the reactor some us


class CallInProgress(Protocol):
    """
    A call that is not over.
    """

    @property
    def callId(self) -> str | None:
        """Our own name for it; C{None} for a call that only its admissions tell of."""

    def detail(self) -> CallDetail:
        """What is known of it now."""


class IJournal(Protocol):
    """
    Who is told of calls in progress.
    """

    def changed(self, number: int, call: CallInProgress) -> None:
        """
        There is a call, or more is known of it.

        @param number: the same for the same call, from 1.
        """

    def over(self, number: int) -> None:
        """A call is over, and its record made."""


class JournalFile(Protocol):
    """
    Where they are kept; everything here waits for a disk.  The methods raise C{OSError}
    and C{sqlite3.Error} where the disk failed.
    """

    def load(self) -> tuple[int, list[tuple[int, CallDetail]]]:
        """
        @return: the highest key in use, and what a process that is gone has left: keys and
            records.
        """

    def write(
        self, alive: float, calls: Sequence[tuple[int, CallDetail]], over: Sequence[int]
    ) -> None:
        """
        Write all of this, or nothing.

        @param alive: now, in seconds since 1970.
        @param over: the keys of calls to be forgotten.
        """

    def remove(self) -> None:
        """Nothing is in progress any more: leave nothing behind."""


class Forgetful:
    """
    An L{IJournal} that keeps nothing.
    """

    def changed(self, number: int, call: CallInProgress) -> None:
        pass

    def over(self, number: int) -> None:
        pass


FORGETFUL = Forgetful()


class Journal:
    """
    An L{IJournal}, and its predecessor's executor.
    """

    _log = Logger()

    def __init__(
        self,
        file: JournalFile,
        name: str,
        clock: IReactorTime,
        defer: Defer,
        lost: Callable[[CallDetail], None],
    ) -> None:
        """
        @param name: what the log calls the file.
        @param lost: called with the record of each call that was in progress when the
            process before this one died.
        """
        self._file = file
        self._name = name
        self._clock = clock
        self._defer = defer
        self._lost = lost
        self._loaded = False
        self._base = 0  # what keys of our own come after
        self._found: list[tuple[int, CallDetail]] = []
        self._dirty: dict[int, CallInProgress] = {}
        self._kept: dict[int, CallInProgress] = {}
        self._over: list[int] = []
        self._failing = False
        self._closed = False
        self._idle = False
        self._timer: IDelayedCall | None = None
        self._working: Deferred[None] | None = None
        self._load()

    def changed(self, number: int, call: CallInProgress) -> None:
        self._dirty[number] = call
        if self._idle:
            self._wake()

    def over(self, number: int) -> None:
        self._dirty.pop(number, None)
        if self._kept.pop(number, None) is not None:
            self._over.append(self._base + number)
            if self._idle:
                self._wake()

    def handOver(self) -> Deferred[None]:
        """
        Stop writing, and hand out the records that are still to be handed out.

        @return: fires when nothing is being written any more; never fails.
        """
        self._closed = True
        self._stopTimer()
        return Deferred.fromCoroutine(self._handOver())

    async def remove(self) -> None:
        """
        Leave nothing behind: all records are written.  Never fails.
        """
        if not self._loaded:
            return  # it was never ours
        try:
            await self._defer(self._file.remove)
        except (OSError, sqlite3.Error) as error:
            self._log.error(
                "{name} cannot be removed; the next start will find calls in it: {reason}",
                name=self._name,
                reason=error,
            )

    async def _handOver(self) -> None:
        if self._working is not None:
            await self._working
        for _, record in self._found:
            self._lost(record)
        self._found = []

    def _load(self) -> None:
        self._timer = None
        working = self._defer(self._file.load)
        self._working = working.addCallbacks(self._haveLoaded, self._notWritten)

    def _haveLoaded(self, result: tuple[int, list[tuple[int, CallDetail]]]) -> None:
        self._base, self._found = result
        self._loaded = True
        if self._found:
            self._log.warn(
                "the server died with {count} calls in progress, by {name}",
                count=len(self._found),
                name=self._name,
            )
        self._recover()
        self._goOn()

    def _flush(self) -> None:
        self._timer = None
        self._idle = False  # nothing is started while this is being written
        if not self._loaded:
            self._load()
            return
        over, self._over = self._over, []
        # What is handed out now is forgotten with the next batch, when it is written elsewhere.
        handed, self._found = self._found[:BATCH], self._found[BATCH:]
        for key, record in handed:
            self._over.append(key)
            self._lost(record)
        calls = []
        for number in list(islice(self._dirty, BATCH)):
            call = self._kept[number] = self._dirty.pop(number)
            calls.append((self._base + number, call.detail()))
        working = self._defer(self._file.write, self._clock.seconds(), calls, over)
        self._working = working.addCallbacks(self._written, self._notWritten, errbackArgs=(over,))

    def _written(self, result: None) -> None:
        self._recover()
        self._goOn()

    def _recover(self) -> None:
        if self._failing:
            self._failing = False
            self._log.info("calls in progress are kept in {name} again", name=self._name)

    def _notWritten(self, failure: Failure, over: Sequence[int] = ()) -> None:
        if failure.check(OSError, sqlite3.Error) is None:
            self._log.failure("calls in progress are not kept, by our own fault", failure=failure)
        if not self._failing:
            self._failing = True
            self._log.error(
                "calls in progress cannot be kept in {name} at present; should the server die, "
                "there will be no records of them: {reason}",
                name=self._name,
                reason=failure.value,
            )
        # The file may be another one by then: all of it is written again.
        self._dirty = {**self._kept, **self._dirty}
        self._over.extend(over)
        self._arm(RETRY)

    def _goOn(self) -> None:
        self._idle = not (self._dirty or self._over or self._found)
        if not self._idle:
            self._arm(BEHIND)
        elif self._kept:
            self._arm(BEAT)

    def _wake(self) -> None:
        self._idle = False
        self._stopTimer()
        self._arm(BEHIND)

    def _arm(self, seconds: float) -> None:
        if not self._closed:
            self._timer = self._clock.callLater(seconds, self._flush)

    def _stopTimer(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None and timer.active():
            timer.cancel()
