"""
Report blocks of RTCP XR (RFC 3611): VoIP metrics (4.7) are read into values, all others are kept
as octets.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from h323d.errors import DecodeError

__all__ = [
    "ADAPTIVE",
    "STANDARD_PLC",
    "UNAVAILABLE",
    "Block",
    "OtherBlock",
    "VoIPMetrics",
    "decodeBlocks",
    "encodeBlocks",
]

VOIP_METRICS = 7  # BT
UNAVAILABLE = 127  # of levels, R factors and MOS
STANDARD_PLC = 0b11_00_0000  # RX config: what is lost is interpolated
ADAPTIVE = 0b00_11_0000  # RX config: the jitter buffer
BEST_R = 100
LEAST_MOS, BEST_MOS = 10, 50  # in tenths
_MAXIMUM_BLOCKS = 64  # in one packet
_HEADER = struct.Struct("!BBH")
_METRICS = struct.Struct("!I4B4Hbb2B4BBxHHH")


@dataclass(frozen=True, slots=True)
class VoIPMetrics:
    """
    How a stream is received, from its beginning (4.7).

    @ivar ssrc: of the stream's source.
    @ivar lossRate: in 1/256; likewise C{discardRate}, of what came too late or too early, and the
        densities.
    @ivar burstDuration: ms, a mean; likewise C{gapDuration}.
    @ivar roundTripDelay: ms; 0 for unknown, likewise C{endSystemDelay}.
    @ivar signalLevel: dBm0; L{UNAVAILABLE} if it is not known, likewise C{noiseLevel}, and all
        from C{rerl} (dB) to C{mosCQ}, but for C{gmin}.
    @ivar rFactor: 0 to 100.
    @ivar mosLQ: of listening alone, in tenths.
    @ivar mosCQ: of a conversation, in tenths.
    @ivar rxConfig: how loss is concealed, and jitter borne.
    @ivar jbNominal: ms, of the jitter buffer; likewise C{jbMaximum}, C{jbAbsMax}.
    """

    ssrc: int
    lossRate: int = 0
    discardRate: int = 0
    burstDensity: int = 0
    gapDensity: int = 0
    burstDuration: int = 0
    gapDuration: int = 0
    roundTripDelay: int = 0
    endSystemDelay: int = 0
    signalLevel: int = UNAVAILABLE
    noiseLevel: int = UNAVAILABLE
    rerl: int = UNAVAILABLE
    gmin: int = 16
    rFactor: int = UNAVAILABLE
    extRFactor: int = UNAVAILABLE
    mosLQ: int = UNAVAILABLE
    mosCQ: int = UNAVAILABLE
    rxConfig: int = 0
    jbNominal: int = 0
    jbMaximum: int = 0
    jbAbsMax: int = 0

    @property
    def conversation(self) -> float | None:
        """
        C{mosCQ} as a score; C{None} if it is not known, or is none.
        """
        return self.mosCQ / 10 if LEAST_MOS <= self.mosCQ <= BEST_MOS else None


@dataclass(frozen=True, slots=True)
class OtherBlock:
    """
    A block that is passed over.

    @ivar specific: the octet between its type and its length.
    @ivar body: whole words.
    """

    blockType: int
    specific: int
    body: bytes


Block = VoIPMetrics | OtherBlock


def decodeBlocks(data: bytes, at: int, end: int) -> tuple[Block, ...]:
    """
    @param at: where the first begins.
    @param end: of the packet.

    @raise DecodeError: a length lies, or there are too many.
    """
    blocks: list[Block] = []
    while at < end:
        if len(blocks) == _MAXIMUM_BLOCKS:
            raise DecodeError("too many blocks", "RTCP.XR", at)
        if at + _HEADER.size > end:
            raise DecodeError("block header cut", "RTCP.XR", at)
        blockType, specific, words = _HEADER.unpack_from(data, at)
        start, at = at + _HEADER.size, at + _HEADER.size + 4 * words
        if at > end:
            raise DecodeError("length runs over the end", "RTCP.XR.length", start - 2)
        if blockType != VOIP_METRICS:
            blocks.append(OtherBlock(blockType, specific, bytes(data[start:at])))
        elif at - start != _METRICS.size:
            raise DecodeError("not of eight words", "RTCP.XR.voipMetrics", start - 2)
        else:
            blocks.append(VoIPMetrics(*_METRICS.unpack_from(data, start)))
    return tuple(blocks)


def encodeBlocks(blocks: Iterable[Block]) -> bytes:
    return b"".join(map(_encodeBlock, blocks))


def _encodeBlock(block: Block) -> bytes:
    if isinstance(block, OtherBlock):
        blockType, specific, body = block.blockType, block.specific, block.body
    else:
        blockType, specific, body = VOIP_METRICS, 0, _METRICS.pack(*astuple(block))
    return _HEADER.pack(blockType, specific, len(body) // 4) + body
