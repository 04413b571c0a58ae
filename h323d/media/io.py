"""
L{IPacketIO} over UDP sockets.

A slot's RTP socket stays unconnected until the tick locks it to its peer for good; then it is
connected, so that the kernel keeps everybody else out (and counts them, not we), and
receiving and sending get cheaper.  One epoll per group finds who has something to read.
Errors that a peer can cause (port unreachable) are counted and otherwise ignored.

A packet is a system call, as no call serves many sockets; of some 9 microseconds that
receiving, finding and sending one takes, nearly all are the kernel's.  C{recv} and C{send}
through ctypes, C{os.write} and C{os.readv} were measured, and are no faster.
"""

from __future__ import annotations

import fcntl
import math
import operator
import os
import select
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.call.ports import IPortPair
from h323d.media.packets import PASSING, ROW_BYTES, ControlPacket, IPacketIO, PacketBatch
from h323d.media.ports import SocketPair
from h323d.values.address import TransportAddress

__all__ = ["SocketIO"]

_ROWS = 8192  # packets that one drain takes at most
_ROUNDS = 16  # packets that one socket gives in one drain at most
_STAMP_EVERY = 8  # the arrival of one packet in so many is measured
_UNKNOWN = float("nan")
_CONTROL_BYTES = 1500
_CONTROL_BATCH = 64  # RTCP packets that one drain takes at most
_SIOCGSTAMPNS = 0x8907  # Linux: when the packet read last arrived
_TIMESPEC = struct.Struct("@qq")


def _sendNowhere(data: bytes) -> int:
    return len(data)


@dataclass(slots=True)
class _Ports:
    """
    One slot's sockets, and where they send.

    @ivar peer: whom the RTP socket is connected to.
    @ivar follows: where RTP goes instead of C{rtp}, while it is not connected.
    """

    pair: SocketPair
    group: int
    peer: TransportAddress | None = None
    rtp: TransportAddress | None = None
    rtcp: TransportAddress | None = None
    follows: TransportAddress | None = None
    leftover: list[tuple[bytes, TransportAddress]] = field(default_factory=list)

    def sender(self) -> Callable[[bytes], int]:
        if self.peer is not None:
            return self.pair.rtpSocket.send
        target = self.follows or self.rtp
        if target is not None:
            address = (target.host, target.port)
            sendto: Callable[..., int] = self.pair.rtpSocket.sendto
            return lambda data: sendto(data, address)
        return _sendNowhere


class _Arrivals:
    """
    A batch that grows.
    """

    def __init__(self, now: float) -> None:
        self.now = now
        self.lengths: list[int] = []
        self.slots: list[int] = []
        self.arrivals: list[float] = []
        self.sources: dict[int, TransportAddress] = {}


