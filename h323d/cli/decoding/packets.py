"""
From a frame to what UDP or TCP carry in it: link layers, IPv4 (RFC 791), IPv6 (RFC 8200),
fragments, UDP (RFC 768), TCP (RFC 9293).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from h323d.values.address import TransportAddress

__all__ = ["PacketReader", "Segment", "segmentOf"]

# The link types of tcpdump.org that are read here.
LINKTYPE_NULL = 0
LINKTYPE_ETHERNET = 1
LINKTYPE_RAW = 101
LINKTYPE_LOOP = 108
LINKTYPE_LINUX_SLL = 113
LINKTYPE_IPV4 = 228
LINKTYPE_IPV6 = 229
LINKTYPE_LINUX_SLL2 = 276
_DLT_RAW = (12, 14)  # LINKTYPE_RAW in files of some systems

_HEADERS = {
    LINKTYPE_NULL: 4,
    LINKTYPE_LOOP: 4,
    LINKTYPE_RAW: 0,
    LINKTYPE_IPV4: 0,
    LINKTYPE_IPV6: 0,
    LINKTYPE_LINUX_SLL: 16,
    LINKTYPE_LINUX_SLL2: 20,
} | dict.fromkeys(_DLT_RAW, 0)  # octets, of those that tell nothing more than IP itself does
_ETHERTYPES = (0x0800, 0x86DD)  # IPv4, IPv6
_VLANS = (0x8100, 0x88A8)  # IEEE 802.1Q and 802.1ad
_TCP, _UDP, _FRAGMENT = 6, 17, 44
_EXTENSIONS = (0, 43, 60)  # IPv6: hop by hop, routing, destination options
_SYN = 0x02
MAX_FRAGMENTED = 256  # datagrams at one time of which parts are missing
MAX_PARTS = 64


@dataclass(frozen=True, slots=True)
class Segment:
    """
    What one packet carries.

    @ivar transport: C{"udp"} or C{"tcp"}.
    @ivar sequence: TCP's number of the first octet.
    @ivar opens: whether a TCP connection begins with it (SYN).
    """

    transport: str
    source: TransportAddress
    destination: TransportAddress
    payload: bytes
    sequence: int = 0
    opens: bool = False


@dataclass(frozen=True, slots=True)
class _Packet:
    """
    One IP packet, or a part of one.

    @ivar identification: the same in all parts.
    @ivar offset: of the part, in octets.
    @ivar more: whether a part follows.
    """

    source: bytes
    destination: bytes
    protocol: int
    content: bytes
    identification: int = 0
    offset: int = 0
    more: bool = False


class PacketReader:
    """
    Reads frames, and puts fragments together.
    """

    def __init__(self) -> None:
        self._parts: dict[tuple[bytes, bytes, int, int], list[_Packet]] = {}

    def read(self, linkType: int, octets: bytes) -> Segment | None:
        """
        @return: C{None} if it holds neither UDP nor TCP that can be read, or not all of it yet.
        """
        try:
            packet = _packetIn(_networkIn(linkType, octets))
            whole = None if packet is None else self._whole(packet)
            return None if whole is None else _segmentIn(whole)
        except (struct.error, IndexError, ValueError):  # it ends too early
            return None

    def _whole(self, packet: _Packet) -> _Packet | None:
        if not packet.more and not packet.offset:
            return packet
        key = (packet.source, packet.destination, packet.protocol, packet.identification)
        parts = self._parts.pop(key, [])
        if len(parts) == MAX_PARTS:
            return None
        parts.append(packet)
        parts.sort(key=lambda part: part.offset)
        content = b""
        for part in parts:
            if part.offset > len(content):
                break
            content = content[: part.offset] + part.content
        else:
            if not parts[-1].more:
                return _Packet(packet.source, packet.destination, packet.protocol, content)
        self._parts[key] = parts
        if len(self._parts) > MAX_FRAGMENTED:
            del self._parts[next(iter(self._parts))]
        return None


def segmentOf(octets: bytes) -> Segment | None:
    """
    What a packet carries that was copied with its headers; C{None} for what need not be one:
    its length, and for IPv4 its checksum, have to be right.
    """
    for linkType in (LINKTYPE_ETHERNET, LINKTYPE_RAW):
        packet = _networkIn(linkType, octets)
        if _isWhole(packet):
            return PacketReader().read(LINKTYPE_RAW, packet)
    return None


def _isWhole(packet: bytes) -> bool:
    if len(packet) < 20:
        return False
    if packet[0] >> 4 == 6:
        return int.from_bytes(packet[4:6]) + 40 == len(packet)
    words = struct.unpack(f"!{(packet[0] & 15) * 2}H", packet[: (packet[0] & 15) * 4])
    total = sum(words)
    isIntact = (total & 0xFFFF) + (total >> 16) == 0xFFFF  # RFC 1071
    return packet[0] >> 4 == 4 and int.from_bytes(packet[2:4]) == len(packet) and isIntact


def _networkIn(linkType: int, octets: bytes) -> bytes:
    if linkType != LINKTYPE_ETHERNET:
        header = _HEADERS.get(linkType)
        return b"" if header is None else octets[header:]
    position = 12
    while int.from_bytes(octets[position : position + 2]) in _VLANS:
        position += 4
    kind = int.from_bytes(octets[position : position + 2])
    return octets[position + 2 :] if kind in _ETHERTYPES else b""


def _packetIn(octets: bytes) -> _Packet | None:
    version = octets[0] >> 4
    if version == 4:
        header = (octets[0] & 15) * 4
        length, identification, flags = struct.unpack_from("!HHH", octets, 2)
        return _Packet(
            octets[12:16], octets[16:20], octets[9], octets[header : length or None],
            identification, (flags & 0x1FFF) * 8, bool(flags & 0x2000),
        )  # fmt: skip
    return _packetIn6(octets) if version == 6 else None


def _packetIn6(octets: bytes) -> _Packet:
    length, following = struct.unpack_from("!HB", octets, 4)
    source, destination, content = octets[8:24], octets[24:40], octets[40 : 40 + length]
    while following in _EXTENSIONS:
        following, content = content[0], content[8 + content[1] * 8 :]
    if following != _FRAGMENT:
        return _Packet(source, destination, following, content)
    following, place, identification = struct.unpack_from("!BxHI", content)
    return _Packet(
        source, destination, following, content[8:], identification, place & 0xFFF8, bool(place & 1)
    )


def _segmentIn(packet: _Packet) -> Segment | None:
    if packet.protocol not in (_TCP, _UDP):
        return None
    content = packet.content
    sourcePort, destinationPort = struct.unpack_from("!HH", content)
    source = TransportAddress.fromPacked(packet.source, sourcePort)
    destination = TransportAddress.fromPacked(packet.destination, destinationPort)
    if packet.protocol == _UDP:
        (length,) = struct.unpack_from("!H", content, 4)
        return Segment("udp", source, destination, content[8:length])
    sequence, start, flags = struct.unpack_from("!I4xBB", content, 4)
    return Segment(
        "tcp", source, destination, content[(start >> 4) * 4 :], sequence, bool(flags & _SYN)
    )
