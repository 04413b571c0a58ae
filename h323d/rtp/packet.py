"""
One RTP packet as a value (RFC 3550, 5.1), for tools, tests and rare paths.

The media plane never builds these: it reads whole batches (L{h323d.rtp.columns}).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from h323d.errors import DecodeError, EncodeError

__all__ = ["RTPPacket", "decode", "encode"]

_FIXED = struct.Struct("!BBHII")
_PADDING = 0x20
_EXTENSION = 0x10
_MARKER = 0x80
_MAXIMUM_CSRCS = 15


@dataclass(frozen=True, slots=True)
class RTPPacket:
    """
    A packet, its padding removed.

    @ivar payloadType: 0 to 127.
    @ivar sequenceNumber: 16 bits.
    @ivar timestamp: 32 bits, in units of the payload type's clock rate.
    @ivar ssrc: 32 bits.
    @ivar payload: the octets after header, CSRCs and extension.
    @ivar marker: for sound, the first packet of a talk spurt (RFC 3551, 4.1).
    @ivar csrcs: contributing sources, 15 at most.
    @ivar extension: the header extension: profile (16 bits) and octets, a multiple of four.
    """

    payloadType: int
    sequenceNumber: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False
    csrcs: tuple[int, ...] = ()
    extension: tuple[int, bytes] | None = None


def decode(data: bytes) -> RTPPacket:
    """
    Read one packet.

    @raise DecodeError: it is no RTP version 2, or a count or length points past its end.
    """
    if len(data) < _FIXED.size:
        raise DecodeError("shorter than the fixed header", "RTP", len(data))
    first, second, sequenceNumber, timestamp, ssrc = _FIXED.unpack_from(data)
    if first >> 6 != 2:
        raise DecodeError(f"version {first >> 6}, not 2", "RTP.version", 0)
    start = _FIXED.size + 4 * (first & 0x0F)
    if start > len(data):
        raise DecodeError("CSRC list runs over the end", "RTP.csrcs", len(data))
    csrcs = struct.unpack_from(f"!{first & 0x0F}I", data, _FIXED.size)
    extension = None
    if first & _EXTENSION:
        extension, start = _decodeExtension(data, start)
    end = len(data)
    if first & _PADDING:
        count = data[-1]
        end -= count
        if not count or end < start:
            raise DecodeError("padding count is wrong", "RTP.padding", len(data) - 1)
    return RTPPacket(
        payloadType=second & 0x7F,
        sequenceNumber=sequenceNumber,
        timestamp=timestamp,
        ssrc=ssrc,
        payload=bytes(data[start:end]),
        marker=bool(second & _MARKER),
        csrcs=csrcs,
        extension=extension,
    )


def _decodeExtension(data: bytes, start: int) -> tuple[tuple[int, bytes], int]:
    if start + 4 > len(data):
        raise DecodeError("extension header cut", "RTP.extension", len(data))
    profile, words = struct.unpack_from("!HH", data, start)
    end = start + 4 + 4 * words
    if end > len(data):
        raise DecodeError("extension runs over the end", "RTP.extension", len(data))
    return (profile, bytes(data[start + 4 : end])), end


def encode(packet: RTPPacket) -> bytes:
    """
    Write one packet, without padding.

    @raise EncodeError: more than 15 CSRCs, or an extension that is no multiple of four
        octets: our own mistake, never a peer's.
    """
    if len(packet.csrcs) > _MAXIMUM_CSRCS:
        raise EncodeError("more than 15 CSRCs", "RTP")
    first = 0x80 | len(packet.csrcs)
    extension = b""
    if packet.extension is not None:
        profile, octets = packet.extension
        if len(octets) % 4:
            raise EncodeError("extension is no multiple of four octets", "RTP")
        first |= _EXTENSION
        extension = struct.pack("!HH", profile, len(octets) // 4) + octets
    second = packet.payloadType | (_MARKER if packet.marker else 0)
    fixed = _FIXED.pack(first, second, packet.sequenceNumber, packet.timestamp, packet.ssrc)
    csrcs = struct.pack(f"!{len(packet.csrcs)}I", *packet.csrcs)
    return fixed + csrcs + extension + packet.payload
