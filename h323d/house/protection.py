"""
The process that leads, and has another follow it.

It forks whoever follows, between two turns: so that has all that the leader has, but for its
reactor, and what nobody else can hold (L{h323d.house.fork}).  It does again all that the leader
logs, and leads when the leader is dead; then it forks in its turn.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from zope.interface import implementer

from h323d.call.protection import IProtection, ProtectionState, Standing
from h323d.doorway import newDoorways
from h323d.events.bus import Fact
from h323d.events.following import FollowerJoined, FollowerLost, TookOver
from h323d.ha.config import HAConfig
from h323d.ha.doors import Kind
from h323d.ha.leading import Leading
from h323d.ha.records import InputRecord, Record
from h323d.ha.takeover import takeOver
from h323d.ha.watch import Death, Heart
from h323d.house.descriptors import OtherProcess
from h323d.house.fork import Inheritance
from h323d.house.inside import Inside
from h323d.house.log import LogReader, LogWriter, Lost
from h323d.house.successor import Successor
from h323d.telling.primitives import NotAValue
from h323d.world.world import World

__all__ = ["Protection"]

AGAIN = 1.0  # seconds until another is to follow, where one has just ended
_GRACE = 0.1  # seconds that an operator's answer has to leave, before whoever leads ends
_SOON = 0.02  # seconds until it is tried again to fork, where threads are at work


class _Follower:
    """
    The process that follows, as its leader knows it.
    """

    def __init__(self, pid: int, writer: LogWriter, process: OtherProcess) -> None:
        self.pid = pid
        self.writer = writer
        self._process = process

    def end(self) -> None:
        """
        It follows no more, whatever it does.
        """
        self.writer.close()
        self._process.kill()
        self._process.reap()


@implementer(IProtection)
class Protection:
    """
    One process of the two, once it leads; until then, a L{Successor} has it follow.

    It is the log of whoever leads (L{h323d.ha.leading.Log}), and by it sockets are shared
    (L{h323d.world.sharing.Sharer}).
    """

    _log = Logger()

    def __init__(
        self, reactor: Any, inside: Inside, config: HAConfig, newWorld: Callable[..., World]
    ) -> None:
        """
        @param reactor: Any, of many interfaces.
        @param newWorld: makes the doors; given whoever shares them, and has another follow.
        """
        self._reactor = reactor
        self._inside = inside
        self._config = config
        self._follower: _Follower | None = None
        self._joining: IDelayedCall | None = None
        self._isLeaving = False
        self._world = newWorld(self, self)
        inside.reached.inputs.entrance = self._world.arrivals
        self._serve(Leading(inside.turns, self._world, self))

    def _serve(self, leading: Leading) -> None:
        self._leading = leading
        self._world.arrivals.leader = leading
        self._heart = Heart(leading, self._reactor, self._config.heartbeat)

    # The log.

    def note(self, record: Record) -> None:
        """
        Log it, and take what it tells of from where it waits.
        """
        if self._follower is not None:
            try:
                self._follower.writer.note(record)
            except (Lost, NotAValue) as error:
                self._unfollowed(str(error))
        if isinstance(record, InputRecord):
            self._world.happens(record)
            self._world.arrivals.taken()

    def share(
        self, what: str, number: int, sockets: Sequence[socket.socket], *details: Any
    ) -> None:
        """
        Hand sockets on to whoever follows.
        """
        if self._follower is None:
            return
        try:
            self._follower.writer.share(what, number, sockets, details)
        except Lost as error:
            self._unfollowed(str(error))

    def _unfollowed(self, reason: str) -> None:
        follower, self._follower = self._follower, None
        if follower is None:
            return
        self._log.error("nobody follows any more: {reason}", reason=reason)
        follower.end()
        self._tell(FollowerLost(self._reactor.seconds(), reason, 0))
        self._joinAfter(AGAIN)

    def _followerEnded(self) -> None:
        self._unfollowed("the process has ended")

    # Joining.

    def begin(self) -> None:
        """
        Have another process follow, from now on whenever there is one that leads.
        """
        self._joinAfter(0.0)

    def _joinAfter(self, seconds: float) -> None:
        if not self._isLeaving and (self._joining is None or not self._joining.active()):
            self._joining = self._reactor.callLater(seconds, self._join)

    def _join(self) -> None:
        if self._world.isWaiting:  # a thread may hold what would never be let go in the other
            self._joinAfter(_SOON)
            return
        begun = time.monotonic()
        ours, theirs = newDoorways()
        leader = os.pidfd_open(os.getpid())
        try:
            pid = os.fork()
        except OSError as error:
            self._log.error("nobody can follow: {reason}", reason=error.strerror)
            for each in (ours, theirs):
                each.close()
            os.close(leader)
            self._joinAfter(AGAIN)
            return
        if not pid:
            ours.close()
            self._follow(leader, theirs)
            return
        theirs.close()
        os.close(leader)
        process = OtherProcess(os.pidfd_open(pid), self._followerEnded, self._reactor)
        self._follower = _Follower(pid, LogWriter(ours), process)
        seconds = time.monotonic() - begun
        joined = FollowerJoined(self._reactor.seconds(), self._leading.turn + 1, seconds)
        self._tell(joined)
        self._log.info(
            "process {pid} follows; to join took {ms:.0f} ms", pid=pid, ms=1000 * seconds
        )

    def _tell(self, fact: Fact) -> None:
        """
        Let a fact enter, when what happens now has happened.
        """
        self._reactor.callLater(0, self._world.arrivals.arrive, Kind.TOLD.value, fact)

    # IProtection

    def standing(self) -> Standing:
        """
        As L{IProtection}.
        """
        isProtected = self._follower is not None
        return Standing(
            ProtectionState.PROTECTED if isProtected else ProtectionState.ALONE,
            self._leading.epoch,
            self._leading.turn,
        )

    def join(self) -> None:
        """
        As L{IProtection}.
        """
        if self._follower is None:
            self._joinAfter(0.0)

    def switchOver(self, epoch: int) -> None:
        """
        As L{IProtection}.
        """
        if epoch == self._leading.epoch and self._follower is not None:
            self._reactor.callLater(_GRACE, self._handOver, epoch)

    def _handOver(self, epoch: int) -> None:
        if self._follower is None:
            return
        try:
            self._follower.writer.farewell()
        except Lost as error:
            self._unfollowed(str(error))
        else:
            os._exit(0)  # whoever follows has what is not finished

    def leave(self) -> None:
        """
        Lead no more, and have nobody else do so.
        """
        self._isLeaving = True
        self._heart.stop()
        if self._joining is not None and self._joining.active():
            self._joining.cancel()
        follower, self._follower = self._follower, None
        if follower is not None:
            follower.end()

    # Another life.

    def _follow(self, leader: int, end: socket.socket) -> None:
        self._world.leave()
        self._inheritance = Inheritance(self._reactor)
        turn, epoch = self._leading.turn, self._leading.epoch
        Successor(self._reactor, self._inside.turns, self._world, self._config, self.succeed).begin(
            leader, LogReader(end), turn, epoch
        )

    def succeed(self, successor: Successor, death: Death) -> None:
        """
        The leader is dead: lead.
        """
        begun = time.monotonic()
        self._follower = None
        world, reached = self._world, self._inside.reached
        world.takeUp()
        leading = takeOver(successor.following, reached, world, world, self, death)
        self._serve(leading)
        world.lead()
        world.lost(reached.lines.open)
        self._inheritance.lead()
        self._took(death, time.monotonic() - begun)
        self._joinAfter(0.0)

    def _took(self, death: Death, seconds: float) -> None:
        self._log.warn(
            "process {pid} leads, in epoch {epoch}; who did was {death}; {ms:.1f} ms",
            pid=os.getpid(),
            epoch=self._leading.epoch,
            death=death.value,
            ms=1000 * seconds,
        )
        now = self._reactor.seconds()
        self._tell(TookOver(now, death.value, seconds, self._leading.epoch))
