"""
The RTP streams in a capture of the loopback, decoded by what is nobody's of ours (FFmpeg's
decoders), and how cleanly a tone comes through.
"""

from __future__ import annotations

import itertools
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from h323d.cli.decoding.capturefile import framesIn
from h323d.dsp.g711 import decodeALaw, decodeULaw
from h323d.dsp.tones import levelsAt, signalToNoise
from tests.support.ffmpeg import decodedByFFmpeg
from tests.support.processes import Capture, waitFor
from tests.support.sound import secondsOf

__all__ = ["PURE", "Flow", "Flows", "Stretch", "cleanest", "decodedFlow", "untilHeard"]

DECODERS = {  # by encoding: FFmpeg's name, and the rate that comes out
    "PCMU": ("pcm_mulaw", 8000),
    "PCMA": ("pcm_alaw", 8000),
    "GSM": ("gsm", 8000),
    "G729": ("g729", 8000),
    "G722": ("g722", 16000),
    "opus": ("libopus", 48000),
}
_G711 = {0: decodeULaw, 8: decodeALaw}  # by payload type
PART = 0.1  # seconds of sound that are looked at together: of a tone that never stops, all alike
PURE = {"PCMU": 20.0, "PCMA": 20.0, "G722": 18.0, "opus": 14.0, "GSM": 10.0, "G729": 10.0}
"""
dB by which a tone is above all else after a codec, and another; where a packet is missing in a part,
it is 7 at most.
"""
_BLOCK, _PACKET_BLOCK = 12, 6  # octets of a block of pcapng without a body; a type of them
_ETHERNET, _IP, _UDP = 14, 20, 8  # octets of the headers on the loopback
_UDP_PROTOCOL = 17

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Packet:
    """
    One packet of RTP.

    @ivar seconds: when it was captured.
    """

    seconds: float
    payloadType: int
    sequence: int
    timestamp: int
    source: int
    payload: bytes


@dataclass(slots=True)
class Flow:
    """
    What went from one port to another.
    """

    source: str
    destination: str
    packets: list[Packet]

    @property
    def isWhole(self) -> bool:
        """
        Whether it is one stream, with no packet missing, twice or out of its turn.
        """
        return self.isOneStream and set(self._steps) <= {1}

    @property
    def isOneStream(self) -> bool:
        """
        Whether all is of one source, with no packet twice or out of its turn.
        """
        sources = {packet.source for packet in self.packets}
        return len(sources) == 1 and all(0 < step < 1000 for step in self._steps)

    @property
    def _steps(self) -> list[int]:
        numbers = [packet.sequence for packet in self.packets]
        return [(after - before) % 65536 for before, after in itertools.pairwise(numbers)]

    def last(self, count: int) -> Flow:
        """
        @return: its last packets.
        """
        return Flow(self.source, self.destination, self.packets[-count:])


@dataclass(frozen=True, slots=True)
class Stretch:
    """
    A tone without a flaw.

    @ivar levels: of its parts, dBov.
    """

    levels: list[float]

    @property
    def seconds(self) -> float:
        return len(self.levels) * PART

    @property
    def level(self) -> float:
        return float(np.median(self.levels))


