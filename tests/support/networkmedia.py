"""
RTP over the simulated network: what the media plane has instead of sockets.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.call.applications import Priority
from h323d.call.ports import IPortPair, IPortSource
from h323d.inputs import IInputs, Input
from h323d.media.config import MediaConfig
from h323d.media.packets import ROW_BYTES, ControlPacket, IPacketIO, PacketBatch
from h323d.media.relay.pool import RelayPool
from h323d.media.relay.stepped import SteppedRelays
from h323d.media.relay.table import Packet, Reader, RelayTable, Sender, Source
from h323d.values.address import TransportAddress
from tests.support.network import SimulatedHost, SimulatedUDPPort

__all__ = ["NetworkPacketIO", "NetworkPair", "NetworkPorts", "NetworkRelayIO", "newRelays"]

NOTHING = PacketBatch(
    np.zeros((0, ROW_BYTES), np.uint8),
    np.zeros(0, np.int64),
    np.zeros(0, np.intp),
    np.zeros(0, np.float64),
)


@dataclass
class Door:
    """
    One bound port: what arrived, and when.

    @ivar reader: gets what arrives at once, instead of its being kept.
    """

    host: SimulatedHost
    port: SimulatedUDPPort = field(init=False)
    arrived: list[tuple[bytes, TransportAddress, float]] = field(default_factory=list)
    reader: Reader | None = None

    def bind(self, address: TransportAddress) -> None:
        self.port = self.host.listenUDP(address.port, self, interface=address.host)

    def makeConnection(self, transport: object) -> None:
        pass

    def datagramReceived(self, data: bytes, source: tuple[str, int]) -> None:
        if self.reader is not None:
            self.reader(memoryview(data), source, self.host.seconds())
        else:
            self.arrived.append((data, TransportAddress(*source), self.host.seconds()))

    def send(self, packet: Packet, target: Source) -> None:
        self.port.write(bytes(packet), (target[0], target[1]))


@implementer(IPortPair)
class NetworkPair:
    """
    Two bound ports.
    """

    def __init__(self, host: SimulatedHost, address: str, port: int) -> None:
        self.rtp = TransportAddress(address, port)
        self.rtcp = TransportAddress(address, port + 1)
        self.doors = (Door(host), Door(host))
        for door, each in zip(self.doors, (self.rtp, self.rtcp), strict=True):
            door.bind(each)

    def close(self) -> None:
        for door in self.doors:
            door.port.stopListening()


@implementer(IPortSource)
class NetworkPorts:
    """
    Hands out port pairs of one simulated host.
    """

    def __init__(self, host: SimulatedHost, only: str = "") -> None:
        """
        @param only: the address that is bound whatever is asked for; empty for what is asked for.
        """
        self._host = host
        self._only = only
        self._next = 16384

    def bind(self, host: str, priority: Priority = Priority.NORMAL) -> NetworkPair:
        pair = NetworkPair(self._host, self._only or host, self._next)
        self._next += 2
        return pair


@dataclass
class Slot:
    """
    One slot's ports, and where they send.
    """

    pair: NetworkPair
    group: int
    rtp: TransportAddress | None = None
    rtcp: TransportAddress | None = None
    peer: TransportAddress | None = None
    follows: TransportAddress | None = None


@implementer(IPacketIO)
class NetworkPacketIO:
    """
    Packets in and out of the simulated network.
    """

    def __init__(self) -> None:
        self._slots: dict[int, Slot] = {}

    def add(self, slot: int, pair: IPortPair, group: int) -> None:
        assert isinstance(pair, NetworkPair)
        self._slots[slot] = Slot(pair, group)

    def remove(self, slot: int) -> None:
        self._slots.pop(slot).pair.close()

    def release(self, slot: int) -> Slot:
        return self._slots.pop(slot)

    def adopt(self, slot: int, released: object, group: int) -> None:
        assert isinstance(released, Slot)
        released.group = group
        self._slots[slot] = released

    def regroup(self, slot: int, group: int) -> None:
        self._slots[slot].group = group

    def aim(self, slot: int, rtp: TransportAddress | None, rtcp: TransportAddress | None) -> None:
        self._slots[slot].rtp, self._slots[slot].rtcp = rtp, rtcp

    def follow(self, slot: int, source: TransportAddress) -> None:
        self._slots[slot].follows = source

    def lock(self, slot: int, source: TransportAddress) -> None:
        self._slots[slot].peer = source

    def unlock(self, slot: int) -> None:
        self._slots[slot].peer = self._slots[slot].follows = None

    def drain(self, group: int, now: float) -> PacketBatch:
        rows = []
        for number, slot in self._slots.items():
            if slot.group == group:
                arrived, slot.pair.doors[0].arrived = slot.pair.doors[0].arrived, []
                rows += [
                    (number, *each) for each in arrived if slot.peer is None or each[1] == slot.peer
                ]
        if not rows:
            return NOTHING
        data = np.zeros((len(rows), ROW_BYTES), np.uint8)
        for index, (_, octets, _, _) in enumerate(rows):
            data[index, : len(octets)] = np.frombuffer(octets, np.uint8)
        return PacketBatch(
            data,
            np.array([len(row[1]) for row in rows], np.int64),
            np.array([row[0] for row in rows], np.intp),
            np.array([row[3] for row in rows], np.float64),
            {index: row[2] for index, row in enumerate(rows)},
        )

    def drainControl(self) -> list[ControlPacket]:
        result = []
        for number, slot in self._slots.items():
            arrived, slot.pair.doors[1].arrived = slot.pair.doors[1].arrived, []
            result += [ControlPacket(number, *each) for each in arrived]
        return result

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
            slot = self._slots[number]
            self._send(slot.pair.doors[0], packet.tobytes(), slot.peer or slot.follows or slot.rtp)

    def sendControl(self, slot: int, data: bytes) -> None:
        self._send(self._slots[slot].pair.doors[1], data, self._slots[slot].rtcp)

    def _send(self, door: Door, data: bytes, destination: TransportAddress | None) -> None:
        if destination is not None:
            door.port.write(data, (destination.host, destination.port))


class NetworkRelayIO:
    """
    The ports of relays on the simulated network.
    """

    def add(self, pair: IPortPair, rtp: Reader, rtcp: Reader) -> tuple[Sender, Sender]:
        assert isinstance(pair, NetworkPair)
        first, second = pair.doors
        first.reader, second.reader = rtp, rtcp
        return first.send, second.send

    def prefixed(self, pair: IPortPair, control: bool, prefix: bytes) -> Sender:
        assert isinstance(pair, NetworkPair)
        send = pair.doors[1 if control else 0].send
        return lambda packet, target: send(memoryview(prefix + bytes(packet)), target)

    def remove(self, pair: IPortPair) -> None:
        pair.close()


def newRelays(
    config: MediaConfig, ports: IPortSource, rng: random.Random, clock: Clock, inputs: IInputs
) -> RelayPool:
    """
    Relays of a simulated host.
    """
    table = RelayTable(config.latchAnyHost)
    driver = SteppedRelays(table, NetworkRelayIO(), clock, inputs)
    pool = RelayPool(table, ports, rng, driver.command)
    inputs.lead(Input.RELAYED, pool.deliver)
    return pool
