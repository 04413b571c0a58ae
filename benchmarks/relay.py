"""
What it costs to relay calls: CPU for each call and second, and how long a packet is held.

Run as C{python -m benchmarks.relay [calls [seconds]]}.  The relays run in a process of their
own, over real sockets on the loopback; this one plays both parties of every call, who send a
packet of G.711 each 20 ms, spread evenly.  The CPU is that of the relays' process, kernel and
all.  The latency is from before C{sendto} here to after C{recvfrom} here, so it contains two
more system calls and a wake-up of this process.  Nothing asserts the figures.
"""

from __future__ import annotations

import multiprocessing
import random
import resource
import selectors
import socket
import sys
import time
from multiprocessing.connection import Connection

import numpy as np

from h323d.call.homes import Home
from h323d.call.media import Signalling
from h323d.call.relaying import Latching
from h323d.inputs import Inputs
from h323d.media.config import MediaConfig
from h323d.media.ports import PortRange
from h323d.media.relay.thread import newRelays
from h323d.media.thread import prepareInterpreter
from h323d.rtp.packet import RTPPacket, encode
from h323d.values.address import TransportAddress
from tests.support.fakemedia import Unmoved

SERVER = "127.0.48.1"
PARTIES = ("127.0.48.2", "127.0.48.3")
PACKET_SECONDS = 0.02
PAYLOAD = bytes(160)
SETTLED = 1.0  # seconds until peers have been found

Address = tuple[str, int]


def serve(calls: list[tuple[Address, Address]], latch: bool, pipe: Connection) -> None:
    """
    Relay C{calls}, and answer each message with the CPU seconds used so far.
    """
    config = MediaConfig()
    rng = random.Random(1)
    pool, thread = newRelays(
        config, PortRange(config, rng), rng, Inputs(), lambda f, *a, **k: f(*a, **k)
    )
    latching = Latching.OWN_HOST if latch else Latching.NEVER
    prepareInterpreter()
    thread.start()
    ports = []
    for parties in calls:
        relay = pool.openRelay(Unmoved(), (Home.at(SERVER), Home.at(SERVER)))
        for side, party in zip(relay.sides, parties, strict=True):
            side.aim(TransportAddress(*party), None, latching, Signalling(party[0]))
        ports.append([(SERVER, side.rtp.port) for side in relay.sides])
    pipe.send(ports)
    while pipe.recv():
        usage = resource.getrusage(resource.RUSAGE_SELF)
        pipe.send(usage.ru_utime + usage.ru_stime)
    thread.stop()


def talk(
    senders: list[tuple[socket.socket, Address]],
    arrivals: selectors.BaseSelector,
    seconds: float,
) -> list[float]:
    """
    Send and receive for so long.

    @return: how long packets took, seconds.
    """
    delays: list[float] = []
    gap = PACKET_SECONDS / len(senders)
    sentAt = [0.0] * len(senders)
    start = time.monotonic()
    turn = 0
    while (now := time.monotonic()) < start + seconds:
        while start + turn * gap <= now:
            index = turn % len(senders)
            number = turn // len(senders)
            phone, port = senders[index]
            data = encode(RTPPacket(0, number & 0xFFFF, number * 160, index, PAYLOAD))
            sentAt[index] = time.monotonic()
            phone.sendto(data, port)
            turn += 1
        for key, _ in arrivals.select(max(0.0, start + turn * gap - time.monotonic())):
            phone = key.fileobj  # type: ignore[assignment]  # only sockets are registered
            data = phone.recv(2000)
            delays.append(time.monotonic() - sentAt[int.from_bytes(data[8:12], "big")])
    return delays


def main(count: int, seconds: float) -> None:
    """
    @param count: calls.
    @param seconds: how long to measure.
    """
    phones = []
    arrivals = selectors.DefaultSelector()
    for turn in range(2 * count):
        phone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        phone.bind((PARTIES[turn % 2], 0))
        phone.setblocking(False)
        arrivals.register(phone, selectors.EVENT_READ)
        phones.append(phone)
    calls = [
        (phones[turn].getsockname(), phones[turn + 1].getsockname())
        for turn in range(0, 2 * count, 2)
    ]
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(calls, True, there))
    server.start()
    ports = [port for both in here.recv() for port in both]
    senders = list(zip(phones, ports, strict=True))
    talk(senders, arrivals, SETTLED)
    here.send(True)
    before = here.recv()
    delays = np.array(talk(senders, arrivals, seconds))
    here.send(True)
    used = here.recv() - before
    here.send(False)
    server.join()
    expected = seconds / PACKET_SECONDS * len(senders)
    print(
        f"{count} calls, {seconds:g} s: {used * 1000 / count / seconds:.2f} ms CPU per call-second,"
        f" {used * 1e6 / max(1, len(delays)):.1f} us per packet;"
        f" latency p50 {np.percentile(delays, 50) * 1000:.3f} ms,"
        f" p99 {np.percentile(delays, 99) * 1000:.3f} ms;"
        f" {len(delays)} of {expected:.0f} packets arrived"
    )


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 100,
        float(sys.argv[2]) if len(sys.argv) > 2 else 5.0,
    )
