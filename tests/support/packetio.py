"""
A media plane in virtual time: memory in place of sockets, and telephones that talk to it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.call.applications import Priority
from h323d.call.homes import Home
from h323d.call.media import (
    IMediaPort,
    IMediaPortObserver,
    IMixer,
    IMixerObserver,
    Signalling,
)
from h323d.call.ports import IPortPair, IPortSource
from h323d.dsp.codec import ICodec
from h323d.dsp.g711 import decodeALaw, decodeULaw, encodeALaw, encodeULaw
from h323d.errors import RemoteProtocolError, ResourceUnavailable
from h323d.inputs import Input, Inputs
from h323d.media.audio.codecs import BUILT_IN
from h323d.media.audio.plane import MediaPlane
from h323d.media.config import MediaConfig
from h323d.media.door import PlaneDoor
from h323d.media.packets import ROW_BYTES, ControlPacket, IPacketIO, PacketBatch
from h323d.media.pool import MediaPool
from h323d.media.stepped import SteppedMedia
from h323d.rtp.packet import RTPPacket, decode, encode
from h323d.rtp.steady import FEW
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ULAW, MediaFormat
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat
from tests.support.handshakes import newAgreements
from tests.support.networkmedia import newRelays

__all__ = [
    "MediaBench",
    "MemoryIO",
    "MemoryPorts",
    "Phone",
    "PortRecorder",
    "RoomRecorder",
    "steady",
    "tone",
]

EVENTS = 101  # payload type of RFC 4733


@implementer(IPortPair)
@dataclass
class MemoryPair:
    """
    Two addresses, and what has come for them.
    """

    rtp: TransportAddress
    rtcp: TransportAddress
    waiting: list[tuple[bytes, TransportAddress, float]] = field(default_factory=list)
    control: list[tuple[bytes, TransportAddress, float]] = field(default_factory=list)
    closed: bool = False

    def close(self) -> None:
        self.closed = True


@implementer(IPortSource)
class MemoryPorts:
    """
    Hands out addresses.
    """

    def __init__(self, limit: int = 1000) -> None:
        self.pairs: list[MemoryPair] = []
        self._limit = limit

    def bind(self, host: str, priority: Priority = Priority.NORMAL) -> MemoryPair:
        if len(self.pairs) == self._limit:
            raise ResourceUnavailable("no ports left")
        port = 16384 + 2 * len(self.pairs)
        pair = MemoryPair(TransportAddress(host, port), TransportAddress(host, port + 1))
        self.pairs.append(pair)
        return pair


@dataclass
class MemorySlot:
    """
    One slot's ports, and where they send.
    """

    pair: MemoryPair
    group: int
    rtp: TransportAddress | None = None
    rtcp: TransportAddress | None = None
    peer: TransportAddress | None = None
    follows: TransportAddress | None = None


@implementer(IPacketIO)
class MemoryIO:
    """
    @ivar deliver: called with source, destination and octets of each packet that leaves.
    """

    def __init__(self, deliver: Callable[[TransportAddress, TransportAddress, bytes], None]):
        self.deliver = deliver
        self.slots: dict[int, MemorySlot] = {}

    def add(self, slot: int, pair: IPortPair, group: int) -> None:
        assert isinstance(pair, MemoryPair)
        self.slots[slot] = MemorySlot(pair, group)

    def remove(self, slot: int) -> None:
        self.slots.pop(slot).pair.close()

    def release(self, slot: int) -> MemorySlot:
        return self.slots.pop(slot)

    def adopt(self, slot: int, released: object, group: int) -> None:
        assert isinstance(released, MemorySlot)
        released.group = group
        self.slots[slot] = released

    def regroup(self, slot: int, group: int) -> None:
        self.slots[slot].group = group

    def aim(self, slot: int, rtp: TransportAddress | None, rtcp: TransportAddress | None) -> None:
        self.slots[slot].rtp, self.slots[slot].rtcp = rtp, rtcp

    def follow(self, slot: int, source: TransportAddress) -> None:
        self.slots[slot].follows = source

    def lock(self, slot: int, source: TransportAddress) -> None:
        self.slots[slot].peer = source

    def unlock(self, slot: int) -> None:
        self.slots[slot].peer = self.slots[slot].follows = None

    def drain(self, group: int, now: float) -> PacketBatch:
        rows: list[tuple[int, bytes, TransportAddress, float]] = []
        for number, slot in self.slots.items():
            if slot.group == group:
                rows += [(number, *each) for each in slot.pair.waiting]
                slot.pair.waiting.clear()
        data = np.zeros((len(rows), ROW_BYTES), np.uint8)
        for index, (_, octets, _, _) in enumerate(rows):
            kept = octets[:ROW_BYTES]
            data[index, : len(kept)] = np.frombuffer(kept, np.uint8)
        return PacketBatch(
            data,
            np.array([min(len(row[1]), ROW_BYTES) for row in rows], np.int64),
            np.array([row[0] for row in rows], np.intp),
            np.array([row[3] for row in rows], np.float64),
            {index: row[2] for index, row in enumerate(rows)},
        )

    def drainControl(self) -> list[ControlPacket]:
        found = [
            ControlPacket(number, *each)
            for number, slot in self.slots.items()
            for each in slot.pair.control
        ]
        for slot in self.slots.values():
            slot.pair.control.clear()
        return found

    def send(
        self,
        slots: npt.NDArray[np.intp],
        packets: npt.NDArray[np.uint8],
        lengths: npt.NDArray[np.int64] | None = None,
    ) -> None:
        if lengths is None:
            lengths = np.full(len(slots), packets.shape[1])
        for number, row, length in zip(slots.tolist(), packets, lengths.tolist(), strict=True):
            packet = row[:length]
            slot = self.slots[number]
            destination = slot.peer or slot.follows or slot.rtp
            if destination is not None:
                self.deliver(slot.pair.rtp, destination, packet.tobytes())

    def sendControl(self, slot: int, data: bytes) -> None:
        destination = self.slots[slot].rtcp
        if destination is not None:
            self.deliver(self.slots[slot].pair.rtcp, destination, data)


@implementer(IMediaPortObserver)
class PortRecorder:
    """
    Writes down what a port reports.
    """

    def __init__(self) -> None:
        self.heard: list[TransportAddress] = []
        self.digits: list[tuple[str, int]] = []
        self.failures: list[RemoteProtocolError] = []

    def portHeard(self, port: IMediaPort, source: TransportAddress) -> None:
        self.heard.append(source)

    def portDigit(self, port: IMediaPort, digit: str, milliseconds: int) -> None:
        self.digits.append((digit, milliseconds))

    def portFailed(self, port: IMediaPort, error: RemoteProtocolError) -> None:
        self.failures.append(error)


@implementer(IMixerObserver)
class RoomRecorder:
    """
    Writes down what a mixer reports.
    """

    def __init__(self) -> None:
        self.speakers: list[int | None] = []
        self.reported: list[Mapping[int, float]] = []

    def activeSpeaker(self, portId: int | None) -> None:
        self.speakers.append(portId)

    def levels(self, levels: Mapping[int, float]) -> None:
        self.reported.append(levels)


class Phone:
    """
    A peer of one port: sends what it is told to, and keeps what it hears.

    @ivar heard: RTP packets, with their times of arrival.
    @ivar control: RTCP octets, likewise.
    @ivar signalling: where its signalling comes from.
    @ivar says: C{int16[n]} by the number of the first sample; what it says in each packet.
    """

    def __init__(
        self,
        bench: MediaBench,
        address: TransportAddress,
        mediaFormat: MediaFormat = G711_ULAW,
        packetMs: int = 20,
        asks: int = 20,
        payloadType: int | None = None,
    ) -> None:
        """
        @param packetMs: of what it sends.
        @param asks: milliseconds of the packets that it wants to be sent.
        @param payloadType: of what it speaks; C{None} for that of the law.
        """
        self.bench = bench
        self.address = address
        self.recorder = PortRecorder()
        self.signalling = Signalling(address.host)
        self.port = bench.pool.openPort(self.recorder, Home.at("10.0.0.1"))
        self.heard: list[tuple[float, RTPPacket]] = []
        self.control: list[tuple[float, bytes]] = []
        self.says: Callable[[int, int], npt.NDArray[np.int16]] = silence
        self.packetMs = packetMs
        self.sequence = 100
        self.timestamp = 0
        self.ssrc = address.port
        self.speak(mediaFormat, payloadType)
        beside = TransportAddress(address.host, address.port + 1)
        bench.listeners[address] = lambda data: self.heard.append(
            (bench.clock.seconds(), decode(data))
        )
        bench.listeners[beside] = lambda data: self.control.append((bench.clock.seconds(), data))
        self.stream = Stream(
            TransmitFormat(mediaFormat, self._payloadType, asks, address, beside, EVENTS),
            ReceiveFormat({self._payloadType: mediaFormat}, EVENTS),
        )
        self.configure(self.stream)

    def speak(self, mediaFormat: MediaFormat, payloadType: int | None = None) -> None:
        """
        Say everything by this law from now on, and understand nothing else.
        """
        isULaw = mediaFormat == G711_ULAW
        self._law = (decodeULaw, encodeULaw) if isULaw else (decodeALaw, encodeALaw)
        self._payloadType = (0 if isULaw else 8) if payloadType is None else payloadType

    def configure(self, stream: Stream) -> None:
        """
        Have our port send and expect something else.
        """
        self.port.configure(stream, self.signalling)

    def talk(self, delay: float = 0.0) -> None:
        """
        Send the packet that is due now; it arrives C{delay} seconds later.
        """
        count = self.packetMs * 8
        payload = self._law[1](self.says(self.timestamp, count)).tobytes()
        packet = RTPPacket(
            self._payloadType, self.sequence & 0xFFFF, self.timestamp, self.ssrc, payload
        )
        self.sequence += 1
        self.timestamp += count
        if delay == 0:
            self.send(encode(packet))
        elif delay > 0:
            self.bench.clock.callLater(delay, self.send, encode(packet))

    def skip(self) -> None:
        """
        The packet that is due now is lost.
        """
        self.talk(delay=-1.0)

    def send(self, octets: bytes, source: TransportAddress | None = None) -> None:
        """
        Octets to our port, from our own address or another.
        """
        self.bench.toServer(source or self.address, self.port.rtp, octets)

    @property
    def sound(self) -> npt.NDArray[np.int16]:
        """
        All that was heard, packet after packet.
        """
        parts = [
            self._law[0](np.frombuffer(packet.payload, np.uint8))
            for _, packet in self.heard
            if packet.payloadType == self._payloadType
        ]
        return np.concatenate([np.empty(0, np.int16), *parts])


def steady(value: int) -> Callable[[int, int], npt.NDArray[np.int16]]:
    """
    Says the same sample all the time.
    """
    return lambda start, count: np.full(count, value, np.int16)


def tone(frequency: int, peak: float = 8000.0) -> Callable[[int, int], npt.NDArray[np.int16]]:
    """
    Says a sine, continuous from packet to packet.
    """

    def says(start: int, count: int) -> npt.NDArray[np.int16]:
        turns = frequency * (start + np.arange(count)) % 8000
        wave: npt.NDArray[np.int16] = np.rint(peak * np.sin(2 * np.pi * turns / 8000)).astype(
            np.int16
        )
        return wave

    return says


def silence(start: int, count: int) -> npt.NDArray[np.int16]:
    return np.zeros(count, np.int16)


class MediaBench:
    """
    A pool in virtual time, with telephones.

    @ivar planes: as many as C{media.threads} says.
    @ivar sides: the packets of each.
    @ivar plane: the first.
    @ivar packets: those of the first.
    """

    def __init__(
        self,
        config: MediaConfig | None = None,
        seed: int = 1,
        codecs: Sequence[ICodec] = BUILT_IN,
        few: int = FEW,
        departure: float = 0.0,
    ) -> None:
        config = config or MediaConfig(maximumPorts=64)
        self.clock = Clock()
        self.clock.advance(1_700_000_000.0)
        self.listeners: dict[TransportAddress, Callable[[bytes], None]] = {}
        self.stray: list[tuple[TransportAddress, bytes]] = []
        self.ports = MemoryPorts()
        inputs = Inputs()
        relays = newRelays(config, self.ports, random.Random(seed), self.clock, inputs)
        self.planes = [
            MediaPlane(
                config,
                random.Random(seed + number),
                codecs=codecs,
                departure=departure,
                few=few,
                number=number,
            )
            for number in range(config.threads)
        ]
        self.sides = [MemoryIO(self._fromServer) for _ in self.planes]
        self.plane, self.packets = self.planes[0], self.sides[0]
        self.doors = [PlaneDoor(each) for each in self.planes]
        self.pool = MediaPool(config, self.doors, self.ports, relays, newAgreements(self.clock))
        inputs.lead(Input.HEARD, self.pool.deliver)
        tick = config.tickMs / 1000
        self.drivers = [
            SteppedMedia(plane, packets, tick, self.clock, inputs, number)
            for number, (plane, packets) in enumerate(zip(self.planes, self.sides, strict=True))
        ]
        for driver in self.drivers:
            driver.start()
        self.phones: list[Phone] = []

    def phone(self, **settings: object) -> Phone:
        """
        Another telephone, connected to a port of its own.
        """
        phone = Phone(self, self.address(), **settings)  # type: ignore[arg-type] # as Phone takes them
        self.phones.append(phone)
        return phone

    def address(self) -> TransportAddress:
        """
        Where the next telephone is.
        """
        return TransportAddress(f"10.0.1.{len(self.phones) + 1}", 5000)

    def toServer(
        self, source: TransportAddress, destination: TransportAddress, octets: bytes
    ) -> None:
        for pair in self.ports.pairs:
            if pair.closed:
                continue
            if pair.rtp == destination:
                pair.waiting.append((octets, source, self.clock.seconds()))
            if pair.rtcp == destination:
                pair.control.append((octets, source, self.clock.seconds()))

    def _fromServer(
        self, source: TransportAddress, destination: TransportAddress, octets: bytes
    ) -> None:
        listener = self.listeners.get(destination)
        if listener is None:
            self.stray.append((destination, octets))
        else:
            listener(octets)

    def run(self, seconds: float, talking: Sequence[Phone] | None = None) -> None:
        """
        Let time pass, in steps of a millisecond; whoever talks sends his packets as they
        become due, the phones a few milliseconds apart.
        """
        talkers = self.phones if talking is None else talking
        for step in range(round(seconds * 1000)):
            for phone in talkers:
                if (step - 3 * self.phones.index(phone) - 1) % phone.packetMs == 0:
                    phone.talk()
            self.clock.advance(0.001)

    def meeting(self, count: int, **settings: object) -> tuple[list[Phone], IMixer]:
        """
        So many telephones in a room of their own.
        """
        mixer = self.pool.openMixer(RoomRecorder())
        phones = [self.phone(**settings) for _ in range(count)]
        for phone in phones:
            mixer.join(phone.port)
        return phones, mixer

    def pair(self, **settings: object) -> tuple[Phone, Phone, IMixer]:
        """
        Two telephones, whose packets may pass.
        """
        mixer = self.pool.openMixer(RoomRecorder(), passes=True)
        first, second = self.phone(**settings), self.phone(**settings)
        for phone in (first, second):
            mixer.join(phone.port)
        return first, second, mixer

    def stop(self) -> None:
        for driver in self.drivers:
            driver.stop()
        assert self.clock.getDelayedCalls() == []