@implementer(IPacketIO)
class SocketIO:
    """
    @ivar sendErrors: packets that the kernel did not take.
    """

    def __init__(
        self,
        capacity: int,
        wallClock: Callable[[], float],
        tickClock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        """
        @param capacity: how many slots there are.
        @param wallClock: the clock that the kernel stamps packets with, seconds.
        @param tickClock: the clock that arrivals are given in, seconds.
        @param sleep: waits until packets are to leave, seconds.
        """
        self._tickClock = tickClock
        self._sleep = sleep
        self._departure = 0.0
        self._wallClock = wallClock
        self._ports: dict[int, _Ports] = {}
        self._senders: list[Callable[[bytes], int]] = [_sendNowhere] * capacity
        self._waker = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._isCalled = False
        self._passing = select.epoll()
        self._groups: dict[int, select.epoll] = {PASSING: self._passing}
        self._sockets: dict[int, socket.socket] = {}  # RTP, by descriptor
        self._slots: dict[int, int] = {}
        self._open: set[int] = set()  # those that are not locked
        self._control = select.epoll()
        self._controlSlots: dict[int, int] = {}
        self._data = np.zeros((_ROWS, ROW_BYTES), np.uint8)
        self._rows = [row.data for row in self._data]
        self._stamp = bytearray(_TIMESPEC.size)
        self._turn = 0
        self._leftovers: set[int] = set()
        self.sendErrors = 0

    def add(self, slot: int, pair: IPortPair, group: int) -> None:
        if not isinstance(pair, SocketPair):
            raise TypeError("only a PortRange's pairs have sockets")
        self._arrival(pair.rtcpSocket.fileno())  # the kernel stamps from the first question on
        self.adopt(slot, _Ports(pair, group), group)

    def adopt(self, slot: int, released: object, group: int) -> None:
        if not isinstance(released, _Ports):
            raise TypeError("only what was released like this can be adopted")
        ports = self._ports[slot] = released
        ports.group = group
        pair = ports.pair
        descriptor = pair.rtpSocket.fileno()
        self._sockets[descriptor] = pair.rtpSocket
        self._slots[descriptor] = slot
        if ports.peer is None:
            self._open.add(descriptor)
        if ports.leftover:
            self._leftovers.add(slot)
        self._epoll(group).register(descriptor, select.EPOLLIN)
        self._control.register(pair.rtcpSocket.fileno(), select.EPOLLIN)
        self._controlSlots[pair.rtcpSocket.fileno()] = slot
        self._senders[slot] = ports.sender()

    def _epoll(self, group: int) -> select.epoll:
        if group not in self._groups:
            self._groups[group] = select.epoll()
        return self._groups[group]

    def remove(self, slot: int) -> None:
        self.release(slot).pair.close()

    def release(self, slot: int) -> _Ports:
        ports = self._ports.pop(slot)
        descriptor = ports.pair.rtpSocket.fileno()
        self._groups[ports.group].unregister(descriptor)
        del self._sockets[descriptor], self._slots[descriptor]
        self._open.discard(descriptor)
        self._control.unregister(ports.pair.rtcpSocket.fileno())
        del self._controlSlots[ports.pair.rtcpSocket.fileno()]
        self._leftovers.discard(slot)
        self._senders[slot] = _sendNowhere
        return ports

    def close(self) -> None:
        """
        Close all ports.
        """
        for slot in list(self._ports):
            self.remove(slot)
        for epoll in (*self._groups.values(), self._control):
            epoll.close()
        os.close(self._waker)
        self._waker = -1

    def wake(self) -> None:
        """
        End the wait.  Any thread may; once is enough, until it is heeded.
        """
        if self._waker >= 0 and not self._isCalled:
            self._isCalled = True
            os.eventfd_write(self._waker, 1)

    def wait(self, seconds: float, wakeable: bool) -> tuple[bool, bool]:
        """
        Wait for packets that are to be sent on, for L{wake}, or for so long.

        @param wakeable: whether to heed L{wake}.
        @return: whether it was woken, and whether there are such packets.
        """
        # Not by epoll, which counts in milliseconds; these two descriptors are early, low ones.
        passing = self._passing.fileno()
        awaited = (self._waker, passing) if wakeable else (passing,)
        ready, _, _ = select.select(awaited, (), (), seconds)
        return self._waker in ready, passing in ready

    def heed(self) -> None:
        """
        Forget that it was woken.  Whoever calls meanwhile has left its commands already.
        """
        os.eventfd_read(self._waker)
        self._isCalled = False

    def regroup(self, slot: int, group: int) -> None:
        ports = self._ports[slot]
        descriptor = ports.pair.rtpSocket.fileno()
        self._groups[ports.group].unregister(descriptor)
        self._epoll(group).register(descriptor, select.EPOLLIN)
        ports.group = group

    def aim(self, slot: int, rtp: TransportAddress | None, rtcp: TransportAddress | None) -> None:
        ports = self._ports[slot]
        ports.rtp, ports.rtcp = rtp, rtcp
        self._senders[slot] = ports.sender()

    def follow(self, slot: int, source: TransportAddress) -> None:
        ports = self._ports[slot]
        ports.follows = source
        self._senders[slot] = ports.sender()

    def lock(self, slot: int, source: TransportAddress) -> None:
        self.follow(slot, source)
        ports = self._ports[slot]
        try:
            ports.pair.rtpSocket.connect((source.host, source.port))
        except OSError:  # no route back: stay as we are
            return
        ports.peer = source
        self._open.discard(ports.pair.rtpSocket.fileno())
        self._senders[slot] = ports.sender()
        # What others sent before the connect still waits in the socket.
        for _ in range(_ROUNDS):
            try:
                data, address = ports.pair.rtpSocket.recvfrom(ROW_BYTES)
            except OSError:
                break
            if (address[0], address[1]) == (source.host, source.port):
                ports.leftover.append((data, source))
                self._leftovers.add(slot)

    def unlock(self, slot: int) -> None:
        ports = self._ports[slot]
        ports.follows = None
        if ports.peer is not None:
            ports.peer = None
            self._open.add(ports.pair.rtpSocket.fileno())
            ports.pair.disconnect()
        self._senders[slot] = ports.sender()

    def drain(self, group: int, now: float) -> PacketBatch:
        batch = _Arrivals(now)
        for slot in [slot for slot in self._leftovers if self._ports[slot].group == group]:
            self._takeLeftovers(slot, batch)
        epoll = self._epoll(group)
        offset = now - self._wallClock()
        self._turn = (self._turn + 1) % _STAMP_EVERY
        for _ in range(_ROUNDS):
            ready = epoll.poll(0, len(self._ports) + 1)
            if not ready or len(batch.slots) + len(ready) > _ROWS:
                break
            descriptors = [descriptor for descriptor, _event in ready]
            if self._open:
                strangers = [each for each in descriptors if each in self._open]
                if strangers:
                    self._receiveAnyone(strangers, batch, offset)
                    descriptors = [each for each in descriptors if each not in self._open]
            self._receiveLocked(descriptors, batch, offset)
        count = len(batch.slots)
        return PacketBatch(
            self._data[:count],
            np.array(batch.lengths, np.int64),
            np.array(batch.slots, np.intp),
            np.array(batch.arrivals),
            batch.sources,
        )

    def _receiveLocked(self, descriptors: list[int], batch: _Arrivals, offset: float) -> None:
        """
        One packet of each.  The loop over the sockets runs in C: it is most of a tick.
        """
        first = len(batch.slots)
        sockets = [self._sockets[each] for each in descriptors]
        lengths = map(socket.socket.recv_into, sockets, self._rows[first : first + len(sockets)])
        while True:
            try:
                batch.lengths.extend(lengths)
                break
            except OSError:  # the peer's port is closed, say: the row stays unused
                batch.lengths.append(0)
        batch.slots.extend([self._slots[each] for each in descriptors])
        arrivals = [_UNKNOWN] * len(descriptors)
        for index in range(self._turn, len(descriptors), _STAMP_EVERY):
            arrivals[index] = offset + self._arrival(descriptors[index])
        batch.arrivals += arrivals

    def _receiveAnyone(self, descriptors: list[int], batch: _Arrivals, offset: float) -> None:
        """
        One packet of each socket that is not locked, with its source.
        """
        for descriptor in descriptors:
            row = len(batch.slots)
            try:
                length, address = self._sockets[descriptor].recvfrom_into(self._rows[row])
            except OSError:
                continue
            batch.sources[row] = TransportAddress(address[0], address[1])
            batch.lengths.append(length)
            batch.slots.append(self._slots[descriptor])
            batch.arrivals.append(offset + self._arrival(descriptor))

    def _arrival(self, descriptor: int) -> float:
        """
        When the packet that was read last arrived, by the wall clock.
        """
        try:
            fcntl.ioctl(descriptor, _SIOCGSTAMPNS, self._stamp)
        except OSError:  # nothing was read
            return _UNKNOWN
        seconds, nanoseconds = _TIMESPEC.unpack(self._stamp)
        return float(seconds + nanoseconds / 1e9)

    def _takeLeftovers(self, slot: int, batch: _Arrivals) -> None:
        for data, _ in self._ports[slot].leftover:
            self._rows[len(batch.slots)][: len(data)] = data
            batch.lengths.append(len(data))
            batch.slots.append(slot)
            batch.arrivals.append(batch.now)
        self._ports[slot].leftover.clear()
        self._leftovers.discard(slot)

    def drainControl(self) -> list[ControlPacket]:
        found: list[ControlPacket] = []
        read = self._tickClock()
        offset = read - self._wallClock()
        for descriptor, _event in self._control.poll(0, _CONTROL_BATCH):
            slot = self._controlSlots[descriptor]
            try:
                data, address = self._ports[slot].pair.rtcpSocket.recvfrom(_CONTROL_BYTES)
            except OSError:
                continue
            arrival = offset + self._arrival(descriptor)
            if math.isnan(arrival):
                arrival = read
            source = TransportAddress(address[0], address[1])
            found.append(ControlPacket(slot, data, source, arrival))
        return found

    def departAt(self, moment: float) -> None:
        """
        Let what is sent next not leave before C{moment}, in the tick's clock.
        """
        self._departure = moment

    def send(
        self,
        slots: npt.NDArray[np.intp],
        packets: npt.NDArray[np.uint8],
        lengths: npt.NDArray[np.int64] | None = None,
    ) -> None:
        data = packets.tobytes()
        width = packets.shape[1]
        senders = [self._senders[slot] for slot in slots.tolist()]
        starts = range(0, len(data), width)
        if lengths is None:
            octets = [data[start : start + width] for start in starts]
        else:
            ends = zip(starts, lengths.tolist(), strict=True)
            octets = [data[start : start + length] for start, length in ends]
        early = self._departure - self._tickClock()
        if early > 0.0:
            self._sleep(early)
        sent = map(operator.call, senders, octets)
        while True:
            try:
                deque(sent, maxlen=0)
                return
            except OSError:  # refused, unreachable, or the buffer is full: RTP may be lost
                self.sendErrors += 1

    def sendControl(self, slot: int, data: bytes) -> None:
        ports = self._ports[slot]
        if ports.rtcp is None:
            return
        try:
            ports.pair.rtcpSocket.sendto(data, (ports.rtcp.host, ports.rtcp.port))
        except OSError:
            self.sendErrors += 1
