"""
A bad network between a SIP phone and a server, as a process:
C{python impairment.py SERVER PHONE HERE LOSS JITTER SEED}.

It has one address, which the phone takes for the server's, and the server for the phone's: in signalling,
over UDP at port 5060, the addresses are exchanged, and that is passed on at once and whole.  For each port of
media that a message names it listens at one of its own, and names that.  Of what comes there a part is lost, and
the rest is passed on after a time by chance between nothing and C{JITTER} seconds, so that packets overtake each
other.  It imports nothing of ours.

All three addresses have as many characters, and all ports five, as the length of what is passed on was told.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
from typing import cast

SIP = 5060
SHIFT = 20000  # from a port that is named to ours: a phone has bound its own at all addresses
_MEDIA = re.compile(rb"^m=audio (\d+) ", re.MULTILINE)
_PORT = re.compile(rb"(?:(?<=^m=audio )|(?<=^a=rtcp:))[1-3]\d{4}", re.MULTILINE)
_CALL = re.compile(rb"^Call-ID: *(\S+)", re.MULTILINE | re.IGNORECASE)

Address = tuple[str, int]


class Door(asyncio.DatagramProtocol):
    """
    One port of ours, that one side has named and the other sends to.
    """

    transport: asyncio.DatagramTransport

    def __init__(self, network: Network, owner: Address) -> None:
        """
        @param owner: where what comes here was meant to go.
        """
        self._network = network
        self.owner = owner
        self.partner: Door | None = None  # by which it leaves

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        delay = self._network.delay()
        if delay is not None:
            asyncio.get_running_loop().call_later(delay, self._leave, data)

    def _leave(self, data: bytes) -> None:
        if self.partner is not None:
            self.partner.transport.sendto(data, self.owner)


class Signalling(asyncio.DatagramProtocol):
    """
    The port that both sides signal to.
    """

    transport: asyncio.DatagramTransport

    def __init__(self, network: Network) -> None:
        self._network = network
        self._passing: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()  # so that no message overtakes another, or learns the same

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        task = asyncio.get_running_loop().create_task(self._pass(data, addr[0]))
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)

    async def _pass(self, data: bytes, source: str) -> None:
        network = self._network
        target = network.phone if source == network.server else network.server
        async with self._turn:
            await network.learn(data, source)
            self.transport.sendto(network.exchanged(data, source, target), (target, SIP))


class Network:
    """
    @ivar here: its own address.
    """

    def __init__(
        self, server: str, phone: str, here: str, loss: float, jitter: float, seed: int
    ) -> None:
        """
        @param loss: the part of packets that do not arrive.
        @param jitter: seconds.
        """
        self.server = server
        self.phone = phone
        self.here = here
        self._loss = loss
        self._jitter = jitter
        self._rng = random.Random(seed)
        self._doors: dict[tuple[bytes, str, int], Door] = {}  # by call, owner, RTP or RTCP

    def delay(self) -> float | None:
        """
        @return: the next packet's, in seconds; none if it is lost.
        """
        if self._rng.random() < self._loss:
            return None
        return self._rng.uniform(0.0, self._jitter)

    def exchanged(self, data: bytes, source: str, target: str) -> bytes:
        """
        A message, as who gets it is to read it.
        """
        names = {self.here.encode(): target.encode(), source.encode(): self.here.encode()}
        data = re.sub(b"|".join(map(re.escape, names)), lambda match: names[match[0]], data)
        return _PORT.sub(lambda match: b"%d" % (int(match[0]) + SHIFT), data)

    async def learn(self, data: bytes, source: str) -> None:
        """
        Listen where a message says that its sender does.
        """
        media, call = _MEDIA.search(data), _CALL.search(data)
        if media is None or call is None:
            return
        for which in (0, 1):  # RTP, RTCP
            owner = source, int(media[1]) + which
            door = self._doors.get((call[1], source, which))
            if door is None or door.owner != owner:
                self._doors[call[1], source, which] = await self._open(owner)
        for which in (0, 1):
            both = [self._doors.get((call[1], each, which)) for each in (self.server, self.phone)]
            for door, partner in zip(both, reversed(both), strict=True):
                if door is not None:
                    door.partner = partner

    async def _open(self, owner: Address) -> Door:
        _, door = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Door(self, owner), local_addr=(self.here, owner[1] + SHIFT)
        )
        return door


async def serve(network: Network) -> None:
    """
    Until the process is ended.
    """
    await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Signalling(network), local_addr=(network.here, SIP)
    )
    await asyncio.Event().wait()


if __name__ == "__main__":
    *hosts, loss, jitter, seed = sys.argv[1:]
    server, phone, here = hosts
    asyncio.run(serve(Network(server, phone, here, float(loss), float(jitter), int(seed))))
