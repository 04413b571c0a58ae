"""
The media of a server that is entered in turns: pairs of ports, and the processes that send and
receive by them.

A process outlives whoever has begun it, as its door does: who follows holds that, too.
"""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import socket
import sys
import time
from collections import deque
from typing import Any

from twisted.internet.interfaces import IReadDescriptor, IWriteDescriptor
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.applications import Priority
from h323d.doorway import Doorway, newDoorways
from h323d.inputs import Input
from h323d.media.config import MediaConfig
from h323d.media.launching import DOOR
from h323d.media.ports import PortRange, SocketPair
from h323d.values.address import TransportAddress
from h323d.world.arrivals import Arrivals
from h323d.world.sharing import Sharer

__all__ = ["DOORWAY", "PAIR", "Media"]

PAIR = "pair"
"""
What two ports are called where they are shared; their details are both addresses.
"""

DOORWAY = "media"
"""
Likewise our end of the door of a process; its detail is the number that the system has for it.
"""

_MAIN = "from h323d.cli.mediaprocess import main; main()"


@implementer(IReadDescriptor, IWriteDescriptor)
class _Door:
    """
    Our end of one.
    """

    def __init__(self, media: Media, number: int, end: socket.socket, pid: int) -> None:
        self._media = media
        self.number = number
        self.end = end
        self.pid = pid
        self.doorway = Doorway(end)
        self.isOpen = True

    def fileno(self) -> int:
        return self.doorway.fileno() if self.isOpen else -1

    def logPrefix(self) -> str:
        return f"media process {self.number}"

    def doRead(self) -> None:
        self._media.read(self)

    def doWrite(self) -> None:
        self._media.flush(self)

    def connectionLost(self, reason: Failure) -> None:
        """
        The reactor stops; a process sees the end of its door when ours does.
        """


class Media:
    """
    All of a server's.
    """

    _log = Logger()

    def __init__(
        self, reactor: Any, arrivals: Arrivals, sharer: Sharer, config: MediaConfig
    ) -> None:
        """
        @param reactor: Any, of many interfaces.
        """
        self._reactor = reactor
        self._arrivals = arrivals
        self._sharer = sharer
        self._range = PortRange(config, random.SystemRandom())
        self._pairs: dict[int, SocketPair] = {}
        self._doors: dict[int, _Door] = {}

    # Pairs of ports.

    def bindPair(
        self, number: int, host: str, priority: Priority
    ) -> tuple[TransportAddress, TransportAddress]:
        """
        As L{h323d.ha.doors.Doors}.
        """
        if number not in self._pairs:
            pair = self._pairs[number] = self._range.bind(host, priority)
            sockets = pair.rtpSocket, pair.rtcpSocket
            self._sharer.share(PAIR, number, sockets, pair.rtp, pair.rtcp)
        return self._pairs[number].rtp, self._pairs[number].rtcp

    def holdPair(
        self,
        number: int,
        rtpSocket: socket.socket,
        rtcpSocket: socket.socket,
        rtp: TransportAddress,
        rtcp: TransportAddress,
    ) -> None:
        """
        Have a pair that another process has bound.
        """
        pair = SocketPair(rtp, rtcp, rtpSocket, rtcpSocket, deque(maxlen=1))
        self._pairs[number] = pair

    def closePair(self, number: int) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        if number in self._pairs:
            self._pairs.pop(number).close()

    # Processes.

    def launch(self, number: int) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        if number in self._doors:
            return
        ours, theirs = newDoorways()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        with theirs, open(os.devnull, "rb") as nothing:
            # It writes where we do: whoever else could read it for our log may die.
            process = self._reactor.spawnProcess(
                ProcessProtocol(),
                sys.executable,
                [sys.executable, "-P", "-c", _MAIN],
                env=environment,
                childFDs={0: nothing.fileno(), 1: 1, 2: 2, DOOR: theirs.fileno()},
            )
        self._sharer.share(DOORWAY, number, (ours,), process.pid)
        self.holdDoor(number, ours, process.pid)
        self._reactor.addReader(self._doors[number])

    def holdDoor(self, number: int, end: socket.socket, pid: int) -> None:
        """
        Have the door of one that another process has begun.
        """
        self._doors[number] = _Door(self, number, end, pid)

    def say(self, number: int, octets: bytes, pairs: tuple[int, ...]) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        door = self._doors.get(number)
        if door is None:
            return
        sockets: list[int] = []
        for pair in (self._pairs[each] for each in pairs if each in self._pairs):
            sockets += (pair.rtpSocket.fileno(), pair.rtcpSocket.fileno())
        door.doorway.send(octets, sockets)
        if door.doorway.waiting:
            self._reactor.addWriter(door)

    def flush(self, door: _Door) -> None:
        """
        One can be told more.
        """
        door.doorway.flush()
        if not door.doorway.waiting:
            self._reactor.removeWriter(door)

    def read(self, door: _Door) -> None:
        """
        One says something, or has ended.
        """
        try:
            while door.isOpen and (message := door.doorway.look()) is not None:
                said = Input.SAID.value, door.number, message.octets
                self._arrivals.arrive(*said, take=door.doorway.drop)
        except EOFError:
            self._arrivals.arrive(Input.ENDED.value, door.number)

    def shut(self, number: int) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        door = self._doors.pop(number, None)
        if door is not None and door.isOpen:
            self._reactor.removeReader(door)
            self._reactor.removeWriter(door)
            door.isOpen = False
            door.doorway.close()

    def kill(self, number: int) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        if number in self._doors:
            with contextlib.suppress(ProcessLookupError):  # it has ended, of which we hear soon
                os.kill(self._doors[number].pid, signal.SIGKILL)

    def finish(self, number: int, seconds: float) -> None:
        """
        As L{h323d.ha.doors.Doors}.
        """
        door = self._doors.get(number)
        if door is None:
            return
        end = time.monotonic() + seconds
        poll = select.poll()
        poll.register(door.doorway.fileno(), select.POLLIN)
        door.doorway.flush()
        while (left := end - time.monotonic()) > 0 and door.doorway.peek(_unheard):
            poll.poll(1000 * left)
            door.doorway.flush()
        self.shut(number)

    def lead(self) -> None:
        """
        Listen to them from now on.
        """
        for door in self._doors.values():
            self._reactor.addReader(door)


def _unheard(octets: bytes) -> None:
    """
    What a process says that is told to end is of no account.
    """
