"""
Captures without an interface: packets, frames of several link layers, and the files that hold
them.
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterable

__all__ = ["ethernet", "ip", "pcap", "pcapng", "tcp", "udp"]

_HOSTS = ("10.0.0.1", "10.0.0.2")
_TCP, _UDP, _FRAGMENT = 6, 17, 44
SYN, PUSH = 0x02, 0x18


def udp(source: int, destination: int, data: bytes) -> bytes:
    return struct.pack("!HHHH", source, destination, 8 + len(data), 0) + data


def tcp(source: int, destination: int, sequence: int, data: bytes, flags: int = PUSH) -> bytes:
    return (
        struct.pack("!HHIIBBHHH", source, destination, sequence, 0, 0x50, flags, 65535, 0, 0) + data
    )


def ip(
    content: bytes,
    protocol: int = _UDP,
    hosts: tuple[str, str] = _HOSTS,
    identification: int = 0,
    offset: int = 0,
    more: bool = False,
) -> bytes:
    """
    A packet, of the version that the addresses have.
    """
    source, destination = (ipaddress.ip_address(each).packed for each in hosts)
    if len(source) == 16:
        following = protocol
        if offset or more:
            place = offset | more
            content = struct.pack("!BBHI", protocol, 0, place, identification) + content
            following = _FRAGMENT
        head = struct.pack("!IHBB", 0x60000000, len(content), following, 64)
        return head + source + destination + content
    place = offset >> 3 | more << 13
    head = struct.pack("!BBHHHBB", 0x45, 0, 20 + len(content), identification, place, 64, protocol)
    total = sum(struct.unpack("!9H", head + source + destination))
    checksum = 0xFFFF - ((total & 0xFFFF) + (total >> 16))
    return head + struct.pack("!H", checksum) + source + destination + content


def ethernet(packet: bytes, kind: int = 0x0800, vlan: bytes = b"") -> bytes:
    return bytes(12) + vlan + kind.to_bytes(2) + packet


def pcap(
    frames: Iterable[bytes], linkType: int, order: str = "<", magic: int = 0xA1B2C3D4
) -> bytes:
    """
    A file whose frames are half a second apart.
    """
    unit = 1_000_000 if magic == 0xA1B2C3D4 else 1_000_000_000
    file = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, linkType)
    for number, frame in enumerate(frames):
        fraction = number % 2 * unit // 2
        file += struct.pack(order + "IIII", 1000 + number // 2, fraction, len(frame), len(frame))
        file += frame
    return file


def pcapng(frames: Iterable[bytes], linkType: int, order: str = "<", exponent: int = 6) -> bytes:
    """
    Likewise, with an interface whose clock has so many decimal places.
    """

    def block(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        length = struct.pack(order + "I", len(body) + 12)
        return struct.pack(order + "I", kind) + length + body + length

    resolution = struct.pack(order + "HHB3xHH", 9, 1, exponent, 0, 0)
    file = block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    file += block(1, struct.pack(order + "HHI", linkType, 0, 0) + resolution)
    file += block(4, b"names, which nobody reads")
    for number, frame in enumerate(frames):
        time = (2000 + number) * 10**exponent // 2
        head = struct.pack(order + "5I", 0, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame))
        file += block(6, head + frame)
    return file
