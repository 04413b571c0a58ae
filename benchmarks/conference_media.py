"""
What the media plane costs, and how soon its packets leave: G.711, 20 ms, everyone talking.

Two processes on the loopback.  The server is a L{MediaPool} with its thread, nothing else;
the load has a socket for each participant, sends in twenty phases a millisecond apart, and
takes arrival times from the kernel.  Once a second the first member of each room sends a
packet of full-scale tone among its noise; latency is from its departure to the arrival of
the mix that it is in, at everyone else in the room, less where it begins within the packet.

    python benchmarks/conference_media.py -n 12 60 240 -g 12 -d 10

Figures of a machine that does other work are worth nothing; the load's own lateness is
printed to show it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import queue
import random
import re
import socket
import struct
import sys
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from zope.interface import implementer

from h323d.call.homes import Home
from h323d.call.media import IMediaPort, IMediaPortObserver, IMixerObserver, Signalling
from h323d.dsp.g711 import encodeULaw
from h323d.errors import RemoteProtocolError
from h323d.inputs import Inputs
from h323d.media.config import MediaConfig
from h323d.media.thread import newMediaService
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat
from tests.support.virtualclock import PromptClock

SERVER = "127.0.0.2"
LOAD = "127.0.0.3"
FIRST_PORT = 40000
SWITCH_INTERVAL = 0.0002  # seconds; as the service has it
PHASES = 20
STEP = 0.001  # seconds
LOUD = re.compile(rb"[\x00-\x0f\x80-\x8f]")  # u-law codes of half of full scale and above
SETTLE = 2.0  # seconds before anything is measured
SO_TIMESTAMPNS = 35
HEADER = struct.Struct("!BBHII")


@implementer(IMediaPortObserver, IMixerObserver)
class Deaf:
    """
    An observer of ports and mixers that does nothing.
    """

    def portHeard(self, port: IMediaPort, source: TransportAddress) -> None:
        pass

    def portDigit(self, port: IMediaPort, digit: str, milliseconds: int) -> None:
        pass

    def portFailed(self, port: IMediaPort, error: RemoteProtocolError) -> None:
        pass

    def activeSpeaker(self, portId: int | None) -> None:
        pass

    def levels(self, levels: Mapping[int, float]) -> None:
        pass


def serve(pipe: Connection, count: int, group: int, config: MediaConfig) -> None:
    """
    The server process: open what is asked for, then report the processor time on request.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    reports: queue.SimpleQueue[tuple[Callable[..., Any], tuple[Any, ...]]] = queue.SimpleQueue()
    rng = random.Random(1)
    pool, thread = newMediaService(
        config, rng, PromptClock(), Inputs(), lambda f, *a: reports.put((f, a))
    )
    thread.start()
    ports = []
    mixer = pool.openMixer(Deaf())
    for index in range(count):
        if index and index % group == 0:
            mixer = pool.openMixer(Deaf())
        port = pool.openPort(Deaf(), Home.at(SERVER))
        peer = TransportAddress(LOAD, FIRST_PORT + index)
        port.configure(
            Stream(TransmitFormat(G711_ULAW, 0, 20, peer), ReceiveFormat({0: G711_ULAW})),
            Signalling(LOAD),
        )
        mixer.join(port)
        ports.append(port.rtp.port)
    pipe.send(ports)
    while True:
        while not reports.empty():
            function, arguments = reports.get()
            function(*arguments)
        if pipe.poll(0.05):
            question = pipe.recv()
            if question == "stop":
                break
            pipe.send(time.process_time())
    pipe.send(pool.figures())
    thread.stop()


