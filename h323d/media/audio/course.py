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
    @ivar kind: of the codec in which they come.
    @ivar size: of the payload of each, as it comes, octets.
    @ivar octets: of the payloads that were sent of those.
    @ivar arrival: of the last, seconds.
    @ivar sequence: of the last, as it came; likewise its timestamp.
    @ivar number: of the last, as it was sent; not reduced.
    @ivar ours: its timestamp, as it was sent; not reduced.
    @ivar clock: of the plane, when it came, milliseconds.
    """

    __slots__ = (
        *("_first", "_length", "_ownFirst", "_ownSsrc", "_packetMs", "_ownStep", "_ssrc", "_step"),
        *("arrival", "clock", "count", "kind", "number", "octets", "ours", "sequence", "size"),
        "stamp",
    )

    def __init__(self) -> None:
        self.count = self.octets = 0
        self.arrival = 0.0
        self.end()

    def end(self) -> None:
        """
        Foretell nothing any more.
        """
        self._first = -1

    def begin(
        self,
        kind: int,
        size: int,
        came: tuple[int, int, int, int],
        sent: tuple[int, int, int, int],
        steps: tuple[int, int],
        clock: int,
    ) -> None:
        """
        Go on from a packet that came, and what was sent of it.

        @param kind: of its codec.
        @param size: of its payload, octets.
        @param came: its payload type, sequence number, timestamp and SSRC.
        @param sent: likewise, not reduced.
        @param steps: how much later each packet is, by the timestamps that come, and by ours.
        @param clock: of the plane, milliseconds.
        """
        payloadType, self.sequence, self.stamp, self._ssrc = came
        ownType, self.number, self.ours, self._ownSsrc = sent
        self._first, self._ownFirst = _PLAIN | payloadType, _PLAIN | ownType
        self._step, self._ownStep = steps
        self.kind, self.size, self._length = kind, size, HEADER_BYTES + size
        self.clock = clock

    def foretells(self, octets: memoryview[int], at: int, length: int, clock: int) -> bool:
        """
        Whether this is the packet that is to come.

        @param at: where it begins.
        @param length: of it, octets.
        @param clock: of the plane, milliseconds.
        """
        first, sequence, stamp, ssrc = _HEADER.unpack_from(octets, at)
        return bool(
            first == self._first
            and sequence == self.sequence + 1 & _SEQUENCE
            and stamp == self.stamp + self._step & _STAMPS
            and ssrc == self._ssrc
            and length == self._length
            and clock - self.clock < JUMP_MS
        )

    def goOn(self, octets: memoryview[int], at: int, size: int, clock: int) -> None:
        """
        Give the packet that was foretold our header, and go on from it.

        @param at: where it is to begin.
        @param size: of the payload that is sent, octets.
        """
        self.sequence = self.sequence + 1 & _SEQUENCE
        self.stamp = self.stamp + self._step & _STAMPS
        self.number += 1
        self.ours += self._ownStep
        self.clock = clock
        self.count += 1
        self.octets += size
        number, ours = self.number & _SEQUENCE, self.ours & _STAMPS
        _HEADER.pack_into(octets, at, self._ownFirst, number, ours, self._ownSsrc)
