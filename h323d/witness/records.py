"""
The call detail records of a server: assembled, kept for a while, and written.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.interfaces import IReactorTime

from h323d.events.bus import EventBus
from h323d.keeping import Defer
from h323d.witness.assembly import Assembly
from h323d.witness.calllog import CallLog
from h323d.witness.cdr import CallDetail
from h323d.witness.config import LoggedCalls
from h323d.witness.database import Database
from h323d.witness.jsonlines import JSONLines
from h323d.witness.refusals import RefusedCalls
from h323d.witness.spool import Spool
from h323d.witness.underway import FORGETFUL, IJournal, Journal
from h323d.witness.underwayfile import UnderwayFile

__all__ = ["UNDERWAY", "CallRecords"]

UNDERWAY = ".underway"  # what the name of the file with the calls in progress ends in


class CallRecords:
    """
    All records, on their ways.
    """

    def __init__(
        self,
        clock: IReactorTime,
        events: EventBus,
        defer: Defer,
        file: Path | None,
        database: Path | None,
        recent: int,
        log: LoggedCalls,
    ) -> None:
        """
        @param file: where lines of JSON go; C{None} for nowhere.
        @param database: where rows go; C{None} for nowhere.  Calls in progress
            are kept beside it, or else beside C{file}.
        @param recent: how many are kept in memory.
        @param log: which calls have lines in the log.
        """
        self._log = CallLog(clock, log)
        self._refusals = RefusedCalls(clock, self._write)
        self._recent: deque[CallDetail] = deque(maxlen=recent)
        self._spools: list[Spool] = []
        if file is not None:
            self._spools.append(Spool(JSONLines(file), str(file), clock, defer))
        if database is not None:
            self._spools.append(Spool(Database(database), str(database), clock, defer))
        self._journal: Journal | None = None
        journal: IJournal = FORGETFUL
        beside = database or file
        if beside is not None:
            path = beside.with_name(beside.name + UNDERWAY)
            journal = self._journal = Journal(
                UnderwayFile(path), str(path), clock, defer, self._finished
            )
        self._assembly = Assembly(clock, events, self._log.begun, self._finished, journal)

    def latest(self, count: int) -> list[dict[str, Any]]:
        """
        @return: the last records, the newest first, as JSON says them.
        """
        return [record.told() for record in islice(reversed(self._recent), count)]

    def close(self) -> Deferred[None]:
        """
        Write all that is not written, with the calls that are not over.

        @return: fires when that is done; never fails.
        """
        self._assembly.close()
        self._refusals.close()
        self._log.close()
        return Deferred.fromCoroutine(self._close())

    async def _close(self) -> None:
        if self._journal is not None:
            await self._journal.handOver()
        await DeferredList([spool.close() for spool in self._spools])
        if self._journal is not None:
            await self._journal.remove()

    def _finished(self, record: CallDetail) -> None:
        self._log.over(record)
        if RefusedCalls.concern(record):
            self._refusals.add(record)
        else:
            self._write(record)

    def _write(self, record: CallDetail) -> None:
        self._recent.append(record)
        for spool in self._spools:
            spool.add(record)
