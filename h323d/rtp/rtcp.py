"""
RTCP packets and compounds (RFC 3550, 6.4 to 6.7).

Sender and receiver reports, source descriptions, goodbyes and extended reports are read into
values; what else may stand in a compound (APP, feedback) is kept as octets.  A compound is refused
whole if any of its lengths lies (A.2); one that starts with something other than a report
is taken (RFC 5506).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from h323d.errors import DecodeError, EncodeError
from h323d.rtp.xr import Block, decodeBlocks, encodeBlocks

__all__ = [
    "CNAME",
    "ExtendedReport",
    "Goodbye",
    "OtherRTCP",
    "RTCPPacket",
    "ReceiverReport",
    "ReportBlock",
    "SenderReport",
    "SourceDescription",
    "decode",
    "encode",
    "ntpTimestamp",
    "roundTrip",
]

SR, RR, SDES, BYE, APP, XR = 200, 201, 202, 203, 204, 207
CNAME = 1  # the SDES item that every compound must carry
_MAXIMUM_PACKETS = 64  # in one compound
_MAXIMUM_COUNT = 31
_NTP_EPOCH = 2208988800  # seconds from 1900 to 1970
_BLOCK = struct.Struct("!IIIIII")
_SENDER = struct.Struct("!QIII")


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """
    What a receiver says about one source (6.4.1).

    @ivar fractionLost: since the last report, in 1/256.
    @ivar cumulativeLost: signed, 24 bits.
    @ivar highestSequence: extended by its cycles, 32 bits.
    @ivar jitter: in units of the source's clock.
    @ivar lastSR: the middle 32 bits of the last sender report's NTP time; 0: none yet.
    @ivar delaySinceLastSR: in 1/65536 seconds.
    """

    ssrc: int
    fractionLost: int
    cumulativeLost: int
    highestSequence: int
    jitter: int
    lastSR: int
    delaySinceLastSR: int


@dataclass(frozen=True, slots=True)
class SenderReport:
    """
    SR (6.4.1).

    @ivar ntp: 64 bits, seconds since 1900 in the upper half.
    @ivar rtpTimestamp: the same instant on the stream's clock.
    """

    ssrc: int
    ntp: int
    rtpTimestamp: int
    packetCount: int
    octetCount: int
    reports: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """
    RR (6.4.2).
    """

    ssrc: int
    reports: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """
    SDES (6.5).

    @ivar chunks: for each source its SSRC and its items, C{(type, text)}.
    """

    chunks: tuple[tuple[int, tuple[tuple[int, str], ...]], ...]


@dataclass(frozen=True, slots=True)
class Goodbye:
    """
    BYE (6.6).
    """

    sources: tuple[int, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ExtendedReport:
    """
    XR (RFC 3611, 2).
    """

    ssrc: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class OtherRTCP:
    """
    A packet that is passed over.

    @ivar count: the five bits beside version and padding.
    @ivar body: what follows the first four octets.
    """

    packetType: int
    count: int
    body: bytes


RTCPPacket = (
    SenderReport | ReceiverReport | SourceDescription | Goodbye | ExtendedReport | OtherRTCP
)


def decode(data: bytes) -> tuple[RTCPPacket, ...]:
    """
    Read a compound.

    @raise DecodeError: a version, length, count or padding is wrong anywhere in it.
    """
    packets: list[RTCPPacket] = []
    at = 0
    while at < len(data):
        if len(packets) == _MAXIMUM_PACKETS:
            raise DecodeError("too many packets in a compound", "RTCP", at)
        if at + 4 > len(data):
            raise DecodeError("packet header cut", "RTCP", at)
        first, packetType, words = struct.unpack_from("!BBH", data, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2:
            raise DecodeError(f"version {first >> 6}, not 2", "RTCP.version", at)
        if end > len(data):
            raise DecodeError("length runs over the end", "RTCP.length", at + 2)
        bodyEnd = end
        if first & 0x20:
            bodyEnd -= _padding(data, at, end)
        packets.append(_decodeBody(packetType, first & 0x1F, data, at + 4, bodyEnd))
        at = end
    if not packets:
        raise DecodeError("empty", "RTCP", 0)
    return tuple(packets)


def _padding(data: bytes, at: int, end: int) -> int:
    count = data[end - 1]
    if end != len(data) or not count or count % 4 or end - count < at + 4:
        raise DecodeError("padding count is wrong", "RTCP.padding", end - 1)
    return count


def _decodeBody(packetType: int, count: int, data: bytes, at: int, end: int) -> RTCPPacket:
    if packetType == SR:
        _need(data, at, 24, end, "RTCP.SR")
        (ssrc,) = struct.unpack_from("!I", data, at)
        ntp, timestamp, packetCount, octets = _SENDER.unpack_from(data, at + 4)
        reports = _decodeBlocks(count, data, at + 24, end, "RTCP.SR.reports")
        return SenderReport(ssrc, ntp, timestamp, packetCount, octets, reports)
    if packetType == RR:
        _need(data, at, 4, end, "RTCP.RR")
        (ssrc,) = struct.unpack_from("!I", data, at)
        return ReceiverReport(ssrc, _decodeBlocks(count, data, at + 4, end, "RTCP.RR.reports"))
    if packetType == SDES:
        return _decodeSDES(count, data, at, end)
    if packetType == BYE:
        return _decodeBye(count, data, at, end)
    if packetType == XR:
        _need(data, at, 4, end, "RTCP.XR")
        (ssrc,) = struct.unpack_from("!I", data, at)
        return ExtendedReport(ssrc, decodeBlocks(data, at + 4, end))
    return OtherRTCP(packetType, count, bytes(data[at:end]))


def _need(data: bytes, at: int, size: int, end: int, path: str) -> None:
    if at + size > end:
        raise DecodeError("cut short", path, min(end, len(data)))


def _decodeBlocks(count: int, data: bytes, at: int, end: int, path: str) -> tuple[ReportBlock, ...]:
    _need(data, at, count * _BLOCK.size, end, path)
    blocks = []
    for place in range(at, at + count * _BLOCK.size, _BLOCK.size):
        ssrc, loss, highest, jitter, lastSR, delay = _BLOCK.unpack_from(data, place)
        cumulative = loss & 0xFFFFFF
        if cumulative & 0x800000:
            cumulative -= 0x1000000
        blocks.append(ReportBlock(ssrc, loss >> 24, cumulative, highest, jitter, lastSR, delay))
    return tuple(blocks)


def _decodeSDES(count: int, data: bytes, at: int, end: int) -> SourceDescription:
    chunks = []
    for _ in range(count):
        _need(data, at, 4, end, "RTCP.SDES")
        (ssrc,) = struct.unpack_from("!I", data, at)
        start = at
        at += 4
        items = []
        while at < end and data[at]:
            _need(data, at, 2, end, "RTCP.SDES.items")
            kind, size = data[at], data[at + 1]
            _need(data, at + 2, size, end, "RTCP.SDES.items")
            items.append((kind, _text(data[at + 2 : at + 2 + size])))
            at += 2 + size
        _need(data, at, 1, end, "RTCP.SDES.items")
        at = start + (at - start + 4) // 4 * 4  # one to four zeros, to a whole word
        chunks.append((ssrc, tuple(items)))
    return SourceDescription(tuple(chunks))


def _decodeBye(count: int, data: bytes, at: int, end: int) -> Goodbye:
    _need(data, at, 4 * count, end, "RTCP.BYE")
    sources = struct.unpack_from(f"!{count}I", data, at)
    at += 4 * count
    reason = ""
    if at < end:
        _need(data, at + 1, data[at], end, "RTCP.BYE.reason")
        reason = _text(data[at + 1 : at + 1 + data[at]])
    return Goodbye(sources, reason)


def _text(octets: bytes) -> str:
    return bytes(octets).decode("utf-8", "replace")


def encode(packets: Sequence[RTCPPacket]) -> bytes:
    """
    Write a compound.

    @raise EncodeError: more than 31 reports, chunks or sources, or a text over 255 octets.
    """
    return b"".join(_encodeOne(packet) for packet in packets)


def _encodeOne(packet: RTCPPacket) -> bytes:
    match packet:
        case SenderReport():
            sender = _SENDER.pack(
                packet.ntp, packet.rtpTimestamp, packet.packetCount, packet.octetCount
            )
            body = struct.pack("!I", packet.ssrc) + sender + _encodeBlocks(packet.reports)
            return _frame(SR, len(packet.reports), body)
        case ReceiverReport():
            body = struct.pack("!I", packet.ssrc) + _encodeBlocks(packet.reports)
            return _frame(RR, len(packet.reports), body)
        case SourceDescription():
            chunks = b"".join(_encodeChunk(*chunk) for chunk in packet.chunks)
            return _frame(SDES, len(packet.chunks), chunks)
        case Goodbye():
            body = struct.pack(f"!{len(packet.sources)}I", *packet.sources)
            if packet.reason:
                body += _counted(packet.reason)
            return _frame(BYE, len(packet.sources), body + bytes(-len(body) % 4))
        case ExtendedReport():
            return _frame(XR, 0, struct.pack("!I", packet.ssrc) + encodeBlocks(packet.blocks))
        case OtherRTCP():
            return _frame(packet.packetType, packet.count, packet.body)


def _frame(packetType: int, count: int, body: bytes) -> bytes:
    if count > _MAXIMUM_COUNT or len(body) % 4:
        raise EncodeError("more than 31 entries, or no whole words", "RTCP")
    return struct.pack("!BBH", 0x80 | count, packetType, len(body) // 4) + body


def _encodeBlocks(blocks: Sequence[ReportBlock]) -> bytes:
    return b"".join(
        _BLOCK.pack(
            block.ssrc,
            block.fractionLost << 24 | block.cumulativeLost & 0xFFFFFF,
            block.highestSequence,
            block.jitter,
            block.lastSR,
            block.delaySinceLastSR,
        )
        for block in blocks
    )


def _encodeChunk(ssrc: int, items: Sequence[tuple[int, str]]) -> bytes:
    chunk = struct.pack("!I", ssrc)
    for kind, text in items:
        chunk += bytes([kind]) + _counted(text)
    return chunk + bytes(4 - len(chunk) % 4)


def _counted(text: str) -> bytes:
    octets = text.encode()
    if len(octets) > 255:
        raise EncodeError("text over 255 octets", "RTCP")
    return bytes([len(octets)]) + octets


def ntpTimestamp(wall: float) -> int:
    """
    @param wall: seconds since 1970.
    @return: 64 bits, seconds since 1900 in the upper half (RFC 3550, 4).
    """
    return int((wall + _NTP_EPOCH) * (1 << 32)) & 0xFFFFFFFFFFFFFFFF


def roundTrip(block: ReportBlock, ntp: int) -> float | None:
    """
    The time to a peer and back, from its report on us (RFC 3550, 6.4.1).

    @param ntp: when the report arrived, 64 bits.
    @return: seconds; C{None} if the peer had no sender report of ours, or claims the
        impossible.
    """
    if not block.lastSR:
        return None
    elapsed = ((ntp >> 16) - block.lastSR - block.delaySinceLastSR) & 0xFFFFFFFF
    if elapsed >= 1 << 31:
        return None
    return elapsed / 65536