class Flows:
    """
    All that there are in a capture (pcapng), which may still grow.

    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0
        self._preface = b""  # what tells how to read the packets
        self._found: dict[tuple[str, str], Flow] = {}

    def read(self) -> None:
        """
        Take in what has been captured since the last time.
        """
        with self._file.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        position, packets = 0, [self._preface]
        while position + _BLOCK <= len(data):
            kind, length = struct.unpack_from("<II", data, position)
            if position + length > len(data):
                break
            block = data[position : position + length]
            packets.append(block)
            if kind != _PACKET_BLOCK:
                self._preface += block
            position += length
        self._read += position
        for source, destination, packet in _packets(b"".join(packets)):
            ends = source, destination
            self._found.setdefault(ends, Flow(*ends, [])).packets.append(packet)

    def to(self, host: str) -> list[Flow]:
        """
        @return: all that go there.
        """
        return [flow for (_, there), flow in self._found.items() if there.startswith(f"{host}:")]

    def by(self, host: str) -> list[Flow]:
        """
        @return: all that come from there.
        """
        return [flow for (here, _), flow in self._found.items() if here.startswith(f"{host}:")]

    def outOf(self, end: str) -> Flow:
        """
        @param end: C{"host:port"}.
        @return: the longest that comes from there, which is empty if none does.
        """
        return self._longest(
            end, "", [each for (here, _), each in self._found.items() if here == end]
        )

    def into(self, end: str) -> Flow:
        """
        @return: the longest that goes there, likewise.
        """
        return self._longest(
            "", end, [each for (_, there), each in self._found.items() if there == end]
        )

    def _longest(self, source: str, destination: str, flows: list[Flow]) -> Flow:
        none = Flow(source, destination, [])
        return max(flows, key=lambda flow: len(flow.packets), default=none)


def _packets(capture: bytes) -> Iterator[tuple[str, str, Packet]]:
    for frame in framesIn(capture):
        ip = frame.octets[_ETHERNET:]
        if len(ip) < _IP + _UDP + 12 or ip[0] != 0x45 or ip[9] != _UDP_PROTOCOL:
            continue
        here, there = struct.unpack_from("!HH", ip, _IP)
        rtp = ip[_IP + _UDP :]
        kind = rtp[1] & 0x7F
        if rtp[0] != 0x80 or here % 2 or there % 2 or 64 <= kind < 96:
            continue  # not RTP as we and these peers send it; or RTCP
        sequence, timestamp, ssrc = struct.unpack_from("!HII", rtp, 2)
        packet = Packet(frame.seconds, kind, sequence, timestamp, ssrc, rtp[12:])
        yield _end(ip[12:16], here), _end(ip[16:20], there), packet


def _end(host: bytes, port: int) -> str:
    return f"{'.'.join(map(str, host))}:{port}"


def decodedFlow(flow: Flow, encoding: str) -> tuple[Samples, int]:
    """
    @param encoding: of most of the packets; others are telephone events, or silence.
    @return: the sound, and its rate.
    """
    name, rate = DECODERS[encoding]
    payloadType = Counter(packet.payloadType for packet in flow.packets).most_common(1)[0][0]
    payloads = [
        np.frombuffer(packet.payload, np.uint8)
        for packet in flow.packets
        if packet.payloadType == payloadType
    ]
    return decodedByFFmpeg(name, rate, payloads), rate


def cleanest(sound: Samples, frequency: int, rate: int, purity: float) -> Stretch:
    """
    The longest stretch in which there is this tone and nothing else: no gap, no click, no slip, no
    other frequency.

    @param purity: dB that the tone has to be above all else.
    """
    best, current = Stretch([]), Stretch([])
    for part in _parts(sound, rate):
        if signalToNoise(part, frequency, rate) >= purity:
            current.levels.append(float(levelsAt(part, (frequency,), rate)[0]))
        else:
            current = Stretch([])
        best = max(best, current, key=lambda stretch: stretch.seconds)
    return best


def _parts(sound: Samples, rate: int) -> list[Samples]:
    size = int(PART * rate)
    return [sound[start : start + size] for start in range(0, len(sound) - size + 1, size)]


def untilHeard(capture: Capture, host: str, frequency: int, seconds: float = 2.0) -> None:
    """
    Wait until somebody who speaks G.711 was sent a tone for so long in all.
    """
    flows = Flows(capture.file)

    def heard() -> bool:
        flows.read()
        return any(_lasts(flow, frequency) >= seconds for flow in flows.to(host))

    waitFor(heard, 10, f"{host} is sent {frequency} Hz for {seconds} s", 0.2)


def _lasts(flow: Flow, frequency: int) -> float:
    sound = [
        _G711[packet.payloadType](np.frombuffer(packet.payload, np.uint8))
        for packet in flow.packets
        if packet.payloadType in _G711
    ]
    return secondsOf(np.concatenate(sound), (frequency,), 8000)[0] if sound else 0.0
