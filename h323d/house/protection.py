"""
The process that leads, and has another follow it.

It forks whoever follows, between two turns: so that has all that the leader has, but for its
reactor, and what nobody else can hold (L{h323d.house.fork}).  It does again all that the leader
logs, and leads when the leader is dead; then it forks in its turn.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from twisted.logger import Logger, globalLogPublisher
from zope.interface import implementer

from h323d.belongings import closeBelongings
from h323d.call.protection import IProtection, Standing
from h323d.doorway import newDoorways
from h323d.events.bus import Fact
from h323d.events.following import Diverged, FollowerLost, TookOver
from h323d.ha.config import HAConfig
from h323d.ha.doors import Kind
from h323d.ha.leading import Leading
from h323d.ha.protecting import Protecting
from h323d.ha.quarantine import poisonOf
from h323d.ha.records import BadRecord, InputRecord, Record
from h323d.ha.reports import DivergedReport, DoneReport, LeavingReport, Report
from h323d.ha.takeover import takeOver
from h323d.ha.watch import Death, Heart
from h323d.house.descriptors import OtherProcess, Readable
from h323d.house.deskfiles import DeskFiles
from h323d.house.exhaustion import Exhaustion
from h323d.house.fork import Inheritance
from h323d.house.inside import Inside
from h323d.house.lastwords import LastWords
from h323d.house.log import LogReader, LogWriter, Lost
from h323d.house.successor import CANNOT, Successor
from h323d.telling.primitives import NotAValue
from h323d.world.world import World

__all__ = ["Protection"]

_EXHAUSTED = 4  # status of a process in which memory has run out
_SOON = 0.02  # seconds until it is tried again to fork, where threads are at work


class _Follower:
    """
    The process that follows, as its leader knows it.
    """

    def __init__(
        self,
        pid: int,
        end: socket.socket,
        words: LastWords,
        protection: Protection,
        reactor: Any,
    ) -> None:
        """
        @param words: that it reads if this process crashes.
        @param reactor: Any, of many interfaces.
        """
        self._protection = protection
        self._words = words
        words.say()
        self.writer = LogWriter(end)
        self._readable = Readable(self.writer.fileno(), self._read, reactor)
        self._process = OtherProcess(os.pidfd_open(pid), protection.followerEnded, reactor)

    def _read(self) -> None:
        try:
            for each in self.writer.reports():
                self._protection.reported(each)
        except EOFError:
            self._protection.followerEnded()
        except BadRecord as error:
            self._protection.unfollowed(str(error))

    def end(self) -> None:
        """
        It follows no more, whatever it does.
        """
        self._readable.stop()
        self._process.kill()  # first: it would take the end of the log for our death, and kill us
        self.writer.close()
        self._process.reap()
        self._words.forget()


def _opened(stack: ExitStack) -> tuple[socket.socket, socket.socket, int, LastWords]:
    """
    What goes between a leader and whoever it forks: both ends of the log, the leader's process, and
    its last words.

    @param stack: has all that is opened closed again.

    @raise OSError: there are no descriptors left.
    """
    ours, theirs = newDoorways()
    stack.callback(ours.close)
    stack.callback(theirs.close)
    leader = os.pidfd_open(os.getpid())
    stack.callback(os.close, leader)
    words = LastWords()
    stack.callback(words.heard)
    stack.callback(words.listen)
    return ours, theirs, leader, words


@implementer(IProtection)
class Protection:
    """
    One process of the two, once it leads; until then, a L{Successor} has it follow.

    It is the log of whoever leads (L{h323d.ha.leading.Log}), by it sockets are shared
    (L{h323d.world.sharing.Sharer}), and it has whoever follows (L{h323d.ha.protecting.Followers}).
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        inside: Inside,
        config: HAConfig,
        files: DeskFiles,
        newWorld: Callable[..., World],
    ) -> None:
        """
        @param reactor: Any, of many interfaces.
        @param newWorld: makes the doors; given whoever shares them, and has another follow.
        """
        self._reactor = reactor
        self._inside = inside
        self._config = config
        self._files = files
        files.lead()
        self._follower: _Follower | None = None
        self._isWanted = False  # whoever follows
        self._isLeading = True
        globalLogPublisher.addObserver(Exhaustion(self._ranOut))
        self._world = newWorld(self, self)
        inside.reached.inputs.entrance = self._world.arrivals
        self._serve(Leading(inside.turns, self._world, self))

    def _serve(self, leading: Leading) -> None:
        patience = self._config.patience
        self._leading = leading
        self._world.arrivals.leader = leading
        self._heart = Heart(leading, self._reactor, self._config.heartbeat)
        self._protecting = Protecting(self, leading, self._reactor, patience)

    # The log.

    def note(self, record: Record) -> None:
        """
        Log it, and take what it tells of from where it waits.
        """
        self._files.note(record)  # first, so that it has all that whoever follows has
        if self._follower is not None:
            try:
                self._follower.writer.note(record)
            except (Lost, NotAValue) as error:
                self.unfollowed(str(error))
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
            self.unfollowed(str(error))

    # Of whoever follows.

    def unfollowed(self, reason: str) -> None:
        """
        It follows no more.
        """
        self._protecting.minding.lost(reason)

    def _ranOut(self) -> None:
        """
        There was no memory for something, of which nobody knows how much has happened; who follows
        knows better, or who leads does.
        """
        if not self._isLeading:
            os._exit(CANNOT)
        if self._follower is None:
            self._log.error("there was no memory, and nobody follows who could go on")
        else:
            with contextlib.suppress(MemoryError):
                self._log.error("there was no memory; another goes on")
            os._exit(_EXHAUSTED)

    def followerEnded(self) -> None:
        """
        The process is gone.
        """
        self.unfollowed("ended")

    def reported(self, report: Report) -> None:
        """
        It says something.
        """
        minding = self._protecting.minding
        match report:
            case DoneReport(turn):
                minding.reported(turn)
            case LeavingReport(reason):
                minding.lost(reason)
            case DivergedReport():
                minding.diverged(report)

    # IProtection

    def standing(self) -> Standing:
        """
        As L{IProtection}.
        """
        return replace(self._protecting.standing(), unprotectedDeaths=self._files.sign.deaths)

    def switchOver(self, epoch: int) -> None:
        """
        As L{IProtection}.
        """
        self._protecting.switchOver(epoch)

    def join(self) -> None:
        """
        As L{IProtection}; from then on, whenever nobody follows.
        """
        self._protecting.join()

    def accept(self) -> None:
        """
        Have whoever connects come to this process.
        """
        self._world.accept()
        self._log.info("process {pid} leads", pid=os.getpid())

    def leave(self) -> None:
        """
        Lead no more, and have nobody else do so.
        """
        self._heart.stop()
        self._protecting.minding.leave()

    # Followers

    def begin(self) -> None:
        """
        As L{h323d.ha.protecting.Followers}.
        """
        self._isWanted = True
        self._reactor.callLater(0, self._fork)

    def drop(self) -> None:
        """
        As L{h323d.ha.protecting.Followers}.
        """
        self._isWanted = False
        follower, self._follower = self._follower, None
        if follower is not None:
            follower.end()

    def end(self) -> None:
        """
        As L{h323d.ha.protecting.Followers}.
        """
        assert self._follower is not None
        try:
            self._follower.writer.farewell()
        except Lost as error:
            self.unfollowed(str(error))
        else:
            os._exit(0)  # whoever follows has what is not finished

    def told(self, fact: Fact) -> None:
        """
        As L{h323d.ha.protecting.Followers}.
        """
        match fact:
            case FollowerLost(_, reason, lag):
                self._log.error(
                    "nobody follows, {lag} turns behind: {reason}", reason=reason, lag=lag
                )
            case Diverged(_, turn, reason):
                self._log.error(
                    "the follower did something else in turn {turn}: {reason}",
                    turn=turn,
                    reason=reason,
                )
        self._reactor.callLater(0, self._world.arrivals.arrive, Kind.TOLD.value, fact)

    def _fork(self) -> None:
        if not self._isWanted:
            return
        if self._world.isWaiting:  # a thread may hold what would never be let go in the other
            self._reactor.callLater(_SOON, self._fork)
            return
        begun = time.monotonic()
        closeBelongings()
        try:
            with ExitStack() as opened:
                ours, theirs, leader, words = _opened(opened)
                pid = os.fork()
                opened.pop_all()
        except OSError as error:  # for want of descriptors, or of memory
            self._protecting.minding.failed(error.strerror or str(error))
            return
        if not pid:
            try:
                ours.close()
                words.listen()
                self._follow(leader, theirs, words)
            except Exception:  # whoever cannot follow must not take itself for the leader
                self._log.failure("it cannot follow")
                os._exit(CANNOT)
            return
        theirs.close()
        os.close(leader)
        self._follower = _Follower(pid, ours, words, self, self._reactor)
        self._protecting.minding.joined()
        took = 1000 * (time.monotonic() - begun)
        self._log.info("process {pid} follows; to join took {ms:.0f} ms", pid=pid, ms=took)

    # Another life.

    def _follow(self, leader: int, end: socket.socket, words: LastWords) -> None:
        self._isLeading = False
        self._files.follow()
        self._world.leave()
        self._inheritance = Inheritance(self._reactor)
        turn, epoch = self._leading.turn, self._leading.epoch
        Successor(self._reactor, self._inside.turns, self._world, self._config, self.succeed).begin(
            leader, LogReader(end), words, turn, epoch
        )

    def succeed(self, successor: Successor, death: Death) -> None:
        """
        The leader is dead: lead.
        """
        begun = time.monotonic()
        self._follower = None
        self._isLeading = True
        self._files.lead()
        world, reached = self._world, self._inside.reached
        world.takeUp()
        leading = takeOver(successor.following, reached, world, world, self, death)
        self._serve(leading)
        world.lead()
        world.lost(reached.lines.open)
        self._inheritance.lead()
        self._took(death, time.monotonic() - begun)
        poison = poisonOf(successor.following, death)
        if poison is not None:
            self._files.keep(poison)
        self._protecting.join()

    def _took(self, death: Death, seconds: float) -> None:
        self._log.warn(
            "process {pid} leads, in epoch {epoch}; who did was {death}; {ms:.1f} ms",
            pid=os.getpid(),
            epoch=self._leading.epoch,
            death=death.value,
            ms=1000 * seconds,
        )
        now = self._reactor.seconds()
        self.told(TookOver(now, death.value, seconds, self._leading.epoch))
