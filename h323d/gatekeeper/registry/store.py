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
from pathlib import Path

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.call.surroundings import Defer
from h323d.events import EventBus, RegistrationsRestored
from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration
from h323d.gatekeeper.registry.storefile import (
    GONE,
    Changes,
    RegistrationFile,
    StoreUnusable,
)
from h323d.gatekeeper.security.config import MAX_WINDOW
from h323d.h323.freshness import Past, Shown

__all__ = ["RegistrationKeeper"]

BEHIND = 1.0  # seconds that the file may be behind
RETRY = 10.0  # seconds until it is tried again, after the disk failed
MAX_WAITING = 500_000  # changes that wait for a disk that does not come back


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
        self._file: RegistrationFile | None = None
        self._changes = Changes()
        self._timer: IDelayedCall | None = None
        self._writing: Deferred[None] | None = None
        self._failing = False

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
            self._file = RegistrationFile(self._path)
            self._restore(self._file, registry)
            return self._recall(self._file)
        except (StoreUnusable, sqlite3.Error) as error:
            self._log.error(
                "registrations are not kept across a restart: {reason}", reason=str(error)
            )
            self._giveUp()
            return Past()

    def keep(self, registration: Registration, deadline: float) -> None:
        if self._file is not None:
            self._changes.registrations[registration.endpointId] = (registration, deadline)
            self._behind()

    def prolong(self, endpointId: str, deadline: float) -> None:
        if self._file is not None:
            noted = self._changes.registrations
            noted[endpointId] = (noted.get(endpointId, GONE)[0], deadline)
            self._behind()

    def forget(self, endpointId: str) -> None:
        if self._file is not None:
            self._changes.registrations[endpointId] = GONE
            self._behind()

    def keepShown(self, sender: str, shown: Shown) -> None:
        if self._file is not None:
            self._changes.shown[sender] = shown
            self._behind()

    def forgetShown(self, sender: str) -> None:
        if self._file is not None:
            self._changes.shown[sender] = None
            self._behind()

    def close(self) -> Deferred[None]:
        """
        Write what is not written yet, and note no more changes.

        @return: fires when the file is closed; never fails.
        """
        self._disarm()
        file, self._file = self._file, None
        return Deferred.fromCoroutine(self._finish(file))

    def _restore(self, file: RegistrationFile, registry: EndpointRegistry) -> None:
        restored, unusable = 0, []
        for endpointId, registration, deadline in sorted(file.load(), key=_since):
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

    def _recall(self, file: RegistrationFile) -> Past:
        """
        What was shown before, but for what is so old that nobody can show it again.
        """
        oldest = self._clock.seconds() - MAX_WINDOW
        shown = file.loadShown()
        for sender in [each for each, what in shown.items() if what.latest < oldest]:
            del shown[sender]
            self.forgetShown(sender)
        return Past(shown, file.begin())

    def _behind(self) -> None:
        if self._timer is None:
            self._arm(BEHIND)

    def _arm(self, seconds: float) -> None:
        self._timer = self._clock.callLater(seconds, self._flush)

    def _disarm(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None and timer.active():
            timer.cancel()

    def _flush(self) -> None:
        # The timer that has just run out stands until the changes are written,
        # so that no other is started meanwhile.
        if self._file is None:
            return
        changes, self._changes = self._changes, Changes()
        self._writing = self._defer(self._file.write, changes)
        self._writing.addCallbacks(self._written, self._notWritten, errbackArgs=(changes,))

    def _written(self, result: None) -> None:
        self._timer = None
        if self._failing:
            self._failing = False
            self._log.info("registrations are kept again")
        if self._changes and self._file is not None:
            self._arm(BEHIND)

    def _notWritten(self, failure: Failure, changes: Changes) -> None:
        """
        Keep the changes for another try; later ones go before them.
        """
        self._timer = None
        if not self._failing:
            self._failing = True
            self._log.error(
                "registrations cannot be kept at present: {reason}", reason=failure.value
            )
        if failure.check(sqlite3.Error) is None:
            self._log.failure("and that is our own fault", failure=failure)
        changes.add(self._changes)
        self._changes = changes
        if len(changes) > MAX_WAITING:
            self._log.error("registrations are not kept any more until the next start")
            self._giveUp()
        elif self._file is not None:
            self._arm(RETRY)

    def _giveUp(self) -> None:
        self._disarm()
        self._changes = Changes()
        file, self._file = self._file, None
        if file is not None:
            file.close()

    async def _finish(self, file: RegistrationFile | None) -> None:
        if self._writing is not None:
            await self._writing
        if file is None:
            return
        try:
            await self._defer(file.write, self._changes, True)
            await self._defer(file.close)
        except sqlite3.Error as error:
            self._log.error("the last changes of registrations are lost: {reason}", reason=error)


def _since(row: tuple[str, Registration | None, float]) -> float:
    """
    In which order they came: of several with one name, the first has it.
    """
    registration = row[1]
    return 0.0 if registration is None else registration.since
