"""
A room of telephones of many kinds, to whom things happen, so that two ways of dealing with their packets
can be compared.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable

from h323d.dsp.g711 import PCMA, PCMU
from h323d.media.config import MediaConfig
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ALAW
from h323d.values.media.streams import ReceiveFormat, Stream
from tests.support.packetio import EVENTS, MediaBench, Phone, RoomRecorder, steady, tone
from tests.support.streamcodec import CodecPhone, LinearCodec, ScrambledCodec, saying

__all__ = ["MUTATIONS", "OTHERS", "STRANGER", "Meeting"]

STRANGER = TransportAddress("10.0.9.9", 5000)


def changed(octets: bytes, at: int, form: str, by: int) -> bytes:
    """
    A packet, of which one field of the header is another.
    """
    octets = octets.ljust(12, b"\0")
    (value,) = struct.unpack_from(form, octets, at)
    value = (value + by) % (1 << 8 * struct.calcsize(form))
    return octets[:at] + struct.pack(form, value) + octets[at + struct.calcsize(form) :]


def flood(octets: bytes) -> list[bytes]:
    return [changed(octets, 2, "!H", ahead) for ahead in range(70)]


MUTATIONS: dict[str, Callable[[bytes], list[bytes]]] = {
    "lost": lambda octets: [],
    "twice": lambda octets: [octets, octets],
    "two at once": lambda octets: [
        octets,
        changed(changed(octets, 2, "!H", 1), 4, "!I", 160),
    ],
    "another source": lambda octets: [changed(octets, 8, "!I", 1)],
    "two of another source": lambda octets: flood(changed(octets, 8, "!I", 1))[:2],
    "time stands still": lambda octets: [changed(octets, 4, "!I", -160)],
    "time jumps": lambda octets: [changed(octets, 4, "!I", 80000)],
    "time jumps back": lambda octets: [changed(octets, 4, "!I", -80000)],
    "half a block": lambda octets: [changed(octets, 4, "!I", 40)],
    "a block ahead": lambda octets: [changed(octets, 4, "!I", 80)],
    "sequence jumps": lambda octets: [changed(octets, 2, "!H", 5000)],
    "sequence jumps back": lambda octets: [changed(octets, 2, "!H", -5)],
    "marker": lambda octets: [changed(octets, 1, "!B", 0x80)],
    "the other law": lambda octets: [changed(octets, 1, "!B", 8)],
    "noise": lambda octets: [changed(octets, 1, "!B", 13)[:13]],
    "a digit": lambda octets: [octets[:1] + b"\x65" + octets[2:12] + b"\x05\x8a\x03\x20"],
    "no sound": lambda octets: [octets[:12]],
    "cut": lambda octets: [octets[:-1]],
    "half": lambda octets: [octets[: 12 + (len(octets) - 12) // 2]],
    "twice as long": lambda octets: [octets + octets[12:]],
    "too long": lambda octets: [octets * 8],
    "too short": lambda octets: [octets[:7]],
    "extension": lambda octets: [b"\x90" + octets[1:12] + b"\0\0\0\1abcd" + octets[12:]],
    "padding": lambda octets: [b"\xa0" + octets[1:] + b"\0\2"],
    "a flood": flood,
}


class Unsteady(MediaBench):
    """
    A bench in which the arrival of every third packet alone is measured, and where things happen to
    packets.

    @ivar mutation: what happens to the next one.
    @ivar detour: how much later it comes, seconds.
    """

    mutation = ""
    detour = 0.0
    stranger = False
    _count = 0

    def toServer(
        self, source: TransportAddress, destination: TransportAddress, octets: bytes
    ) -> None:
        mutate, detour, self.mutation, self.detour = self.mutation, self.detour, "", 0.0
        if self.stranger:
            source, self.stranger = STRANGER, False
        for each in MUTATIONS[mutate](octets) if mutate else [octets]:
            self.clock.callLater(detour, self._arrive, source, destination, each)

    def _arrive(
        self, source: TransportAddress, destination: TransportAddress, octets: bytes
    ) -> None:
        super().toServer(source, destination, octets)
        self._count += 1
        for pair in self.ports.pairs:
            if pair.rtp == destination and pair.waiting and self._count % 3:
                pair.waiting[-1] = (octets, source, math.nan)


class Meeting:
    """
    A room of telephones of many kinds, to whom things happen.

    @ivar sent: all that has left, with when and whither.
    """

    def __init__(self, few: int, passes: bool = False, codec: ScrambledCodec | None = None) -> None:
        """
        @param few: how many packets and members at most are dealt with one by one.
        @param passes: whether packets may go on unmixed.
        @param codec: that some speak, which remembers.
        """
        codec, linear = codec or ScrambledCodec(), LinearCodec()
        config = MediaConfig(maximumPorts=16, rtcpIntervalSeconds=1.0)
        self.bench = bench = Unsteady(config, codecs=(PCMU, PCMA, linear, codec), few=few)
        self.observer = RoomRecorder()
        self.mixer = bench.pool.openMixer(self.observer, passes)
        self.phones: list[Phone] = [
            bench.phone(),
            bench.phone(),
            bench.phone(mediaFormat=G711_ALAW),
            bench.phone(packetMs=40, asks=60),
            bench.phone(),
            bench.phone(packetMs=10),
            CodecPhone(bench, bench.address(), linear, 16000),
            CodecPhone(bench, bench.address(), codec),
            bench.phone(asks=30),
        ]
        for phone in self.phones[:4]:
            both = {0: PCMU.format, 8: PCMA.format}
            phone.configure(Stream(phone.stream.transmit, ReceiveFormat(both, EVENTS)))
        self.sent: list[tuple[float, TransportAddress, bytes]] = []
        self.deliver, bench.packets.deliver = bench.packets.deliver, self.record
        self.toggled: set[tuple[str, int]] = set()

    def record(
        self, source: TransportAddress, destination: TransportAddress, octets: bytes
    ) -> None:
        self.sent.append((self.bench.clock.seconds(), destination, octets))
        self.deliver(source, destination, octets)

    def run(self, members: int, script: list[tuple[int, str]]) -> None:
        """
        @param members: how many of the telephones are there.
        @param script: what happens to whom, something each 7 ms, while all talk.
        """
        present = self.phones[:members]
        for index, phone in enumerate(present):
            self.mixer.join(phone.port)
            phone.says = tone(200 + 100 * index)
            if isinstance(phone, CodecPhone):
                phone.says = saying(phone.sampleRate, 300)
        for step in range(150 + 7 * len(script) + 150):
            at, rest = divmod(step - 150, 7)
            if not rest and 0 <= at < len(script):
                index, what = script[at]
                self.happen(present[index % members], what)
            for index, phone in enumerate(present):
                if (step - 3 * index) % phone.packetMs == 0:
                    phone.talk()
            self.bench.clock.advance(0.001)

    def happen(self, phone: Phone, what: str) -> None:
        on = (what, phone.ssrc) not in self.toggled
        self.toggled ^= {(what, phone.ssrc)}
        if what in MUTATIONS:
            self.bench.mutation = what
        elif what == "late":
            self.bench.detour = 0.027
        elif what == "very late":
            self.bench.detour = 0.09
        elif what == "a stranger":
            self.bench.stranger = True
        elif what == "muted":
            self.mixer.mute(phone.port, on)
        elif what == "deaf":
            self.mixer.deafen(phone.port, on)
        elif what == "away":
            (self.mixer.leave if on else self.mixer.join)(phone.port)
        elif what == "held":
            phone.configure(Stream(None, phone.stream.receive) if on else phone.stream)
        elif what == "our digit":
            phone.port.sendDigit("5", 100)
        elif what == "quiet":
            phone.says = steady(0) if on else tone(400)


OTHERS = ("late", "very late", "a stranger", "muted", "deaf", "away", "held", "our digit", "quiet")
