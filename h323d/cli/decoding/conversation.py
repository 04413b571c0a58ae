"""
The messages of a capture: RAS and SIP in datagrams, H.225.0, H.245 and SIP in streams, which
are put together from their segments.

Streams are known by what they begin with, not by their ports: those of H.245 are different in
each call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from h323d.cli.decoding.capturefile import Frame
from h323d.cli.decoding.messages import View, looksLikeSIP, sipView, viewOf
from h323d.cli.decoding.packets import PacketReader, Segment
from h323d.errors import DecodeError
from h323d.h323.ports import MULTICAST_PORT, RAS_PORT
from h323d.h323.signalling import q931, tpkt
from h323d.sip.messages import framing
from h323d.values.address import TransportAddress

__all__ = ["Conversations"]

RAS_PORTS = (MULTICAST_PORT, RAS_PORT)
MAX_WAITING = 64  # segments of one stream that came before one that is missing
LONGEST_LINE = 512  # octets of SIP's first line, while a stream has not shown what it is
_MODULUS = 1 << 32  # of TCP's sequence numbers


class Conversations:
    """
    Everything that is said in a capture.

    @ivar passedOver: how many packets held nothing that is read here.
    """

    def __init__(self, reencode: bool) -> None:
        """
        @param reencode: whether to add the octets that we would send.
        """
        self.passedOver = 0
        self._reencode = reencode
        self._packets = PacketReader()
        self._streams: dict[tuple[TransportAddress, TransportAddress], _Stream] = {}
        self._began: float | None = None

    def read(self, frames: Iterable[Frame]) -> Iterator[View]:
        """
        @return: each message, with the frame that it ended in, the seconds since the first
            frame, how it travelled, and from where to where.
        """
        for frame in frames:
            if self._began is None:
                self._began = frame.seconds
            segment = self._packets.read(frame.linkType, frame.octets)
            if segment is None:
                self.passedOver += 1
                continue
            head = {
                "frame": frame.number,
                "seconds": round(frame.seconds - self._began, 6),
                "transport": segment.transport,
                "from": str(segment.source),
                "to": str(segment.destination),
            }
            views = self._datagram(segment) if segment.transport == "udp" else self._stream(segment)
            for view in views:
                yield head | view

    def _datagram(self, segment: Segment) -> Iterator[View]:
        data = segment.payload
        if framing.isKeepAlive(data):
            return
        if {segment.source.port, segment.destination.port} & set(RAS_PORTS):
            yield _told("ras", data, self._reencode)
        elif looksLikeSIP(data):
            yield _told("sip", data, self._reencode)
        else:
            self.passedOver += 1

    def _stream(self, segment: Segment) -> Iterator[View]:
        way = segment.source, segment.destination
        if segment.opens or way not in self._streams:
            self._streams[way] = _Stream(segment, self._reencode)
        yield from self._streams[way].take(segment)


class _Stream:
    """
    One direction of a TCP connection.
    """

    def __init__(self, first: Segment, reencode: bool) -> None:
        self._next = (first.sequence + first.opens) % _MODULUS
        self._waiting: dict[int, bytes] = {}
        self._head = b""  # too little to know what begins with it
        self._reader: tpkt.TPKTReader | framing.StreamReader | None = None
        self._reencode = reencode

    def take(self, segment: Segment) -> Iterator[View]:
        if segment.payload and not segment.opens:
            self._waiting[segment.sequence] = segment.payload
        yield from self._inOrder()
        if len(self._waiting) > MAX_WAITING:  # what is missing was not captured
            self._reader, self._head = None, b""
            self._next = min(self._waiting, key=lambda each: (each - self._next) % _MODULUS)
            yield from self._inOrder()

    def _inOrder(self) -> Iterator[View]:
        while True:
            here = [each for each in self._waiting if not self._isAhead(each)]
            if not here:
                return
            for sequence in here:
                data = self._waiting.pop(sequence)[(self._next - sequence) % _MODULUS :]
                self._next = (self._next + len(data)) % _MODULUS
                if data:
                    yield from self._read(data)

    def _isAhead(self, sequence: int) -> bool:
        return 0 < (sequence - self._next) % _MODULUS < _MODULUS // 2

    def _read(self, data: bytes) -> Iterator[View]:
        if self._reader is None:
            data, self._head = self._head + data, b""
            self._reader = _readerFor(data)
            if self._reader is None and _mayGoOn(data):
                self._head = data
        try:
            if isinstance(self._reader, tpkt.TPKTReader):
                for content in self._reader.feed(data):
                    yield _told(_kindOf(content), content, self._reencode)
            elif self._reader is not None:
                yield from self._sip(self._reader, data)
        except DecodeError as error:
            self._reader = None  # the next segment may begin with a message
            yield {"kind": "h225", "undecodable": str(error)}

    def _sip(self, reader: framing.StreamReader, data: bytes) -> Iterator[View]:
        for item in reader.feed(data):
            if isinstance(item, DecodeError):
                yield {"kind": "sip", "undecodable": str(item)}
            elif not isinstance(item, framing.KeepAlive):
                yield {"kind": "sip", **sipView(item, self._reencode)}
        if reader.broken:
            self._reader = None


def _readerFor(data: bytes) -> tpkt.TPKTReader | framing.StreamReader | None:
    """
    C{None} for a stream that holds something else, or TLS.
    """
    if data.startswith(tpkt.KEEPALIVE[:2]):
        return tpkt.TPKTReader()
    return framing.StreamReader() if looksLikeSIP(data) else None


def _mayGoOn(data: bytes) -> bool:
    """
    Whether it may be the first octets of a message.
    """
    return len(data) < LONGEST_LINE and (
        data == tpkt.KEEPALIVE[:1] or (data.isascii() and data[:1].isalpha() and b"\n" not in data)
    )


def _kindOf(content: bytes) -> str:
    return "h225" if content[0] == q931.PROTOCOL_DISCRIMINATOR else "h245"


def _told(kind: str, data: bytes, reencode: bool) -> View:
    try:
        return viewOf(kind, data, reencode)
    except DecodeError as error:
        return {"kind": kind, "undecodable": str(error)}
