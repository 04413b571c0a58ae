"""
What is kept of a server for whoever looks into it at a desk: the flight recorder, and what leaders
died of.
"""

from __future__ import annotations

import os
from pathlib import Path

from twisted.logger import Logger

from h323d.ha.config import HAConfig
from h323d.ha.quarantine import Shelf
from h323d.ha.recorder import Recorder
from h323d.ha.records import InputRecord, Record
from h323d.house.lifesign import LifeSign

__all__ = ["QUARANTINE", "SERVING", "DeskFiles"]

QUARANTINE = "quarantine"
"""
The directory of inputs that were put aside, in the state directory.
"""

SERVING = "serving.json"
"""
The file that says whether anybody serves.
"""


class DeskFiles:
    """
    Those of one process, which writes while it leads (L{h323d.ha.leading.Log}).

    @ivar sign: whether anybody serves.
    """

    _log = Logger()

    def __init__(self, config: HAConfig, directory: Path) -> None:
        """
        @param directory: where what outlives a process is.
        """
        self._shelf = Shelf(directory / QUARANTINE)
        self._place = directory / os.path.expanduser(config.recorder)
        self._limit = config.recorderMegabytes << 20 if config.recorder else 0
        self._recorder: Recorder | None = None
        self.sign = LifeSign(directory / SERVING)

    def lead(self) -> None:
        """
        Write from now on.
        """
        if self._limit:
            self._recorder = Recorder(self._place, self._limit)

    def follow(self) -> None:
        """
        Write no more: another process does.
        """
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.close()

    def note(self, record: Record) -> None:
        """
        Write a record, if all are to be.
        """
        if self._recorder is not None:
            self._recorder.note(record)

    def keep(self, poison: InputRecord) -> None:
        """
        Keep what a leader died of.
        """
        try:
            path = self._shelf.keep(poison)
        except OSError as error:
            self._log.error("what it died of cannot be kept: {reason}", reason=error.strerror)
        else:
            self._log.error("what it died of is kept in {path}", path=path)
