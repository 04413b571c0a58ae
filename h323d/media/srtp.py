"""
Media that are encrypted on their way (SRTP and SRTCP, RFC 3711): a layer between the tick and the
network.

The tick knows nothing of it: what it sends is encrypted here, and what it drains has been checked
and decrypted.  A packet whose tag is wrong, that was here before, or that nobody has encrypted
has no octets left when the tick sees it, and is counted with what else is refused.  Packets
pass between an encrypted party and one that is not so, as what passes is changed beneath.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
from zope.interface import implementer

from h323d.media.packets import ROW_BYTES, ControlPacket, IPacketIO, IPortPair, PacketBatch
from h323d.rtp.columns import numbers
from h323d.values.address import TransportAddress
from h323d.values.media.encryption import CryptoSuite, MasterKey, StreamKeys

__all__ = ["SecuredIO"]

_TAG_OCTETS = 16  # that encryption adds to a packet of RTP, at most
_WINDOW = 1024  # packets in which one that comes late is told from one that comes again
_PROFILES = {
    CryptoSuite.AES_CM_80: "SRTP_PROFILE_AES128_CM_SHA1_80",
    CryptoSuite.AES_CM_32: "SRTP_PROFILE_AES128_CM_SHA1_32",
    CryptoSuite.AES_128_GCM: "SRTP_PROFILE_AEAD_AES_128_GCM",
    CryptoSuite.AES_256_GCM: "SRTP_PROFILE_AEAD_AES_256_GCM",
}
_NOTHING = b""


class _Session(Protocol):
    """
    One direction, of libsrtp.
    """

    def protect(self, packet: bytes) -> bytes: ...
    def unprotect(self, packet: bytes) -> bytes: ...
    def protect_rtcp(self, packet: bytes) -> bytes: ...
    def unprotect_rtcp(self, packet: bytes) -> bytes: ...


def _newSession(key: MasterKey, sends: bool) -> _Session:
    # Where nothing is encrypted, the library need not be loaded.
    from pylibsrtp import Policy, Session

    policy = Policy(
        key=key.octets,
        ssrc_type=Policy.SSRC_ANY_OUTBOUND if sends else Policy.SSRC_ANY_INBOUND,
        srtp_profile=getattr(Policy, _PROFILES[key.suite]),
    )
    policy.window_size = _WINDOW
    session: _Session = Session(policy)
    return session


class _Shield:
    """
    What stands around one slot.
    """

    def __init__(self, keys: StreamKeys) -> None:
        from pylibsrtp import Error  # as above

        self._refusals = (Error, ValueError)
        self.keys = keys
        self._out = _newSession(keys.ours, sends=True)
        self._in = _newSession(keys.theirs, sends=False)
        self._before: _Session | None = None  # of the peer's last key, until it uses its next

    def rekey(self, keys: StreamKeys) -> None:
        """
        A direction whose key stays goes on as it is, with all that it has counted.  What is still
        on its way with the peer's last key is taken.
        """
        if keys.ours != self.keys.ours:
            self._out = _newSession(keys.ours, sends=True)
        if keys.theirs != self.keys.theirs:
            self._before, self._in = self._in, _newSession(keys.theirs, sends=False)
        self.keys = keys

    # Nothing comes of what the library does not take.

    def out(self, packet: bytes) -> bytes:
        try:
            return self._out.protect(packet)
        except self._refusals:
            return _NOTHING

    def outControl(self, packet: bytes) -> bytes:
        try:
            return self._out.protect_rtcp(packet)
        except self._refusals:
            return _NOTHING

    def taken(self, packet: bytes) -> bytes:
        try:
            octets = self._in.unprotect(packet)
        except self._refusals:
            return _NOTHING if self._before is None else self._takenBefore(packet, self._before)
        self._before = None
        return octets

    def _takenBefore(self, packet: bytes, session: _Session) -> bytes:
        try:
            return session.unprotect(packet)
        except self._refusals:
            return _NOTHING

    def takenControl(self, packet: bytes) -> bytes:
        try:
            return self._in.unprotect_rtcp(packet)
        except self._refusals:
            return _NOTHING


@implementer(IPacketIO)
class SecuredIO:
    """
    Encrypts for, and decrypts of, those slots that have keys.
    """

    def __init__(self) -> None:
        self._packets: IPacketIO
        self._shields: dict[int, _Shield] = {}

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
        shield = self._shields.get(slot)
        if keys is None:
            self._shields.pop(slot, None)
        elif shield is None:
            self._shields[slot] = _Shield(keys)
        else:
            shield.rekey(keys)

    # What becomes of packets

    def drain(self, group: int, now: float) -> PacketBatch:
        batch: PacketBatch = self._packets.drain(group, now)
        if self._shields:
            self._open(batch)
        return batch

    def _open(self, batch: PacketBatch) -> None:
        data, lengths = numbers(batch.data.reshape(-1)), numbers(batch.lengths)
        for row, slot in enumerate(batch.slots.tolist()):
            shield = self._shields.get(slot)
            if shield is None:
                continue
            at, length = row * ROW_BYTES, lengths[row]
            octets = shield.taken(bytes(data[at : at + length])) if length < ROW_BYTES else _NOTHING
            length = lengths[row] = len(octets)
            data[at : at + length] = octets

    def drainControl(self) -> list[ControlPacket]:
        found: list[ControlPacket] = self._packets.drainControl()
        if not self._shields:
            return found
        return [
            packet if shield is None else packet._replace(data=shield.takenControl(packet.data))
            for packet, shield in ((each, self._shields.get(each.slot)) for each in found)
        ]

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
        wide = width + _TAG_OCTETS
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
        shield = self._shields.get(slot)
        if shield is not None:
            data = shield.outControl(data)
        if data:
            self._packets.sendControl(slot, data)

    # What becomes of slots

    def add(self, slot: int, pair: IPortPair, group: int) -> None:
        self._packets.add(slot, pair, group)

    def remove(self, slot: int) -> None:
        self._shields.pop(slot, None)
        self._packets.remove(slot)

    def release(self, slot: int) -> object:
        return self._packets.release(slot), self._shields.pop(slot, None)

    def adopt(self, slot: int, released: object, group: int) -> None:
        assert isinstance(released, tuple), "only what was released like this can be adopted"
        ports, shield = released
        if shield is not None:
            self._shields[slot] = shield
        self._packets.adopt(slot, ports, group)

    def regroup(self, slot: int, group: int) -> None:
        self._packets.regroup(slot, group)

    def aim(self, slot: int, rtp: TransportAddress | None, rtcp: TransportAddress | None) -> None:
        self._packets.aim(slot, rtp, rtcp)

    def follow(self, slot: int, source: TransportAddress) -> None:
        self._packets.follow(slot, source)

    def lock(self, slot: int, source: TransportAddress) -> None:
        self._packets.lock(slot, source)

    def unlock(self, slot: int) -> None:
        self._packets.unlock(slot)
