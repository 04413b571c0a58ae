"""
Keeps councils across a restart: who was convened, by whom, as what, until when, and who has come.

It is little, and changes seldom: all of it is written anew, beside the file, which then takes its
place.  A crash loses the last second (L{h323d.keeping}).  A file that is broken, even in part, is
set aside under another name, and what can be read of it goes on; so is one that cannot be read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.call.lookups import IFiles
from h323d.council.kept import KeptCouncil, NotCouncils, fromText, toText
from h323d.keeping import Defer, Kept, newWriteBehind

__all__ = ["BROKEN", "CouncilFile", "CouncilKeeper"]

BROKEN = ".broken"  # what the name of a file that was set aside ends in
MAX_OCTETS = 1_000_000


class CouncilFile:
    """
    The file; everything here waits for a disk.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, text: str) -> None:
        """
        Write all of it, or nothing.

        @raise OSError: the disk failed.
        """
        beside = self.path.with_name(f"{self.path.name}.new")
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(self.path)

    def setAside(self) -> None:
        """
        @raise OSError: it cannot be.
        """
        self.path.replace(self.path.with_name(self.path.name + BROKEN))


class CouncilKeeper(Kept[str]):
    """
    What the file does not know yet.  A batch is all of its text.
    """

    _log = Logger()

    def __init__(self, path: Path | None, files: IFiles, clock: IReactorTime, defer: Defer) -> None:
        """
        @param path: the file; C{None} keeps nothing.
        @param files: reads it.
        """
        self._file = None if path is None else CouncilFile(path)
        self._files = files
        self._defer = defer
        self._text: str | None = None
        self._closed: Deferred[None] = Deferred()
        place = str(path)
        self._keeping = newWriteBehind(self, "councils", place, clock, defer, self._closed)
        self._isOpen = self._file is not None

    def start(self) -> list[KeptCouncil]:
        """
        Read what there was before.  This waits for the disk: nobody is served before.
        """
        if self._file is None:
            return []
        place = str(self._file.path)
        try:
            councils, faults = fromText(self._files.octets(place, MAX_OCTETS).decode())
        except FileNotFoundError:
            return []
        except OSError as error:
            councils, faults = [], [error.strerror or str(error)]
        except UnicodeDecodeError:
            councils, faults = [], ["it is not in UTF-8"]
        except NotCouncils as error:
            councils, faults = [], [str(error)]
        for fault in faults:
            self._log.error(
                "a council does not go on: {place}: {fault}; the file is kept as {aside}",
                place=place,
                fault=fault,
                aside=place + BROKEN,
            )
        if faults:
            self._defer(self._file.setAside).addErrback(self._notSetAside)
        return councils

    def _notSetAside(self, failure: Failure) -> None:
        failure.trap(OSError)
        self._log.error("it could not be set aside: {reason}", reason=failure.getErrorMessage())

    def keep(self, councils: Iterable[KeptCouncil]) -> None:
        """
        These are all that there are.
        """
        if self._isOpen:
            self._text = toText(councils)
            self._keeping.noted()

    def stop(self) -> None:
        """
        Note no more: what was there last is what is to go on.
        """
        if self._isOpen:
            self._isOpen = False
            self._keeping.close()

    def close(self) -> Deferred[None]:
        """
        @return: fires when what was noted is on the disk; never fails.
        """
        self.stop()
        return succeed(None) if self._file is None else self._closed

    def waiting(self) -> int:
        return int(self._text is not None)

    def take(self) -> str:
        text, self._text = self._text, None
        return text or ""

    def putBack(self, batch: str) -> None:
        if self._text is None:
            self._text = batch

    def write(self, batch: str) -> None:
        if self._file is not None:
            self._file.write(batch)

    def release(self) -> None:
        """
        Nothing: the file is not kept open.
        """
        return
