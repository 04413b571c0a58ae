"""
What media threads are good for: calls between a codec and G.711, and signalling beside them.

Run from the repository's root::

    python -m benchmarks.threads --codec G729 --threads 1 2 --calls 60 120 240

Two processes on the loopback.  The server is a L{MediaPool<h323d.media.pool.MediaPool>} with its
threads, or with media processes (C{--processes 0 1} for both in turn), and C{calls} bridges of two
ports each: one side speaks the codec, the other G.711.  The load sends both sides' packets, from
one socket; what comes back nobody reads, it is counted by the server.  Beside that, the server's
main thread does what one side of a SIP call has to (C{benchmarks/sip_messages.py}) each 20 ms, and
C{signalling} is how long that takes, waiting included.

C{sent} is the part of all packets that left; C{given up}, frames that were not mixed, by a call in
a second; C{late}, the part of ticks that were late by more than a tick.  The load and the server
share the machine: two threads, the main thread and the load have two cores between them.  On a
machine that does other work, figures are worth nothing, and C{load late} tells.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from benchmarks.codecs import voice
from benchmarks.conference_media import HEADER, Deaf
from benchmarks.gateway_media import cpuSeconds
from benchmarks.sip_messages import call
from h323d.call.homes import Home
from h323d.call.media import IMediaPort, Signalling
from h323d.dsp.codec import LARGEST_PAYLOAD, ICodec, IStreamCodec
from h323d.dsp.g711 import PCMU, encodeULaw
from h323d.dsp.provisions import provisions
from h323d.events.bus import EventBus
from h323d.inputs import Inputs
from h323d.media.audio.crossing import Crossing
from h323d.media.audio.plane import MediaPlane
from h323d.media.config import MediaConfig
from h323d.media.io import SocketIO
from h323d.media.launching import newRemoteService
from h323d.media.pool import MediaPool
from h323d.media.ports import PortRange
from h323d.media.remotemedia import RemoteMedia
from h323d.media.shield import EVERYWHERE
from h323d.media.thread import MediaThreads, newMediaService, prepareInterpreter
from h323d.net.descriptors import raiseLimit
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ULAW, MediaFormat
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat

SERVER, LOAD = "127.0.0.4", TransportAddress("127.0.0.5", 40000)
DYNAMIC = 96  # the payload type of the codec
PACKET = 0.02  # seconds
PHASES = 20  # in a packet
SETTLE = 3.0  # seconds before anything is measured
DEEDS = 0.02  # seconds between two deeds of signalling
MOVES = 2000


@dataclass(frozen=True)
class Drivers:
    """
    @ivar processes: that have the media; 0 for threads of the server's.
    @ivar threads: of each.
    """

    processes: int
    threads: int


@dataclass
class Measured:
    """
    What the server has to say of a time.

    @ivar cpu: seconds.
    @ivar deeds: how long each took, seconds.
    @ivar figures: of the pool, at the end.
    @ivar sent: packets, since the beginning.
    """

    cpu: float
    deeds: list[float]
    figures: Mapping[str, float]
    sent: int


class Bridges:
    """
    The server process, on a reactor of its own.
    """

    def __init__(self, codec: ICodec, drivers: Drivers, calls: int) -> None:
        from twisted.internet import reactor  # only now: it is this process's

        raiseLimit()
        prepareInterpreter()
        running: Any = reactor  # Any: of many interfaces, and a module to mypy
        running.startRunning()
        self._reactor = running
        self._pool, self._media = self._newMedia(codec, drivers)
        self._media.start()
        while self._pool.figures().get("processes", 0) < drivers.processes:
            self._reactor.iterate(0.1)
        self.ports = [port for _ in range(calls) for port in self._bridge(codec.format)]
        self._deeds: list[float] = []
        self._due = time.monotonic()

    def _newMedia(
        self, codec: ICodec, drivers: Drivers
    ) -> tuple[MediaPool, MediaThreads | RemoteMedia]:
        config = MediaConfig(
            threads=drivers.threads,
            processes=drivers.processes,
            spareProcesses=0,
            portFirst=20000,
            portLast=39999,
        )
        rng, inputs, reactor = random.SystemRandom(), Inputs(), self._reactor
        if not drivers.processes:
            both = (codec, PCMU)
            return newMediaService(config, rng, reactor, inputs, reactor.callFromThread, both)
        found = [each.codec for each in provisions() if each.codec is not None]
        return newRemoteService(config, rng, reactor, inputs, EventBus(), (), found, EVERYWHERE)

    def _bridge(self, spoken: MediaFormat) -> list[IMediaPort]:
        mixer, ports = self._pool.openMixer(Deaf()), []
        for payloadType, mediaFormat in ((DYNAMIC, spoken), (0, G711_ULAW)):
            port = self._pool.openPort(Deaf(), Home.at(SERVER))
            receive = ReceiveFormat({payloadType: mediaFormat})
            transmit = TransmitFormat(mediaFormat, payloadType, round(1000 * PACKET), LOAD)
            port.configure(Stream(transmit, receive), Signalling(LOAD.host))
            mixer.join(port)
            ports.append(port)
        return ports

    def run(self, seconds: float) -> Measured:
        """
        Do what a server does, for so long.
        """
        self._deeds, before = [], cpuSeconds()
        self._due = time.monotonic()
        end = self._due + seconds
        while self._due < end:
            while (wait := self._due - time.monotonic()) > 0:
                self._reactor.iterate(wait)
            call()
            self._deeds.append(time.monotonic() - self._due)
            self._due = max(self._due + DEEDS, time.monotonic())
        sent = sum(port.statistics().packetsSent for port in self.ports)
        return Measured(cpuSeconds() - before, self._deeds, self._pool.figures(), sent)

    def stop(self) -> None:
        self._media.stop()


def serve(pipe: Connection, name: str, drivers: Drivers, calls: int, seconds: float) -> None:
    bridges = Bridges(codecOf(name), drivers, calls)
    pipe.send([port.rtp.port for port in bridges.ports])
    for lasts in (SETTLE, seconds):
        pipe.send(bridges.run(lasts))
    bridges.stop()


def codecOf(name: str) -> ICodec:
    for provision in provisions():
        if provision.format.name.upper() == name.upper() and provision.codec is not None:
            return provision.codec
    raise SystemExit(f"{name} is not to be had here")


def payloadsOf(codec: ICodec) -> list[bytes]:
    """
    @return: something like a voice, packet by packet.
    """
    assert IStreamCodec.providedBy(codec)
    stream = IStreamCodec(codec)
    rate = min(stream.sampleRates)
    encoder, out = stream.newEncoder(rate, ()), np.zeros(LARGEST_PAYLOAD, np.uint8)
    return [out[: encoder.encode(packet, out)].tobytes() for packet in voice(rate)]


class Load:
    """
    Everybody's peer.
    """

    def __init__(self, ports: list[int], codec: ICodec) -> None:
        units = round(codec.format.clockRate * PACKET)
        plain = [encodeULaw(packet).tobytes() for packet in voice(8000)]
        self._sides = [(DYNAMIC, payloadsOf(codec), units), (0, plain, 160)]
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOAD.host, LOAD.port))
        self._ports = ports
        self._turn = 0
        self.late: list[float] = []

    def run(self, over: Callable[[], bool]) -> None:
        """
        Send, until it is C{over}.
        """
        start, step = time.monotonic(), 0
        while not over():
            wait = start + step * PACKET / PHASES - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            self.late.append(max(0.0, -wait))
            for index in range(step % PHASES, len(self._ports), PHASES):
                self._send(index, self._turn + step // PHASES)
            step += 1
        self._turn += step // PHASES + 1

    def _send(self, index: int, turn: int) -> None:
        payloadType, payloads, units = self._sides[index % 2]
        octets = payloads[(turn + 17 * index) % len(payloads)]
        stamp = turn * units & 0xFFFFFFFF
        header = HEADER.pack(0x80, payloadType, turn & 0xFFFF, stamp, index)
        self._socket.sendto(header + octets, (SERVER, self._ports[index]))

    def close(self) -> None:
        self._socket.close()


def measure(name: str, drivers: Drivers, calls: int, seconds: float) -> None:
    """
    One row of the table.
    """
    ours, theirs = multiprocessing.Pipe()
    arguments = (theirs, name, drivers, calls, seconds)
    process = multiprocessing.Process(target=serve, args=arguments)
    process.start()
    load = Load(ours.recv(), codecOf(name))
    load.run(ours.poll)
    before: Measured = ours.recv()
    load.late.clear()
    begun = time.monotonic()
    load.run(ours.poll)
    after: Measured = ours.recv()
    lasted = time.monotonic() - begun
    process.join()
    load.close()
    wanted = max(1, 2 * calls) * lasted / PACKET
    since = {each: after.figures[each] - before.figures[each] for each in before.figures}
    late = since["lateTicks"] / max(1, since["ticks"])
    print(
        f"{name:6} {drivers.processes:6d} {drivers.threads:7d} {calls:5d} {after.cpu / lasted:6.2f}"
        f" {min(1.0, (after.sent - before.sent) / wanted):6.3f}"
        f" {since['framesGivenUp'] / max(1, calls) / lasted:8.2f} {late:6.3f}"
        f" {percentile(after.deeds, 50):7.2f} {percentile(after.deeds, 99):7.2f}"
        f" {percentile(load.late, 99):9.2f}",
        flush=True,
    )


def percentile(values: list[float], share: float) -> float:
    return float(np.percentile(values, share)) * 1000


def moving() -> float:
    """
    @return: microseconds of CPU that it costs to have a port go from plane to plane.
    """
    config, rng = MediaConfig(), random.Random(1)
    planes = [MediaPlane(config, rng) for _ in range(2)]
    sides = [SocketIO(config.maximumPorts, time.time, time.monotonic, time.sleep) for _ in planes]
    for plane, packets in zip(planes, sides, strict=True):
        plane.tick(time.monotonic(), packets)
    planes[0].commands.openPort(sides[0], 1, PortRange(config, rng).bind(SERVER))
    stream = Stream(TransmitFormat(G711_ULAW, 0, 20, LOAD), ReceiveFormat({0: G711_ULAW}))
    planes[0].commands.configure(sides[0], 1, stream, Signalling(LOAD.host))
    crossing, before = Crossing(), time.thread_time()
    for move in range(MOVES):
        here, there = move % 2, 1 - move % 2
        planes[here].commands.depart(sides[here], 1, crossing)
        planes[there].commands.arrive(sides[there], 1, crossing)
    spent = time.thread_time() - before
    for packets in sides:
        packets.close()
    return spent / MOVES * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--codec", nargs="+", default=["G729", "opus"])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument(
        "--processes", type=int, nargs="+", default=[0], help="of their own, or 0 for none"
    )
    parser.add_argument("--calls", type=int, nargs="+", default=[0, 60, 120, 180, 240])
    parser.add_argument("-d", type=float, default=10.0, help="seconds to measure")
    options = parser.parse_args()
    print(f"a port goes from plane to plane in {moving():.0f} us of CPU", file=sys.stderr)
    print("                                              given up           signalling ms     load")
    print(
        "codec  processes threads calls  cpu/s   sent  per call   late     p50     p99  late99 ms"
    )
    for name in options.codec:
        for calls in options.calls:
            for each in product(options.processes, options.threads):
                measure(name, Drivers(*each), calls, options.d)


if __name__ == "__main__":
    main()
