"""
Keeps registrations across a restart, behind the back of those who register; and
what they have shown to prove themselves, so that nobody can show it again.

What changes is noted in memory, at the cost of an entry in a table, and is
written in one go once a second, where it holds nobody up.  A crash loses the
last second: a registration of that second has to be made again, and one that
ended in it expires by its deadline.  Whether there was a crash is in the file, too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.events.bus import EventBus
from h323d.events.gatekeeper import RegistrationsRestored
from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration
from h323d.gatekeeper.registry.storefile import (
    GONE,
    Changes,
    RegistrationFile,
    StoreUnusable,
)
from h323d.gatekeeper.security.config import MAX_WINDOW
from h323d.h323.security.freshness import Past, Shown
from h323d.keeping import Defer, Kept, newWriteBehind

__all__ = ["RegistrationKeeper"]

MAX_WAITING = 500_000  # changes that wait for a disk that does not come back

_Row = tuple[str, Registration | None, float]


class RegistrationKeeper:
    """
    A L{h323d.gatekeeper.registry.registrations.RegistrationStore} and a
    L{h323d.gatekeeper.security.replays.ShownStore} with a file.
    """

    _log = Logger()

    def __init__(
        self, path: Path | None, clock: IReactorTime, defer: Defer, events: EventBus
    ) -> None:
        """
        @param path: the file; C{None} keeps nothing.
        """
        self._path = path
        self._clock = clock
        self._defer = defer
        self._events = events
        self._kept: _KeptChanges | None = None

    def start(self, registry: EndpointRegistry) -> Past:
        """
        Open the file, and enter into the table what it kept.  This waits for
        the disk: nobody is served before.  A file that cannot be used is told
        of in the log, and the server goes on without.

        @return: what was shown before.
        """
        if self._path is None:
            return Past()
        try:
            file = RegistrationFile(self._path)
            rows, shown, ended = _readAll(file)
        except (StoreUnusable, sqlite3.Error) as error:
            self._log.error(
                "registrations are not kept across a restart: {reason}", reason=str(error)
            )
            return Past()
        place = str(self._path)
        self._kept = _KeptChanges(file, place, self._clock, self._defer, self._gaveUp)
        self._restore(rows, registry)
        self._recall(shown)
        return Past(shown, ended)

    def keep(self, registration: Registration, deadline: float) -> None:
        if self._kept is not None:
            gathered = self._kept.gather().registrations
            gathered[registration.endpointId] = (registration, deadline)

    def prolong(self, endpointId: str, deadline: float) -> None:
        if self._kept is not None:
            gathered = self._kept.gather().registrations
            gathered[endpointId] = (gathered.get(endpointId, GONE)[0], deadline)

    def forget(self, endpointId: str) -> None:
        if self._kept is not None:
            self._kept.gather().registrations[endpointId] = GONE

    def keepShown(self, sender: str, shown: Shown) -> None:
        if self._kept is not None:
            self._kept.gather().shown[sender] = shown

    def forgetShown(self, sender: str) -> None:
        if self._kept is not None:
            self._kept.gather().shown[sender] = None

    def close(self) -> Deferred[None]:
        """
        Write what is not written yet, and note no more changes.

        @return: fires when the file is closed; never fails.
        """
        kept, self._kept = self._kept, None
        return succeed(None) if kept is None else kept.close()

    def _gaveUp(self) -> None:
        self._kept = None

    def _restore(self, rows: Iterable[_Row], registry: EndpointRegistry) -> None:
        restored, unusable = 0, []
        for endpointId, registration, deadline in rows:
            if registration is not None and registry.restore(registration, deadline):
                restored += 1
            else:
                unusable.append(endpointId)
        for endpointId in unusable:
            self.forget(endpointId)
            self.forgetShown(endpointId)
        self._log.info(
            "registered as before the restart: {restored}; no more: {dropped}",
            restored=restored,
            dropped=len(unusable),
        )
        self._events.publish(RegistrationsRestored(self._clock.seconds(), restored, len(unusable)))

    def _recall(self, shown: dict[str, Shown]) -> None:
        """
        Leave out what is so old that nobody can show it again.
        """
        oldest = self._clock.seconds() - MAX_WINDOW
        for sender in [each for each, what in shown.items() if what.latest < oldest]:
            del shown[sender]
            self.forgetShown(sender)


class _KeptChanges(Kept[tuple[Changes, bool]]):
    """
    What an open file does not know yet.  A batch is what L{RegistrationFile.write} takes.
    """

    _log = Logger()

    def __init__(
        self,
        file: RegistrationFile,
        place: str,
        clock: IReactorTime,
        defer: Defer,
        gaveUp: Callable[[], None],
    ) -> None:
        """
        @param gaveUp: called when too much waits for the disk: nothing is kept from then on.
        """
        self._changes = Changes()
        self._file = file
        self._gaveUp = gaveUp
        self._closed: Deferred[None] = Deferred()
        self._keeping = newWriteBehind(self, "registrations", place, clock, defer, self._closed)

    def gather(self) -> Changes:
        """
        @return: where a change is to be entered at once.
        """
        if not self._changes:  # the others wait with the first
            self._keeping.noted()
        return self._changes

    def close(self) -> Deferred[None]:
        """
        Write the rest.

        @return: fires when the file is closed; never fails.
        """
        self._keeping.close()
        return self._closed

    def waiting(self) -> int:
        return len(self._changes)

    def take(self) -> tuple[Changes, bool]:
        changes, self._changes = self._changes, Changes()
        return changes, False

    def last(self) -> tuple[Changes, bool]:
        """
        Even if nothing has changed: that the end was in order is written, too.
        """
        changes, self._changes = self._changes, Changes()
        return changes, True

    def putBack(self, batch: tuple[Changes, bool]) -> None:
        changes, _ = batch
        changes.add(self._changes)
        self._changes = changes
        if len(changes) > MAX_WAITING:
            self._log.error("registrations are not kept any more until the next start")
            self._gaveUp()
            self._keeping.abandon()

    def write(self, batch: tuple[Changes, bool]) -> None:
        self._file.write(*batch)

    def release(self) -> None:
        self._file.close()


def _readAll(file: RegistrationFile) -> tuple[list[_Row], dict[str, Shown], bool]:
    """
    What a file that has just been opened keeps, in the order in which registrations came; and
    whether it knows all.

    @raise sqlite3.Error: the disk failed; the file is closed.
    """
    try:
        return sorted(file.load(), key=_since), file.loadShown(), file.begin()
    except sqlite3.Error:
        file.close()
        raise


def _since(row: _Row) -> float:
    """
    In which order they came: of several with one name, the first has it.
    """
    registration = row[1]
    return 0.0 if registration is None else registration.since
