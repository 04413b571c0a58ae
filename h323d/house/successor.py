"""
The process that follows: it does again what the leader logs, and watches it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

from h323d.doorway import CutMessage
from h323d.ha.config import HAConfig
from h323d.ha.following import Following
from h323d.ha.records import BadRecord, DoneRecord, InputRecord, Record
from h323d.ha.reports import DivergedReport, LeavingReport, Reporter
from h323d.ha.turns import Turns
from h323d.ha.watch import Death, newWatch
from h323d.house.descriptors import OtherProcess, Readable
from h323d.house.lastwords import LastWords
from h323d.house.log import Farewell, LogReader, Shared
from h323d.house.renewal import silence
from h323d.telling.primitives import Unreadable
from h323d.world.world import World

__all__ = ["CANNOT", "Successor"]

CANNOT = 3  # status of a process that cannot follow

Succeed = Callable[["Successor", Death], None]


class Successor:
    """
    One process, until it leads.

    @ivar following: what it has done.
    """

    _log = Logger()
    following: Following

    def __init__(
        self, reactor: Any, turns: Turns, world: World, config: HAConfig, succeed: Succeed
    ) -> None:
        """
        @param reactor: Any, of many interfaces.
        @param succeed: called when it is to lead.
        """
        self._reactor = reactor
        self._turns = turns
        self._world = world
        self._config = config
        self._succeed = succeed
        self._isHandedOver = False

    def begin(
        self, leader: int, reader: LogReader, words: LastWords, turn: int, epoch: int
    ) -> None:
        """
        Follow.

        @param leader: descriptor of that process.
        @param words: of it, if it crashes.
        @param turn: the last that has happened, and the epoch that it did in.
        """
        self.following = Following(self._turns, turn, epoch)
        self._reader = reader
        self._words = words
        self._reporter = Reporter(self.following, reader)
        self._leader = OtherProcess(leader, self._gone, self._reactor)
        self._watch = newWatch(self, self._reactor, self._config.patience)
        self._readable = Readable(reader.fileno(), self._read, self._reactor)

    def _read(self) -> None:
        try:
            with silence():
                isCopy = all(map(self._take, self._reader.read()))
        except EOFError:
            self._readable.stop()
            self._reader.close()
            self._watch.ended()
            return
        except CutMessage:
            self._reader.tell(LeavingReport("it has no descriptors left"))
            isCopy = False
        except (BadRecord, Unreadable) as error:
            self._reader.tell(DivergedReport(self.following.turn, str(error)))
            isCopy = False
        if not isCopy:
            os._exit(CANNOT)  # which the leader has been told, and logs
        self._watch.heard()

    def _take(self, told: Record | Shared | Farewell) -> bool:
        """
        @return: whether this is a copy of the leader still.
        """
        if isinstance(told, Farewell):
            self._isHandedOver = True
        elif isinstance(told, Shared):
            self._world.hold(told.what, told.number, told.sockets, told.details)
        elif not self._reporter.take(told):
            return False
        elif isinstance(told, InputRecord):
            self._world.happens(told)
        elif isinstance(told, DoneRecord) and self.following.last is not None:
            self._world.left(self.following.last.outputs)
        return True

    def _gone(self) -> None:
        self._leader.reap()
        words = self._words.heard()
        if words:
            self._log.error("the leader crashed: {words}", words=words)
        self._watch.gone(-signal.SIGSEGV if words else -signal.SIGKILL)

    # Of the watch.

    def kill(self) -> None:
        """
        As L{h323d.ha.watch.Watched}.
        """
        self._leader.kill()

    def lead(self, death: Death) -> None:
        """
        As L{h323d.ha.watch.Watched}.
        """
        self._succeed(self, Death.HANDED_OVER if self._isHandedOver else death)
