"""
Media that are encrypted on their way (SRTP and SRTCP, RFC 3711): a layer between the tick and the
network.

The tick knows nothing of it: what it sends is encrypted here, and what it drains has been checked
and decrypted.  A packet whose tag is wrong, that was here before, or that nobody has encrypted
has no octets left when the tick sees it, and is counted with what else is refused.  Packets
pass between an encrypted party and one that is not so, as what passes is changed beneath.

Keys come with what was negotiated; or later, of a handshake on the same ports
(L{h323d.media.dtls}), whose datagrams are set aside here.  Nothing goes in or out before.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.call.ports import IPortPair
from h323d.media.packets import ROW_BYTES, ControlPacket, IPacketIO, PacketBatch
from h323d.media.positions import Shields
from h323d.media.shield import NOTHING, Shield
from h323d.rtp.columns import numbers
from h323d.values.address import TransportAddress
from h323d.values.media.encryption import LONGEST_IDENTIFIER, StreamKeys

__all__ = ["SecuredIO"]

_ADDED = 16 + LONGEST_IDENTIFIER  # octets that encryption adds to a packet of RTP, at most
_DTLS = frozenset(bytes((first,)) for first in range(20, 64))
_RTCP = frozenset(bytes((second,)) for second in range(192, 224))
_NONE: Shields = (None, None)
_MOST_REPORTS = 1024  # of all slots, that wait
_AT_ONCE = 16  # datagrams of DTLS that a slot may have in a tick: more than a flight has


class Handshake(NamedTuple):
    """
    A datagram of DTLS that arrived.

    @ivar source: C{None} for that which the slot is locked to.
    @ivar control: whether it came to the port of RTCP.
    """

    slot: int
    data: bytes
    source: TransportAddress | None
    control: bool


class _Released(NamedTuple):
    """
    A slot's ports, and what stands around them.
    """

    ports: object
    shield: Shield | None
    control: Shield | None
    agrees: bool
    multiplexed: bool
    peer: TransportAddress | None


def isHandshake(octets: bytes) -> bool:
    """
    Whether a datagram is of DTLS, and not of RTP or RTCP (RFC 7983, 7).
    """
    return octets[:1] in _DTLS


def isReport(octets: bytes) -> bool:
    """
    Whether a packet is of RTCP, where RTP comes, too (RFC 5761, 4).
    """
    return octets[1:2] in _RTCP


@implementer(IPacketIO)
class SecuredIO:
    """
    Encrypts for, and decrypts of, those slots that have keys, or are to have them.

    @ivar handshakes: datagrams of DTLS that came since it was emptied.
    """

    def __init__(self) -> None:
        self._packets: IPacketIO
        self._shields: dict[int, Shield] = {}
        self._controls: dict[int, Shield] = {}  # those of RTCP, if it has keys of its own
        self._goingOn: dict[int, Shields] = {}
        self._agreeing: set[int] = set()
        self._multiplexed: set[int] = set()
        self._peers: dict[int, TransportAddress] = {}
        self._reports: list[ControlPacket] = []
        self.handshakes: list[Handshake] = []

    def over(self, packets: IPacketIO) -> IPacketIO:
        """
        Stand between the tick and these.
        """
        self._packets = packets
        layer: IPacketIO = self
        return layer

    def secure(self, slot: int, keys: StreamKeys | None) -> None:
        """
        @param keys: with which the slot's packets are encrypted from now on; C{None}: with none.
        """
        self._agreeing.discard(slot)
        self._multiplexed.discard(slot)
        self._controls.pop(slot, None)
        if keys is None:
            self._shields.pop(slot, None)
        else:
            self._shieldOf(slot).rekey(keys)

    def agree(self, slot: int, multiplexed: bool = False) -> None:
        """
        Keys are agreed on: nothing goes through that is not encrypted, though some may go on with
        keys that it had, and datagrams of DTLS are set aside.

        @param multiplexed: whether RTCP goes by the port of RTP, and with its keys.
        """
        self._agreeing.add(slot)
        self._shieldOf(slot)
        if multiplexed:
            self._multiplexed.add(slot)
            self._controls.pop(slot, None)
        else:
            self._multiplexed.discard(slot)
            self._controls.setdefault(slot, Shield(self._goingOn.get(slot, _NONE)[1]))

    def encrypt(self, slot: int, keys: StreamKeys, control: bool) -> None:
        """
        Keys were agreed on, unless something else was negotiated since.

        @param control: whether of RTCP; of RTP otherwise.
        """
        shield = (self._controls if control else self._shields).get(slot)
        if slot in self._agreeing and shield is not None:
            shield.rekey(keys)

    def sendHandshake(self, slot: int, data: bytes, control: bool) -> None:
        """
        Send a datagram of DTLS, as it is.

        @param control: whether by the port of RTCP.
        """
        if control:
            self._packets.sendControl(slot, data)
        else:
            octets = np.frombuffer(data, np.uint8).reshape(1, -1)
            self._packets.send(np.array([slot], np.intp), octets)

    def _shieldOf(self, slot: int) -> Shield:
        if slot not in self._shields:
            self._shields[slot] = Shield(self._goingOn.get(slot, _NONE)[0])
        return self._shields[slot]

    def goOn(self, slot: int, shields: Shields) -> None:
        """
        Once it has keys, go on with them where they were used last.
        """
        if any(shields):
            self._goingOn[slot] = shields

    def positions(self, slot: int) -> Shields:
        """
        How far the slot's packets have come, where they are encrypted.
        """
        both = self._shields.get(slot), self._controls.get(slot)
        first, second = (None if each is None else each.position for each in both)
        return first, second

    # What becomes of packets

    def drain(self, group: int, now: float) -> PacketBatch:
        batch: PacketBatch = self._packets.drain(group, now)
        return self._opened(batch, now) if self._shields else batch

    def _opened(self, batch: PacketBatch, now: float) -> PacketBatch:
        data, lengths = numbers(batch.data.reshape(-1)), numbers(batch.lengths)
        apart: list[int] = []
        for row, slot in enumerate(batch.slots.tolist()):
            shield = self._shields.get(slot)
            if shield is None:
                continue
            at, length = row * ROW_BYTES, lengths[row]
            octets = bytes(data[at : at + length]) if length < ROW_BYTES else NOTHING
            if isHandshake(octets) and self._setAside(slot, octets, batch.sources.get(row), False):
                apart.append(row)
                continue
            if slot in self._multiplexed and isReport(octets):
                self._report(slot, shield.takenControl(octets), batch.sources.get(row), now)
                apart.append(row)
                continue
            octets = shield.taken(octets)
            length = lengths[row] = len(octets)
            data[at : at + length] = octets
        if not apart:
            return batch
        return batch.only([row for row in range(len(batch.slots)) if row not in apart])

    def _setAside(
        self, slot: int, octets: bytes, source: TransportAddress | None, control: bool
    ) -> bool:
        """
        @return: whether that was done: it is not where no keys are agreed on, and where more has
            come at once than a handshake needs.
        """
        if slot not in self._agreeing:
            return False
        if sum(each.slot == slot for each in self.handshakes) >= _AT_ONCE:
            return False
        self.handshakes.append(Handshake(slot, octets, source, control))
        return True

    def _report(self, slot: int, data: bytes, source: TransportAddress | None, now: float) -> None:
        """
        RTCP came among RTP: it waits for who looks at it now and then, if not for long.
        """
        peer = source or self._peers.get(slot)
        if peer is not None and len(self._reports) < _MOST_REPORTS:
            self._reports.append(ControlPacket(slot, data, peer, now))

    def drainControl(self) -> list[ControlPacket]:
        found: list[ControlPacket] = self._packets.drainControl()
        if not self._shields:
            return found
        left, self._reports = self._reports, []
        for packet in found:
            slot, data, source, _ = packet
            shield = self._controls.get(slot) or self._shields.get(slot)
            if shield is None:
                left.append(packet)
            elif not (isHandshake(data) and self._setAside(slot, data, source, True)):
                left.append(packet._replace(data=shield.takenControl(data)))
        return left

    def send(
        self,
        slots: npt.NDArray[np.intp],
        packets: npt.NDArray[np.uint8],
        lengths: npt.NDArray[np.int64] | None = None,
    ) -> None:
        if self._shields.keys().isdisjoint(slots.tolist()):
            self._packets.send(slots, packets, lengths)
            return
        count, width = packets.shape
        wide = width + _ADDED
        out = np.zeros((count, wide), np.uint8)
        sizes = np.full(count, width, np.int64) if lengths is None else lengths.copy()
        out[:, :width] = packets
        data, length = numbers(out.reshape(-1)), numbers(sizes)
        for row, slot in enumerate(slots.tolist()):
            shield = self._shields.get(slot)
            if shield is not None:
                at = row * wide
                octets = shield.out(bytes(data[at : at + length[row]]))
                length[row] = len(octets)
                data[at : at + len(octets)] = octets
        if not sizes.all():  # rather than in the clear, not at all
            slots, out, sizes = slots[sizes > 0], out[sizes > 0], sizes[sizes > 0]
        self._packets.send(slots, out, sizes)

    def sendControl(self, slot: int, data: bytes) -> None:
        shield = self._controls.get(slot) or self._shields.get(slot)
        if shield is not None:
            data = shield.outControl(data)
        if data and slot in self._multiplexed:
            self.sendHandshake(slot, data, control=False)
        elif data:
            self._packets.sendControl(slot, data)

    # What becomes of slots

    def add(self, slot: int, pair: IPortPair, group: int) -> None:
        self._packets.add(slot, pair, group)

    def remove(self, slot: int) -> None:
        self.secure(slot, None)
        self._peers.pop(slot, None)
        self._goingOn.pop(slot, None)
        self._packets.remove(slot)

    def release(self, slot: int) -> object:
        shields = self._shields.pop(slot, None), self._controls.pop(slot, None)
        agrees, multiplexed = slot in self._agreeing, slot in self._multiplexed
        peer = self._peers.pop(slot, None)
        self._goingOn.pop(slot, None)
        self._agreeing.discard(slot)
        self._multiplexed.discard(slot)
        return _Released(self._packets.release(slot), *shields, agrees, multiplexed, peer)

    def adopt(self, slot: int, released: object, group: int) -> None:
        assert isinstance(released, _Released), "only what was released like this can be adopted"
        if released.shield is not None:
            self._shields[slot] = released.shield
        if released.control is not None:
            self._controls[slot] = released.control
        if released.agrees:
            self._agreeing.add(slot)
        if released.multiplexed:
            self._multiplexed.add(slot)
        if released.peer is not None:
            self._peers[slot] = released.peer
        self._packets.adopt(slot, released.ports, group)

    def regroup(self, slot: int, group: int) -> None:
        self._packets.regroup(slot, group)

    def aim(self, slot: int, rtp: TransportAddress | None, rtcp: TransportAddress | None) -> None:
        self._packets.aim(slot, rtp, rtcp)

    def follow(self, slot: int, source: TransportAddress) -> None:
        self._peers[slot] = source
        self._packets.follow(slot, source)

    def lock(self, slot: int, source: TransportAddress) -> None:
        self._peers[slot] = source
        self._packets.lock(slot, source)

    def unlock(self, slot: int) -> None:
        self._peers.pop(slot, None)
        self._packets.unlock(slot)
