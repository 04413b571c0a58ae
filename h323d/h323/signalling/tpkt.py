"""
TPKT: the packets in which H.225.0 and H.245 travel over TCP (RFC 1006, 6; RFC 2126, 4.3).

A packet is a header of four octets - version 3, a reserved octet, the length of the whole
packet - and its content.  This module cuts a stream of octets into contents; it knows
nothing of what they mean.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from h323d.errors import DecodeError, EncodeError

__all__ = ["HEADER_LENGTH", "KEEPALIVE", "MAXIMUM_LENGTH", "TPKTReader", "encode"]

HEADER_LENGTH = 4  # octets
MAXIMUM_LENGTH = 0xFFFF  # octets, header included

_HEADER = struct.Struct("!BBH")
_VERSION = 3

KEEPALIVE = _HEADER.pack(_VERSION, 0, HEADER_LENGTH)
"""A packet without content: sent by many stacks to keep NAT bindings open."""


def encode(content: bytes) -> bytes:
    """
    Put C{content} into a packet.

    @raise EncodeError: it is longer than a packet can tell.
    """
    length = HEADER_LENGTH + len(content)
    if length > MAXIMUM_LENGTH:
        raise EncodeError(f"{len(content)} octets do not fit", "TPKT.length")
    return _HEADER.pack(_VERSION, 0, length) + content


class TPKTReader:
    """
    Cuts received octets, in whatever portions they come, into contents.

    After an error the stream cannot be read any further: there is no telling where the
    next packet begins.

    @ivar octetsRead: how many octets of whole packets were read; what a
        L{DecodeError}'s offset counts from.
    """

    def __init__(self, maximum: int = MAXIMUM_LENGTH) -> None:
        """
        @param maximum: the longest packet to accept, in octets, header included.
        """
        self._maximum = min(maximum, MAXIMUM_LENGTH)
        self._buffer = bytearray()
        self._failed = False
        self.octetsRead = 0

    @property
    def pending(self) -> int:
        """
        How many octets of an incomplete packet are waiting.
        """
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """
        Take octets in, and give the contents of all packets that they complete.

        A keepalive has no content and is not given.  What was not iterated over when the
        caller stops stays for the next call.

        @raise DecodeError: while iterating, for a header that is none.
        """
        if not self._failed:
            self._buffer += data
        return self._packets()

    def _packets(self) -> Iterator[bytes]:
        while len(self._buffer) >= HEADER_LENGTH and not self._failed:
            version, _, length = _HEADER.unpack_from(self._buffer)
            if version != _VERSION:
                self._fail(f"version {version}, not 3", "TPKT.version", 0)
            if length < HEADER_LENGTH:
                self._fail(f"length {length} is shorter than the header", "TPKT.length", 2)
            if length > self._maximum:
                self._fail(f"length {length} is over the limit", "TPKT.length", 2)
            if len(self._buffer) < length:
                return
            content = bytes(self._buffer[HEADER_LENGTH:length])
            del self._buffer[:length]
            self.octetsRead += length
            if content:
                yield content

    def _fail(self, reason: str, path: str, offset: int) -> None:
        self._failed = True
        self._buffer.clear()
        raise DecodeError(reason, path, self.octetsRead + offset)
