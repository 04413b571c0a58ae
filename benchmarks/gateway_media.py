"""
What the sound of bridged calls costs, and by how much it is later: passed through, and transcoded.

Run as C{python -m benchmarks.gateway_media [-n CALLS ...] [-d SECONDS] [-p PCMU/G729 ...] [-P 0
1 2]}.  The server, with the media plane in a thread, or in so many processes (-P), is a process of
its own, over real sockets on the loopback; this one plays both parties of every call, who each
send a packet of 20 ms in turn, spread evenly.  The CPU is that of the server's processes, kernel
and all; "codecs" is what of a call-second they cost alone, by the clock of this machine and hour,
and "share" what that is of all.

The delay is what the plane adds: from the departure of a packet that is loud until the arrival, by
the kernel's clock, of the first that this is heard in, less where in it.  If a codec looks ahead,
that counts, too.  Nothing asserts the figures.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import selectors
import socket
import struct
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.codecs import best, voice
from benchmarks.conference_media import SO_TIMESTAMPNS, Deaf, percentile
from h323d.call.homes import Home
from h323d.call.media import IMediaPool, Signalling
from h323d.dsp.codec import LARGEST_PAYLOAD, ICodec, IRowCodec, IStreamCodec
from h323d.dsp.provisions import provisions
from h323d.events.bus import EventBus
from h323d.inputs import Inputs
from h323d.media.config import MediaConfig
from h323d.media.launching import newRemoteService
from h323d.media.shield import EVERYWHERE
from h323d.media.thread import newMediaService, prepareInterpreter
from h323d.rtp.packet import RTPPacket, encode
from h323d.values.address import TransportAddress
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat
from tests.support.virtualclock import PromptClock

SERVER, PARTIES = "127.0.48.4", ("127.0.48.5", "127.0.48.6")
PACKET_MS = 20
SETTLED = 2.0  # seconds before anything is measured
RATE = 8000  # Hz: that sound is made and looked at
LOUD_EVERY = 50  # packets
LOUD = 5000  # a sample from which on it is heard
LISTENED = 10  # parties, in which loud packets are looked for
PAYLOAD_TYPE = 96
PAIRS = ("PCMU/PCMU", "G729/G729", "PCMU/PCMA", "PCMU/G729", "PCMU/opus")

Samples = npt.NDArray[np.int16]
Octets = npt.NDArray[np.uint8]
Address = tuple[str, int]


def codecsThere() -> list[ICodec]:
    return [each.codec for each in provisions() if each.codec is not None]


def codecOf(name: str) -> ICodec:
    return next(each for each in codecsThere() if each.format.name == name)


def serve(
    names: tuple[str, str],
    calls: list[tuple[Address, Address]],
    processes: int,
    pipe: Connection,
) -> None:
    """
    Bridge C{calls}, and answer each message with the CPU seconds used so far.

    @param processes: that have the media; 0 for threads of this one.
    """
    config = MediaConfig(maximumPorts=2 * len(calls) + 2, processes=processes, spareProcesses=0)
    prepareInterpreter()
    if processes:
        serveApart(config, names, calls, pipe)
        return
    rng = random.Random(1)
    pool, threads = newMediaService(
        config, rng, PromptClock(), Inputs(), lambda f, *a: f(*a), codecsThere()
    )
    threads.start()
    pipe.send(bridge(pool, names, calls))
    while pipe.recv():
        pipe.send(cpuSeconds())
    threads.stop()


def serveApart(
    config: MediaConfig,
    names: tuple[str, str],
    calls: list[tuple[Address, Address]],
    pipe: Connection,
) -> None:
    """
    Likewise, in processes of their own, for which there has to be a reactor.
    """
    from twisted.internet import reactor  # only now: it is this process's

    running: Any = reactor  # Any: the reactor is a module to mypy
    pool, media = newRemoteService(
        config,
        random.SystemRandom(),
        reactor,
        Inputs(),
        EventBus(),
        (),
        codecsThere(),
        EVERYWHERE,
    )
    media.start()
    ports = bridge(pool, names, calls)
    started: list[bool] = []

    def look() -> None:
        if not started and pool.figures()["processes"] == config.processes:
            started.append(True)
            pipe.send(ports)
        while pipe.poll():
            if not pipe.recv():
                media.stop()
                running.stop()
                return
            pipe.send(cpuSeconds())
        running.callLater(0.05, look)

    running.callWhenRunning(look)
    running.run()


def bridge(
    pool: IMediaPool, names: tuple[str, str], calls: list[tuple[Address, Address]]
) -> list[Address]:
    """
    @return: where the packets of each party go.
    """
    ports = []
    for parties in calls:
        mixer = pool.openMixer(Deaf(), passes=True)
        for name, party in zip(names, parties, strict=True):
            form = codecOf(name).format
            port = pool.openPort(Deaf(), Home.at(SERVER))
            there = TransportAddress(*party)
            sent = TransmitFormat(form, PAYLOAD_TYPE, PACKET_MS, there)
            stream = Stream(sent, ReceiveFormat({PAYLOAD_TYPE: form}))
            port.configure(stream, Signalling(there.host))
            mixer.join(port)
            ports.append((SERVER, port.rtp.port))
    return ports


def cpuSeconds() -> float:
    """
    @return: of this process, and of those that it has begun.
    """
    here = os.getpid()
    children = Path(f"/proc/{here}/task/{here}/children").read_text().split()
    found = 0
    for pid in (here, *children):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += int((task / "schedstat").read_text().split()[0])
    return found / 1e9


def payloadsOf(codec: ICodec) -> list[bytes]:
    """
    @return: those of a second of faint noise, whose first packet is loud.
    """
    noise = np.random.default_rng(1).normal(0, 100, (LOUD_EVERY, RATE * PACKET_MS // 1000))
    sound = noise.astype(np.int16)
    sound[0] = 20000 * np.sin(np.arange(sound.shape[1]) * 0.4)
    if IRowCodec.providedBy(codec):
        return [row.tobytes() for row in IRowCodec(codec).encodeRows(sound)]
    encoder, payloads = IStreamCodec(codec).newEncoder(RATE, ()), []
    for row in sound:
        out = np.zeros(LARGEST_PAYLOAD, np.uint8)
        payloads.append(out[: encoder.encode(row, out)].tobytes())
    return payloads


class Party:
    """
    One side of a call, and what it measures.
    """

    def __init__(self, codec: ICodec, index: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((PARTIES[index % 2], 0))
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.codec, self.listens = codec, index < LISTENED
        self._units = codec.format.clockRate * PACKET_MS // 1000
        self._payloads = payloadsOf(codec)
        self._decoder = None
        if IStreamCodec.providedBy(codec):
            self._decoder = IStreamCodec(codec).newDecoder(RATE, ())
        self._number, self._index = index, index
        self._quiet = 0
        self.sentLoud = self.received = 0.0
        self.delays: list[float] = []

    def talk(self, port: Address) -> None:
        self._number += 1
        number = self._number
        payload = self._payloads[number % LOUD_EVERY]
        stamp = number * self._units & 0xFFFFFFFF
        data = encode(RTPPacket(PAYLOAD_TYPE, number & 0xFFFF, stamp, self._index, payload))
        if number % LOUD_EVERY == 0:
            self.sentLoud = time.time()
        self.socket.sendto(data, port)

    def listen(self, other: Party) -> None:
        """
        @param other: who is at the other end.
        """
        data, ancillary, _, _ = self.socket.recvmsg(2000, 64)
        self.received += 1
        if not self.listens:
            return
        sound = np.abs(self._decoded(np.frombuffer(data[12:], np.uint8)).astype(int))
        onset = int(np.argmax(sound > LOUD)) if (sound > LOUD).any() else -1
        if onset >= 0 and not self._quiet:
            seconds, nanoseconds = struct.unpack("@qq", ancillary[0][2])
            self.delays.append(seconds + nanoseconds / 1e9 + onset / RATE - other.sentLoud)
        self._quiet = 10 if onset >= 0 else max(0, self._quiet - 1)

    def _decoded(self, payload: Octets) -> Samples:
        if self._decoder is None:
            row: Samples = IRowCodec(self.codec).decodeRows(payload[None])[0]
            return row
        out = np.zeros(RATE * PACKET_MS // 1000, np.int16)
        self._decoder.decode(payload, out)
        return out


def talk(parties: Sequence[Party], ports: Sequence[Address], seconds: float) -> None:
    """
    Send and receive for so long.
    """
    arrivals = selectors.DefaultSelector()
    for index, party in enumerate(parties):
        arrivals.register(party.socket, selectors.EVENT_READ, (party, parties[index ^ 1]))
    gap = PACKET_MS / 1000 / len(parties)
    start, turn = time.monotonic(), 0
    while (now := time.monotonic()) < start + seconds:
        while start + turn * gap <= now:
            # Neighbours are no call: its two sides speak at different times.
            index = turn * 7 % len(parties) if len(parties) % 7 else turn % len(parties)
            parties[index].talk(ports[index])
            turn += 1
        for key, _ in arrivals.select(max(0.0, start + turn * gap - time.monotonic())):
            party, other = key.data
            party.listen(other)
    arrivals.close()


def alone(names: tuple[str, str]) -> float:
    """
    @return: CPU milliseconds that the codecs cost of a call-second, where they are not the same.
    """
    if names[0] == names[1]:
        return 0.0
    return sum(costOf(codecOf(name)) for name in names) / PACKET_MS


def costOf(codec: ICodec) -> float:
    """
    @return: CPU microseconds to code and decode a packet, where that is not next to nothing.
    """
    if not IStreamCodec.providedBy(codec):
        return 0.0
    stream, spoken = IStreamCodec(codec), voice(RATE)
    encoder, decoder = stream.newEncoder(RATE, ()), stream.newDecoder(RATE, ())
    octets, samples = np.zeros(LARGEST_PAYLOAD, np.uint8), np.zeros(160, np.int16)
    payloads = [octets[: encoder.encode(packet, octets)].copy() for packet in spoken]

    def work(turn: int) -> None:
        encoder.encode(spoken[turn], octets)
        decoder.decode(payloads[turn], samples)

    return best(work, range(len(spoken)))


def measure(names: tuple[str, str], count: int, seconds: float, processes: int) -> None:
    """
    One row of the table.
    """
    codecs = [codecOf(name) for name in names]
    parties = [Party(codecs[index % 2], index) for index in range(2 * count)]
    addresses = [party.socket.getsockname() for party in parties]
    calls = list(zip(addresses[::2], addresses[1::2], strict=True))
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=serve, args=(names, calls, processes, there)
    )
    server.start()
    ports = here.recv()
    talk(parties, ports, SETTLED)
    for party in parties:
        party.delays.clear()
        party.received = 0
    here.send(True)
    before = here.recv()
    talk(parties, ports, seconds)
    here.send(True)
    used = (here.recv() - before) * 1000 / count / seconds
    here.send(False)
    server.join()
    delays = [delay for party in parties for delay in party.delays]
    arrived = sum(party.received for party in parties) / (seconds * 1000 / PACKET_MS * 2 * count)
    codec = alone(names)
    share = f"{codec / used:6.0%}" if codec else "      "
    print(
        f"{'/'.join(names):12s} {processes:5d} {count:5d} {used:8.2f} {codec:8.2f} {share}"
        f" {percentile(delays, 50):7.2f} {percentile(delays, 99):7.2f} {arrived:8.1%}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("-n", type=int, nargs="+", default=[100], help="calls")
    parser.add_argument("-d", type=float, default=8.0, help="seconds to measure")
    parser.add_argument("-p", nargs="+", default=PAIRS, help="formats of the two sides")
    parser.add_argument(
        "-P", type=int, nargs="+", default=[0], help="media processes; 0 for a thread of the server"
    )
    options = parser.parse_args()
    print("formats      procs calls   ms/c-s   codecs  share   p50 ms  p99 ms  arrived")
    for pair in options.p:
        first, second = pair.split("/")
        for count in options.n:
            for processes in options.P:
                measure((first, second), count, options.d, processes)


if __name__ == "__main__":
    main()