class Participant:
    """
    One caller: its socket, and what it measures.
    """

    def __init__(self, index: int, group: int, serverPort: int, noise: np.ndarray) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.setblocking(False)
        self.socket.bind((LOAD, FIRST_PORT + index))
        self.socket.connect((SERVER, serverPort))
        self.room, self.pings = divmod(index, group)[0], index % group == 0
        self.payloads = [encodeULaw(row).tobytes() for row in noise]
        self.sequence = 0
        self.last: tuple[float, int] | None = None
        self.jitter = 0.0
        self.quiet = 0
        self.received = 0

    def talk(self, tone: bytes | None) -> None:
        payload = tone or self.payloads[self.sequence % len(self.payloads)]
        sequence = self.sequence & 0xFFFF
        self.socket.send(HEADER.pack(0x80, 0, sequence, self.sequence * 160, 1) + payload)
        self.sequence += 1

    def listen(self, load: Load, measuring: bool) -> None:
        while True:
            try:
                data, ancillary, _, _ = self.socket.recvmsg(2048, 64)
            except OSError:
                return
            seconds, nanoseconds = struct.unpack("@qq", ancillary[0][2])
            self.hear(load, data, seconds + nanoseconds / 1e9, measuring)

    def hear(self, load: Load, data: bytes, arrival: float, measuring: bool) -> None:
        """
        @param arrival: seconds since 1970, as the kernel has it.
        """
        timestamp = HEADER.unpack_from(data)[3]
        loud = LOUD.search(data, HEADER.size)
        onset = loud.start() - HEADER.size if loud else -1
        if onset >= 0 and not self.quiet and not self.pings and measuring:
            at = arrival + onset / 8000
            sent = [each for each in load.pings[self.room][-3:] if each < at]
            if sent:
                load.latencies.append(at - sent[-1])
        self.quiet = 10 if onset >= 0 else max(0, self.quiet - 1)
        if self.last is not None and measuring:
            step = (timestamp - self.last[1]) & 0xFFFFFFFF
            self.jitter += (abs(arrival - self.last[0] - step / 8000) - self.jitter) / 16
            load.jitters.append(self.jitter)
            self.received += 1
        self.last = (arrival, timestamp)


class Load:
    """
    All participants of one measurement.
    """

    def __init__(self, ports: list[int], group: int) -> None:
        rng = np.random.default_rng(1)
        noise = rng.normal(0, 300, (50, 160)).astype(np.int16)
        square = np.where(np.arange(160) // 4 % 2, 24000, -24000).astype(np.int16)
        self.tone = encodeULaw(square).tobytes()
        self.participants = [
            Participant(index, group, port, rng.permutation(noise))
            for index, port in enumerate(ports)
        ]
        self.pings: dict[int, list[float]] = {each.room: [] for each in self.participants}
        self.latencies: list[float] = []
        self.jitters: list[float] = []
        self.lateness: list[float] = []

    def run(self, seconds: float, measuring: bool) -> None:
        """
        Send and receive for so long.
        """
        start = time.monotonic()
        for step in range(round(seconds / STEP)):
            wait = start + step * STEP - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            elif measuring:
                self.lateness.append(-wait)
            for index, each in enumerate(self.participants):
                if (index * 7 + step) % PHASES:
                    continue
                each.listen(self, measuring)
                if each.pings and each.sequence % 50 == each.room * 7 % 50:
                    self.pings[each.room].append(time.time())
                    each.talk(self.tone)
                else:
                    each.talk(None)


def percentile(values: list[float], share: float) -> float:
    return float(np.percentile(values, share)) * 1000 if values else float("nan")


def measure(count: int, group: int, seconds: float, config: MediaConfig) -> None:
    """
    One row of the table.
    """
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(theirs, count, group, config))
    process.start()
    load = Load(ours.recv(), group)
    load.run(SETTLE, False)
    ours.send("time")
    before, begun = ours.recv(), time.monotonic()
    load.run(seconds, True)
    ours.send("time")
    spent, lasted = ours.recv() - before, time.monotonic() - begun
    ours.send("stop")
    ours.recv()
    process.join()
    packets = sum(each.received for each in load.participants) / count / lasted
    print(
        f"{count:5d} {spent / lasted:7.3f} {spent / lasted / count * 1000:9.2f} {packets:8.2f}"
        f" {percentile(load.latencies, 50):7.1f} {percentile(load.latencies, 99):6.1f}"
        f" {percentile(load.jitters, 50):7.2f} {percentile(load.jitters, 99):6.2f}"
        f" {percentile(load.lateness, 99):8.2f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("-n", type=int, nargs="+", default=[12, 60, 240], help="participants")
    parser.add_argument("-g", type=int, default=12, help="participants in a room")
    parser.add_argument("-d", type=float, default=10.0, help="seconds to measure")
    parser.add_argument("--tick", type=int, default=MediaConfig().tickMs, help="milliseconds")
    parser.add_argument("--threads", type=int, default=1, help="media threads")
    options = parser.parse_args()
    config = MediaConfig(tickMs=options.tick, threads=options.threads)
    print("    n   cpu/s  ms/p-s  packets/s  lat50   lat99  jit50  jit99  load late99 (ms)")
    for count in options.n:
        measure(count, options.g, options.d, config)


if __name__ == "__main__":
    main()
