"""
The sound of a room's members, for L{benchmarks.churn}: a process that talks and listens for all
of them, takes the times of arrival from the kernel, and knows how late it was itself.
"""

from __future__ import annotations

import gc
import itertools
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np

from benchmarks.conference_media import HEADER, SO_TIMESTAMPNS
from h323d.dsp.g711 import encodeULaw

__all__ = ["Heard", "attend"]

PACKET_STEPS = 20  # of a millisecond
STEP = 0.001  # seconds


@dataclass
class Member:
    """
    One member's socket, and what arrives there.

    @ivar pause: the longest time between two packets, seconds.
    """

    socket: socket.socket
    payloads: list[bytes]
    sent: int = 0
    received: int = 0
    pause: float = 0.0
    last: float | None = None

    def talk(self) -> None:
        payload = self.payloads[self.sent % len(self.payloads)]
        header = HEADER.pack(0x80, 0, self.sent & 0xFFFF, self.sent * 160, 1)
        self.socket.send(header + payload)
        self.sent += 1

    def listen(self) -> None:
        while True:
            try:
                _, ancillary, _, _ = self.socket.recvmsg(2048, 64)
            except OSError:
                return
            seconds, nanoseconds = struct.unpack("@qq", ancillary[0][2])
            arrival = seconds + nanoseconds / 1e9
            if self.last is not None:
                self.pause = max(self.pause, arrival - self.last)
            self.last = arrival
            self.received += 1

    def forget(self) -> None:
        """
        Begin to measure.
        """
        self.received, self.pause = 0, 0.0


@dataclass(frozen=True)
class Heard:
    """
    What the members heard.

    @ivar packets: how many each got.
    @ivar pauses: the longest time between two packets of each, seconds.
    @ivar late: by how much the members' process was late itself, in the worst hundredth of its
        steps, seconds.
    @ivar worst: the same of the worst step.  No pause that is no longer is the server's fault.
    """

    packets: tuple[int, ...]
    pauses: tuple[float, ...]
    late: float
    worst: float


class Room:
    """
    All members, with a clock of their own.
    """

    def __init__(self, host: str, server: str, ports: Mapping[int, int]) -> None:
        """
        @param host: the members' address.
        @param server: the server's.
        @param ports: the server's ports, by the members'.
        """
        noise = np.random.default_rng(1).normal(0, 300, (50, 160)).astype(np.int16)
        payloads = [encodeULaw(row).tobytes() for row in noise]
        self._members = [
            Member(_connected((host, ours), (server, theirs)), payloads)
            for ours, theirs in ports.items()
        ]
        self._late: list[float] = []

    def run(self, pipe: Connection) -> None:
        """
        Talk and listen, and tell what was heard since the last question, until nobody asks
        any more.
        """
        start = time.monotonic()
        for step in itertools.count():
            wait = start + step * STEP - time.monotonic()
            self._late.append(max(0.0, -wait))
            if wait > 0:
                time.sleep(wait)
            for index, member in enumerate(self._members):
                if (index * 7 + step) % PACKET_STEPS == 0:
                    member.listen()
                    member.talk()
            if step % PACKET_STEPS == 0 and pipe.poll():
                if not pipe.recv():
                    return
                pipe.send(self._tell())

    def _tell(self) -> Heard:
        members = self._members
        heard = Heard(
            tuple(member.received for member in members),
            tuple(member.pause for member in members),
            float(np.percentile(self._late, 99)),
            max(self._late),
        )
        self._late.clear()
        for member in members:
            member.forget()
        return heard


def _connected(here: tuple[str, int], there: tuple[str, int]) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    made.setblocking(False)
    made.bind(here)
    made.connect(there)
    return made


def attend(host: str, server: str, ports: Mapping[int, int], pipe: Connection) -> None:
    """
    The process; its parameters are those of L{Room}.
    """
    gc.disable()  # a pause of ours would look like one of the server's
    Room(host, server, ports).run(pipe)
