"""
The driver of the relays in service: a thread of its own, which forwards at once.

A relay has no tick to wait for.  One epoll finds the sockets that have something to read; a
packet is read, judged by L{h323d.media.relay.table}, and sent on in the same round.  Everything
else, commands and figures, is done between two rounds.

Waking a thread costs more than forwarding a packet does.  So where rounds follow each other
closely, which takes a thousand packets a second, it rests a little after each, and finds several
packets then.
"""

from __future__ import annotations

import os
import random
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

from h323d.call.ports import IPortPair, IPortSource
from h323d.inputs import IInputs, Input
from h323d.media.config import MediaConfig
from h323d.media.failures import RareFailures
from h323d.media.ports import SocketPair
from h323d.media.relay.pool import RelayCommand, RelayPool
from h323d.media.relay.table import SURVEY, Packet, Reader, RelayTable, Sender, Source
from h323d.media.threadname import showName

__all__ = ["RelaySockets", "RelayThread", "newRelays"]

_LARGEST = 65536  # octets of a datagram
_READY = 256  # sockets that one round serves at most
_CLOSE = 0.001  # seconds between two rounds from which on it rests
_REST = 0.0005  # seconds; what a packet may be held for at most


class RelaySockets:
    """
    The sockets of all relays (L{h323d.media.relay.table.IRelayIO}).

    @ivar busy: whether the last round followed closely on the one before.
    @ivar errors: packets that could not be read, or that the kernel did not take.
    """

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._waker = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._epoll.register(self._waker, select.EPOLLIN)
        self._doors: dict[int, tuple[Callable[[Packet], tuple[int, Source]], Reader]] = {}
        self._pairs: dict[int, SocketPair] = {}
        self._buffer = memoryview(bytearray(_LARGEST))
        self._lastRound = 0.0
        self.busy = False
        self.errors = 0

    def add(self, pair: IPortPair, rtp: Reader, rtcp: Reader) -> tuple[Sender, Sender]:
        if not isinstance(pair, SocketPair):
            raise TypeError("only a PortRange's pairs have sockets")
        self._pairs[id(pair)] = pair
        for each, reader in ((pair.rtpSocket, rtp), (pair.rtcpSocket, rtcp)):
            self._doors[each.fileno()] = (each.recvfrom_into, reader)
            self._epoll.register(each.fileno(), select.EPOLLIN)
        return pair.rtpSocket.sendto, pair.rtcpSocket.sendto

    def prefixed(self, pair: IPortPair, control: bool, prefix: bytes) -> Sender:
        sockets = self._pairs[id(pair)]
        sendmsg = (sockets.rtcpSocket if control else sockets.rtpSocket).sendmsg
        return lambda packet, target: sendmsg((prefix, packet), (), 0, target)

    def remove(self, pair: IPortPair) -> None:
        sockets = self._pairs.pop(id(pair))
        for each in (sockets.rtpSocket, sockets.rtcpSocket):
            self._epoll.unregister(each.fileno())
            del self._doors[each.fileno()]
        sockets.close()

    def wake(self) -> None:
        """
        End the round that is waiting.  Any thread may.
        """
        os.eventfd_write(self._waker, 1)

    def round(self, timeout: float) -> None:
        """
        Wait until there is something to do, and pass on a packet of each socket that has one.

        @param timeout: seconds; negative to wait for as long as it takes.
        """
        ready = self._epoll.poll(timeout, _READY)
        now = time.monotonic()
        self.busy = now - self._lastRound < _CLOSE
        self._lastRound = now
        buffer = self._buffer
        for descriptor, _event in ready:
            door = self._doors.get(descriptor)
            if door is None:
                os.eventfd_read(self._waker)
                continue
            receive, reader = door
            try:
                length, source = receive(buffer)
                reader(buffer[:length], source, now)
            except OSError:  # a port that a peer has closed, no route, a full buffer
                self.errors += 1

    def close(self) -> None:
        """
        Close all sockets.
        """
        for pair in list(self._pairs.values()):
            self.remove(pair)
        self._epoll.close()
        os.close(self._waker)


class RelayThread:
    """
    Runs the rounds, and delivers what they report by one C{callFromThread} each at most.
    """

    _log = Logger()

    def __init__(
        self,
        table: RelayTable,
        callFromThread: Callable[..., Any],  # Any: what the reactor's own returns is not used
        inputs: IInputs,
    ) -> None:
        self._table = table
        self._packets = RelaySockets()
        self._callFromThread = callFromThread
        self._inputs = inputs
        self._inbox: deque[RelayCommand] = deque()
        self._stopping = False
        self._failures = RareFailures(self._log, "relaying", callFromThread)
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        """
        Begin to forward.
        """
        self._thread.start()

    def command(self, command: RelayCommand) -> None:
        """
        Have something done between two rounds.
        """
        self._inbox.append(command)
        if not self._stopping:
            self._packets.wake()

    def stop(self) -> None:
        """
        Obey what was asked, close all ports, and end.  Waits for it.
        """
        self._stopping = True
        self._packets.wake()
        self._thread.join()
        # Not before: the thread may see that it is to stop before it is woken.
        self._packets.close()

    def _run(self) -> None:
        showName(self._thread.name)
        nextSurvey = 0.0
        while not self._stopping:
            now = time.monotonic()
            timeout = max(0.0, nextSurvey - now) if len(self._table) else -1.0
            self._guarded(self._packets.round, timeout)
            now = time.monotonic()
            while self._inbox:
                self._guarded(self._inbox.popleft(), self._packets, now)
            if now >= nextSurvey:
                nextSurvey = now + SURVEY
                self._guarded(self._table.survey, now)
            self._report()
            if self._packets.busy:
                time.sleep(_REST)

    def _guarded(self, step: Callable[..., None], *arguments: object) -> None:
        """
        The fence: one bad packet or command must not silence all calls.
        """
        try:
            step(*arguments)
        except Exception:  # as said
            self._failures.tell(time.monotonic())

    def _report(self) -> None:
        if self._table.reports:
            reports, self._table.reports = self._table.reports, []
            self._callFromThread(self._inputs.enter, Input.RELAYED, reports)


def newRelays(
    config: MediaConfig,
    ports: IPortSource,
    rng: random.Random,
    inputs: IInputs,
    callFromThread: Callable[..., Any],
) -> tuple[RelayPool, RelayThread]:
    """
    The relays over real sockets, and their thread, not started.

    @param ports: binds pairs that have sockets.
    @param inputs: where reports enter.
    """
    table = RelayTable(config.latchAnyHost)
    thread = RelayThread(table, callFromThread, inputs)
    pool = RelayPool(table, ports, rng, thread.command)
    inputs.lead(Input.RELAYED, pool.deliver)
    return pool, thread
