"""
The process that follows: it does again what the leader logs, and watches it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

from h323d.ha.config import HAConfig
from h323d.ha.following import Diverged, Following
from h323d.ha.records import BadRecord, DoneRecord, InputRecord, Record
from h323d.ha.turns import Turns
from h323d.ha.watch import Death, newWatch
from h323d.house.descriptors import OtherProcess, Readable
from h323d.house.log import Farewell, LogReader, Shared
from h323d.house.renewal import silence
from h323d.telling.primitives import Unreadable
from h323d.world.world import World

__all__ = ["Successor"]

_CANNOT = 3  # status of a process that cannot follow

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

    def begin(self, leader: int, reader: LogReader, turn: int, epoch: int) -> None:
        """
        Follow.

        @param leader: descriptor of that process.
        @param turn: the last that has happened, and the epoch that it did in.
        """
        self.following = Following(self._turns, turn, epoch)
        self._reader = reader
        self._leader = OtherProcess(leader, self._gone, self._reactor)
        self._watch = newWatch(self, self._reactor, self._config.patience)
        self._readable = Readable(reader.fileno(), self._read, self._reactor)

    def _read(self) -> None:
        try:
            with silence():
                for each in self._reader.read():
                    self._take(each)
            self._watch.heard()
        except EOFError:
            self._readable.stop()
            self._reader.close()
            self._watch.ended()
        except (Diverged, BadRecord, Unreadable) as error:
            self._log.error("this process cannot follow: {reason}", reason=str(error))
            if isinstance(error, Diverged):
                self._log.error("it would have sent: {outputs}", outputs=error.outputs)
            os._exit(_CANNOT)

    def _take(self, told: Record | Shared | Farewell) -> None:
        if isinstance(told, Farewell):
            self._isHandedOver = True
            return
        if isinstance(told, Shared):
            self._world.hold(told.what, told.number, told.sockets, told.details)
            return
        self.following.take(told)
        if isinstance(told, InputRecord):
            self._world.happens(told)
        elif isinstance(told, DoneRecord) and self.following.last is not None:
            self._world.left(self.following.last.outputs)

    def _gone(self) -> None:
        self._watch.gone(self._leader.reap())

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
