"""
Messages of a server's signalling as a capture file (draft-ietf-opsawg-pcap), which Wireshark opens.

The packets are made up around the messages: each is a datagram, or the next octets of a connection
that was there before.  What went over TLS is there as TCP, in the clear.
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = ["HEADER", "Packets", "captureOf"]

Row = Mapping[str, Any]  # Any: of JSON; a L{WireView<h323d.operation.ladder.WireView>}

SEGMENT = 32768  # octets of a message that one packet carries at most, by TCP

HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101)  # LINKTYPE_RAW
_TCP, _UDP = 6, 17
_PUSH = 0x5018  # a header of five words; PSH and ACK
_WINDOW = 65535

_End = tuple[bytes, int]  # a packed address, and a port


def captureOf(rows: Iterable[Row]) -> bytes:
    """
    The whole file.
    """
    return HEADER + b"".join(Packets().ofAll(rows))


class Packets:
    """
    Makes packets, and counts the octets of each connection.
    """

    def __init__(self) -> None:
        self._next: dict[tuple[_End, _End], int] = {}  # sequence numbers, by direction

    def ofAll(self, rows: Iterable[Row]) -> Iterator[bytes]:
        """
        What follows in the file, by packets.
        """
        for row in rows:
            source, target = _endOf(row["source"]), _endOf(row["target"])
            octets = bytes.fromhex(row["octets"])
            if row["transport"] == "UDP":
                packets = [_datagram(source, target, octets)]
            else:
                packets = list(self._segments(source, target, octets))
            for packet in packets:
                yield _record(row["at"], packet)

    def _segments(self, source: _End, target: _End, octets: bytes) -> Iterator[bytes]:
        heard = self._next.get((target, source), 1)
        for start in range(0, len(octets), SEGMENT):
            part = octets[start : start + SEGMENT]
            sequence = self._next.get((source, target), 1)
            self._next[source, target] = (sequence + len(part)) % (1 << 32)
            numbers = (source[1], target[1], sequence, heard)
            head = struct.pack("!HHIIHHHH", *numbers, _PUSH, _WINDOW, 0, 0)
            yield _packet(source[0], target[0], _TCP, head + part, 16)


def _endOf(text: str) -> _End:
    """
    @param text: as in C{192.0.2.1:5060} or C{[2001:db8::1]:5060}.
    """
    host, _, port = text.rpartition(":")
    return ipaddress.ip_address(host.strip("[]")).packed, int(port)


def _record(at: float, packet: bytes) -> bytes:
    seconds, microseconds = divmod(round(at * 1_000_000), 1_000_000)
    return struct.pack("<IIII", seconds, microseconds, len(packet), len(packet)) + packet


def _datagram(source: _End, target: _End, octets: bytes) -> bytes:
    head = struct.pack("!HHHH", source[1], target[1], 8 + len(octets), 0)
    return _packet(source[0], target[0], _UDP, head + octets, 6)


def _packet(source: bytes, target: bytes, protocol: int, content: bytes, place: int) -> bytes:
    """
    @param place: of the checksum in the content.
    """
    pseudo = source + target + struct.pack("!II", len(content), protocol)
    checksum = _checksum(pseudo + content) or 0xFFFF
    content = content[:place] + checksum.to_bytes(2) + content[place + 2 :]
    if len(source) == 16:
        return struct.pack("!IHBB", 6 << 28, len(content), protocol, 64) + source + target + content
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(content), 0, 0, 64, protocol, 0)
    summed = _checksum(head + source + target).to_bytes(2)
    return head[:10] + summed + source + target + content


def _checksum(octets: bytes) -> int:
    """
    That of the Internet (RFC 1071).
    """
    even = octets + bytes(len(octets) % 2)
    total: int = sum(struct.unpack(f"!{len(even) // 2}H", even))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total
