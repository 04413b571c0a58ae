"""
How a lane goes on, as long as it goes on as it has: prediction instead of judgement.

Of packets that pass (L{h323d.media.audio.lanes}), nearly every one is the next of its source, as
long as the last, and a packet's time later; and so is what becomes of it, with our header.  A
L{Course} knows both headers beforehand.  What it takes is only counted here; the columns of both
ports are told of a whole run at once, before anybody else looks at them.

It only ever says "as foretold".  Whatever differs in anything is left as it came, to be judged.
"""

from __future__ import annotations

import struct

from h323d.rtp.columns import HEADER_BYTES

__all__ = ["JUMP_MS", "Course"]

JUMP_MS = 1000  # a step of time that is not the network's
_HEADER = struct.Struct("!HHII")
_PLAIN = 0x8000  # the first two octets: version 2, without padding, extension, CSRCs or marker
_SEQUENCE = 0xFFFF
_STAMPS = (1 << 32) - 1


class Course:
    """
    @ivar count: packets that were taken, and nobody was told of.
    @ivar size: of the payload of each, octets.
    @ivar arrival: of the last, seconds.
    @ivar sequence: of the last, as it came; likewise its timestamp.
    @ivar number: of the last, as it was sent; not reduced.
    @ivar ours: its timestamp, as it was sent; not reduced.
    @ivar clock: of the plane, when it came, milliseconds.
    """

    __slots__ = (
        *("_first", "_length", "_ownFirst", "_ownSsrc", "_packetMs", "_ssrc", "_step"),
        *("arrival", "clock", "count", "number", "ours", "sequence", "size", "stamp"),
    )

    def __init__(self) -> None:
        self.count = 0
        self.arrival = 0.0
        self.end()

    def end(self) -> None:
        """
        Foretell nothing any more.
        """
        self._first = -1

    def begin(
        self,
        came: tuple[int, int, int, int],
        size: int,
        sent: tuple[int, int, int, int],
        form: tuple[int, int],
        clock: int,
    ) -> None:
        """
        Go on from a packet that came, and what was sent of it.

        @param came: its payload type, sequence number, timestamp and SSRC.
        @param size: of its payload, octets.
        @param sent: likewise, not reduced.
        @param form: milliseconds in a packet, and units of a timestamp in each.
        @param clock: of the plane, milliseconds.
        """
        payloadType, self.sequence, self.stamp, self._ssrc = came
        ownType, self.number, self.ours, self._ownSsrc = sent
        self._first, self._ownFirst = _PLAIN | payloadType, _PLAIN | ownType
        self._packetMs, units = form
        self._step = self._packetMs * units
        self.size, self._length = size, HEADER_BYTES + size
        self.clock = clock

    def take(self, octets: memoryview[int], at: int, length: int, clock: int) -> bool:
        """
        Give a packet our header, if it is the one that is foretold.

        @param at: where it begins.
        @param length: of it, octets.
        @param clock: of the plane, milliseconds.
        """
        first, sequence, stamp, ssrc = _HEADER.unpack_from(octets, at)
        if (
            first != self._first
            or sequence != self.sequence + 1 & _SEQUENCE
            or stamp != self.stamp + self._step & _STAMPS
            or ssrc != self._ssrc
            or length != self._length
            or clock - self.clock >= JUMP_MS
        ):
            return False
        self.sequence, self.stamp, self.clock = sequence, stamp, clock
        self.number += 1
        self.ours += self._step
        self.count += 1
        _HEADER.pack_into(
            octets,
            at,
            self._ownFirst,
            self.number & _SEQUENCE,
            self.ours & _STAMPS,
            self._ownSsrc,
        )
        return True
