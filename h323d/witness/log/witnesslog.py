"""
The witness's log in a running server: listens to facts, and has records of them on the disk before
anybody goes on who has to wait for that.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d import __version__
from h323d.errors import DecodeError
from h323d.events.bus import EventBus, Fact
from h323d.events.server import WitnessFailed, WitnessRecovered
from h323d.events.witness import IWitnessLog, NotKept
from h323d.keeping import Defer
from h323d.witness.log.chain import Entry
from h323d.witness.log.disk import HEAD_SECONDS, Disk, Written
from h323d.witness.log.pacing import newPace
from h323d.witness.log.places import Place
from h323d.witness.log.record import timestampOf
from h323d.witness.log.telling import entryOf

__all__ = ["MAX_WAITING", "IHeads", "WitnessLog"]

MAX_WAITING = 50_000  # records, for a disk that fails

CANNOT = "the witness's log in {place} cannot be written: {reason}"
OUR_FAULT = "the witness's log in {place} is not written, by our own fault"
AGAIN = "the witness's log in {place} is written again; {lost} records are lost"


class IHeads(Protocol):
    """
    Who is told of heads.
    """

    def head(self, place: Place, note: str) -> None:
        """This is the newest, signed."""

    def close(self) -> None:
        """The last comes before long: wait for nothing any more."""


@dataclass(slots=True)
class _Batch:
    """
    @ivar count: how many entries there were; those that are written are taken out.
    """

    entries: deque[Entry]
    at: float
    isLast: bool
    count: int = field(init=False)

    def __post_init__(self) -> None:
        self.count = len(self.entries)


@implementer(IWitnessLog)
class WitnessLog:
    """
    One log.

    @ivar isWritable: whether it can be written at present, as far as is known.
    """

    _log = Logger()

    def __init__(
        self,
        disk: Disk,
        place: str,
        clock: IReactorTime,
        rng: random.Random,
        defer: Defer,
        events: EventBus,
        heads: Sequence[IHeads] = (),
    ) -> None:
        """
        @param place: where the log is, for people.
        @param heads: are told of each head.
        """
        self._disk = disk
        self._place = place
        self._clock = clock
        self._rng = rng
        self._events = events
        self._heads = tuple(heads)
        self._waiting: deque[Entry] = deque()
        self._awaited: deque[tuple[int, Deferred[None]]] = deque()
        self._noted = self._done = 0  # how many records: told, and on the disk or lost
        self._lost = 0
        self._size = self._covered = 0
        self._headAt = clock.seconds()
        self.isWritable = True
        self._closed: Deferred[None] = Deferred()
        self._pace = newPace(self, clock, defer, self._closed)
        self._subscription = events.subscribe(Fact, self._told)
        self._add(self._ours("server_started", {"version": __version__}))

    def close(self) -> Deferred[None]:
        """
        The server has stopped: write the rest, and a head of all.

        @return: fires when that is done; never fails.
        """
        self._subscription.end()
        for each in self._heads:
            each.close()
        self._add(self._ours("server_stopped", {}))
        self._pace.close()
        return self._closed

    def durable(self) -> Deferred[None]:
        if not self.isWritable:
            return fail(NotKept(f"the log in {self._place} cannot be written"))
        if self._done == self._noted:
            return succeed(None)
        waiting: Deferred[None] = Deferred()
        self._awaited.append((self._noted, waiting))
        self._pace.awaited()
        return waiting

    def figures(self) -> Mapping[str, int | str]:
        return {
            "state": "written" if self.isWritable else "cannot be written",
            "records": self._size,
            "covered": self._covered,
            "waiting": self._noted - self._done,
            "lost": self._lost,
            "headAge": self._headAge,
        }

    @property
    def _headAge(self) -> int:
        """
        Seconds since the newest head, if there is anything that it does not cover.
        """
        if self._covered >= self._size + self._noted - self._done:
            return 0
        return int(self._clock.seconds() - self._headAt)

    def _ours(self, msgType: str, data: Mapping[str, object]) -> Entry:
        return Entry(msgType, timestampOf(self._clock.seconds()), data)

    def _told(self, fact: Fact) -> None:
        entry = entryOf(fact, self._rng)
        if entry is not None:
            self._add(entry)

    def _add(self, entry: Entry) -> None:
        if len(self._waiting) >= MAX_WAITING:
            self._lost += 1
            return
        self._noted += 1
        self._waiting.append(entry)
        self._pace.noted()

    # What is written, and when (L{h323d.witness.log.pacing.Paced}).

    def take(self, isLast: bool) -> _Batch:
        entries, self._waiting = self._waiting, deque()
        return _Batch(entries, self._clock.seconds(), isLast)

    def write(self, batch: _Batch) -> Written:
        return self._disk.write(batch.entries, batch.at, batch.isLast)

    def release(self) -> None:
        self._disk.close()

    def written(self, result: Written) -> None:
        self._size, self._covered = result.size, result.covered
        self._done = self._noted - len(self._waiting)
        if not self.isWritable:
            self.isWritable = True
            self._log.info(AGAIN, place=self._place, lost=self._lost)
            self._events.publish(WitnessRecovered(self._clock.seconds(), self._lost))
        while self._awaited and self._awaited[0][0] <= self._done:
            self._awaited.popleft()[1].callback(None)
        if result.head is not None:
            self._headAt = self._clock.seconds()
            for each in self._heads:
                each.head(result.place, result.head)

    def notWritten(self, failure: Failure, batch: _Batch) -> None:
        self._waiting.extendleft(reversed(batch.entries))
        self._done = self._noted - len(self._waiting)
        self._tell(failure)
        awaited, self._awaited = self._awaited, deque()
        for _, each in awaited:
            each.errback(NotKept(str(failure.value)))

    def _tell(self, failure: Failure) -> None:
        if failure.check(OSError, DecodeError) is None:
            self._log.failure(OUR_FAULT, failure, place=self._place)
        elif self.isWritable:
            self._log.error(CANNOT, place=self._place, reason=str(failure.value))
        if self.isWritable:
            self.isWritable = False
            self._events.publish(WitnessFailed(self._clock.seconds(), str(failure.value)))

    def isWaiting(self) -> bool:
        return bool(self._waiting)

    def isAwaited(self) -> bool:
        return bool(self._awaited)

    def rest(self) -> float | None:
        return HEAD_SECONDS if self._covered < self._size else None
