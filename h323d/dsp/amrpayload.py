"""
The RTP payload format of AMR (RFC 4867): frames of 20 ms, in two packings.

The I{octet-aligned} begins every part with an octet of its own; the I{bandwidth-efficient} packs
bit after bit.  C{octet-align} says which it is, nothing in a payload does.  Interleaving, CRCs and
robust sorting are not spoken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["MOST_FRAMES", "NO_DATA", "NO_REQUEST", "SID", "Frame", "pack", "requestIn", "unpack"]

SID = 8  # frame type: comfort noise
NO_DATA = 15  # frame type
MOST_FRAMES = 6  # of a payload: 120 ms

# Bits of a frame, by its type (RFC 4867, table 1; 3GPP TS 26.101, table 1b).
_BITS = {0: 95, 1: 103, 2: 118, 3: 134, 4: 148, 5: 159, 6: 204, 7: 244, SID: 39, NO_DATA: 0}
NO_REQUEST = 15  # codec mode request: any mode will do
_OCTET = 8


@dataclass(frozen=True, slots=True)
class Frame:
    """
    20 ms.

    @ivar frameType: a codec mode from 0 to 7, L{SID} or L{NO_DATA}.
    @ivar bits: its speech bits, from the first on, filled up to octets.
    @ivar isGood: whether it came over the air undamaged.
    """

    frameType: int
    bits: bytes = b""
    isGood: bool = True


class _Reader:
    """
    Takes bits off the front of octets.
    """

    def __init__(self, octets: bytes, isAligned: bool) -> None:
        self._number = int.from_bytes(octets, "big")
        self._isAligned = isAligned
        self.left = _OCTET * len(octets)

    def take(self, bits: int) -> int:
        """
        @return: so many bits; the rest of their last octet is passed over, if parts are aligned.
        """
        self.left -= bits
        found = self._number >> self.left & (1 << bits) - 1
        if self._isAligned:
            self.left -= self.left % _OCTET
        return found


def requestIn(payload: bytes) -> int:
    """
    What the peer would like to be sent: a codec mode, or L{NO_REQUEST}; the others are reserved.

    @param payload: one that can be unpacked, of either packing.
    """
    return payload[0] >> 4


def unpack(payload: bytes, isAligned: bool) -> list[Frame] | None:
    """
    @return: C{None} for what is no payload.
    """
    reader = _Reader(payload, isAligned)
    contents: list[tuple[int, bool]] = []
    if reader.left < _OCTET:
        return None
    reader.take(4)  # what the peer would like to be sent
    more = True
    while more:
        if reader.left < 6 or len(contents) == MOST_FRAMES:
            return None
        entry = reader.take(6)
        more = bool(entry & 0x20)
        contents.append((entry >> 1 & 0xF, bool(entry & 1)))
    if any(frameType not in _BITS for frameType, _ in contents):
        return None
    frames: list[Frame] = []
    for frameType, isGood in contents:
        bits = _BITS[frameType]
        if reader.left < bits:
            return None
        size = -(-bits // _OCTET)
        speech = reader.take(bits) << size * _OCTET - bits
        frames.append(Frame(frameType, speech.to_bytes(size, "big"), isGood))
    return frames if reader.left < _OCTET else None


def pack(frames: Sequence[Frame], isAligned: bool) -> bytes:
    """
    @param frames: at least one.
    """
    entries = [
        ((number < len(frames)) << 5 | each.frameType << 1 | each.isGood, 6)
        for number, each in enumerate(frames, 1)
    ]
    speech = [
        (int.from_bytes(each.bits, "big") >> -_BITS[each.frameType] % _OCTET, _BITS[each.frameType])
        for each in frames
    ]
    number = length = 0
    for value, bits in [(NO_REQUEST, 4), *entries, *speech]:
        number, length = number << bits | value, length + bits
        if isAligned:
            spare = -length % _OCTET
            number, length = number << spare, length + spare
    spare = -length % _OCTET
    return (number << spare).to_bytes((length + spare) // _OCTET, "big")
