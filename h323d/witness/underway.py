"""
Calls in progress, kept on a disk, so that a process that is killed leaves a
record of each.

A call is written down a second after something about it has changed, together
with the others; one that is over sooner never gets there.  In the path of a call
there is one entry in a dictionary.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.keeping import DISK_ERRORS, Defer, Kept, newWriteBehind
from h323d.witness.cdr import CallDetail

__all__ = ["FORGETFUL", "CallInProgress", "IJournal", "Journal", "JournalFile"]

BEAT = 10.0  # seconds between two signs of life, while calls last
BATCH = 1000  # calls that are written, or found, at one time: a record takes the reactor some us
_UNREAD = -1  # the highest key, before it is known


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


class CallsUnderWay(NamedTuple):
    """
    What is written together, as L{JournalFile.write} has it.
    """

    alive: float
    calls: list[tuple[int, CallDetail]]
    over: list[int]


class Journal(Kept[CallsUnderWay]):
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
        self._handOut = lost
        self._base = _UNREAD  # what keys of our own come after
        self._found: list[tuple[int, CallDetail]] = []
        self._dirty: dict[int, CallInProgress] = {}
        self._kept: dict[int, CallInProgress] = {}
        self._over: list[int] = []
        self._closed: Deferred[None] = Deferred()
        self._keeping = newWriteBehind(self, "calls in progress", name, clock, defer, self._closed)
        self._keeping.load()

    def changed(self, number: int, call: CallInProgress) -> None:
        self._dirty[number] = call
        self._keeping.noted()

    def over(self, number: int) -> None:
        self._dirty.pop(number, None)
        if self._kept.pop(number, None) is not None:
            self._over.append(self._base + number)
            self._keeping.noted()

    def handOver(self) -> Deferred[None]:
        """
        Stop writing, and hand out the records that are still to be handed out.

        @return: fires when nothing is being written any more; never fails.
        """
        return Deferred.fromCoroutine(self._handOver())

    async def remove(self) -> None:
        """
        Leave nothing behind: all records are written.  Never fails.
        """
        if self._base == _UNREAD:
            return  # it was never ours
        try:
            await self._defer(self._file.remove)
        except DISK_ERRORS as error:
            self._log.error(
                "{name} cannot be removed; the next start will find calls in it: {reason}",
                name=self._name,
                reason=error,
            )

    def waiting(self) -> int:
        return len(self._dirty) + len(self._over) + len(self._found)

    def rest(self) -> float | None:
        return BEAT if self._kept else None

    def take(self) -> CallsUnderWay:
        over, self._over = self._over, []
        # What is handed out now is forgotten with the next batch, when it is written elsewhere.
        handed, self._found = self._found[:BATCH], self._found[BATCH:]
        for key, record in handed:
            self._over.append(key)
            self._handOut(record)
        calls = []
        for number in list(islice(self._dirty, BATCH)):
            call = self._kept[number] = self._dirty.pop(number)
            calls.append((self._base + number, call.detail()))
        return CallsUnderWay(self._clock.seconds(), calls, over)

    def putBack(self, batch: CallsUnderWay) -> None:
        # The file may be another one by then: all of it is written again.
        self._dirty = {**self._kept, **self._dirty}
        self._over.extend(batch.over)

    def last(self) -> None:
        """
        Nothing: before their records are written, no calls are forgotten.
        """

    def load(self) -> tuple[int, list[tuple[int, CallDetail]]]:
        return self._file.load()

    def loaded(self, found: tuple[int, list[tuple[int, CallDetail]]]) -> None:
        self._base, self._found = found
        if self._found:
            self._log.warn(
                "the server died with {count} calls in progress, by {name}",
                count=len(self._found),
                name=self._name,
            )

    def write(self, batch: CallsUnderWay) -> None:
        self._file.write(*batch)

    def release(self) -> None:
        """
        Nothing: until L{remove}, no other server may find what is in it.
        """

    async def _handOver(self) -> None:
        self._keeping.close()
        await self._closed
        for _, record in self._found:
            self._handOut(record)
        self._found = []
