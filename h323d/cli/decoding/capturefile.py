"""
Capture files: pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng), as far
as they hold frames.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from h323d.errors import DecodeError

__all__ = ["Frame", "framesIn", "isCapture"]

LONGEST_FRAME = 262144  # octets; what libpcap takes at most

_MICROSECONDS, _NANOSECONDS = 0xA1B2C3D4, 0xA1B23C4D  # pcap's magic numbers
_PCAP = {
    struct.pack(order + "I", magic): (order, 1e-6 if magic == _MICROSECONDS else 1e-9)
    for order in "<>"
    for magic in (_MICROSECONDS, _NANOSECONDS)
}
_SECTION = b"\x0a\x0d\x0d\x0a"  # pcapng's first block type, the same in either order
_ORDERS = {struct.pack(order + "I", 0x1A2B3C4D): order for order in "<>"}
_INTERFACE, _SIMPLE_PACKET, _ENHANCED_PACKET = 1, 3, 6  # further block types
_IF_TSRESOL = 9  # an interface's option: the unit of its times
_BLOCK = 12  # octets of a block without a body


@dataclass(frozen=True, slots=True)
class Frame:
    """
    One captured frame.

    @ivar number: from 1, as Wireshark counts.
    @ivar seconds: when it was captured; 0 if the file does not say.
    @ivar linkType: what the octets begin with (C{LINKTYPE_} of tcpdump.org).
    """

    number: int
    seconds: float
    linkType: int
    octets: bytes


def isCapture(data: bytes) -> bool:
    """
    Whether a file that begins so is one of these.
    """
    return data[:4] in _PCAP or data[:4] == _SECTION


def framesIn(data: bytes) -> Iterator[Frame]:
    """
    @raise DecodeError: it is no capture, or is damaged; a frame that is cut off at the end of the
        file is left out.
    """
    frames = _pcap(data) if data[:4] in _PCAP else _Sections(data).frames()
    for number, (seconds, linkType, octets) in enumerate(frames, 1):
        yield Frame(number, seconds, linkType, octets)


_Captured = tuple[float, int, bytes]  # seconds, link type, octets


def _pcap(data: bytes) -> Iterator[_Captured]:
    order, unit = _PCAP[data[:4]]
    header = struct.Struct(order + "IIII")
    if len(data) < 24:
        raise DecodeError("ends too early", "pcap", len(data))
    linkType = struct.unpack_from(order + "I", data, 20)[0] & 0x0FFFFFFF
    position = 24
    while position + header.size <= len(data):
        seconds, fraction, length, _ = header.unpack_from(data, position)
        if length > LONGEST_FRAME:
            raise DecodeError(f"a frame of {length} octets", "pcap", position + 8)
        position += header.size
        if position + length <= len(data):
            yield seconds + fraction * unit, linkType, data[position : position + length]
        position += length


class _Sections:
    """
    A pcapng file.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._order = "<"
        self._interfaces: list[tuple[int, float]] = []  # link type, unit of times

    def frames(self) -> Iterator[_Captured]:
        position = 0
        while position + _BLOCK <= len(self._data):
            if self._data[position : position + 4] == _SECTION:
                self._begin(position)
            kind, length = struct.unpack_from(self._order + "II", self._data, position)
            if length < _BLOCK or length % 4:
                raise DecodeError(f"a block of {length} octets", "pcapng", position + 4)
            body = self._data[position + 8 : position + length - 4]
            if position + length > len(self._data):
                return
            try:
                yield from self._block(kind, body)
            except struct.error:
                raise DecodeError("a block ends too early", "pcapng", position) from None
            position += length

    def _begin(self, position: int) -> None:
        magic = self._data[position + 8 : position + 12]
        if magic not in _ORDERS:
            raise DecodeError("no byte order", "pcapng", position + 8)
        self._order = _ORDERS[magic]
        self._interfaces = []

    def _block(self, kind: int, body: bytes) -> Iterator[_Captured]:
        order = self._order
        if kind == _INTERFACE:
            linkType = struct.unpack_from(order + "H", body)[0]
            self._interfaces.append((linkType, self._unit(body)))
        elif kind == _ENHANCED_PACKET:
            index, high, low, length, _ = struct.unpack_from(order + "5I", body)
            linkType, unit = self._interface(index)
            yield (high << 32 | low) * unit, linkType, self._frame(body[20:], length)
        elif kind == _SIMPLE_PACKET:
            (length,) = struct.unpack_from(order + "I", body)
            yield 0.0, self._interface(0)[0], self._frame(body[4:], min(length, len(body) - 4))

    def _interface(self, index: int) -> tuple[int, float]:
        if index >= len(self._interfaces):
            raise DecodeError(f"no interface {index}", "pcapng")
        return self._interfaces[index]

    def _frame(self, body: bytes, length: int) -> bytes:
        if length > min(len(body), LONGEST_FRAME):
            raise DecodeError(f"a frame of {length} octets", "pcapng")
        return body[:length]

    def _unit(self, body: bytes) -> float:
        """
        What the times of an interface count: microseconds, unless an option says otherwise.
        """
        position = 8
        while position + 4 <= len(body):
            code, length = struct.unpack_from(self._order + "HH", body, position)
            if code == _IF_TSRESOL and length == 1 and position + 4 < len(body):
                exponent = body[position + 4]
                return float(2 ** -(exponent & 0x7F) if exponent & 0x80 else 10.0**-exponent)
            position += 4 + (length + 3) // 4 * 4
        return 1e-6
