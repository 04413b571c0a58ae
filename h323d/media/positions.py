"""
Where the stream that a port sends is: what another process, or plane, has to know to go on with it.

Whoever goes on after one that died knows where that was a moment before, and not at the end.  So it
goes on further ahead than that can have come: a gap in numbers is a loss like any other, while a
number that comes twice is refused; and encrypted, it would tell what was said (RFC 3711, 9.1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

__all__ = [
    "NAME_BITS",
    "NOTHING_YET",
    "SEQUENCE_BITS",
    "SSRC_BITS",
    "TIMESTAMP_BITS",
    "ShieldPosition",
    "Shields",
    "StreamPosition",
]

SSRC_BITS = TIMESTAMP_BITS = 32
SEQUENCE_BITS = 15
"""
Of that which is drawn: the first turn-over is not at once, or who has missed the packets before it
would count it wrong (RFC 3711, 3.3.1).
"""

NAME_BITS = 48

NOTHING_YET = -1  # as an index: no packet has had one

_FASTEST = 200  # packets in a second that we send of our own, digits and all
_SURE = 1.0  # seconds, of packets that are left out beside those that may have been sent
_PASSED = 8192  # packets that may have been passed on meanwhile, however fast they came
_REPORTS = 64  # of RTCP, likewise


@dataclass(frozen=True, slots=True)
class ShieldPosition:
    """
    How far what is encrypted has come, with the keys that it has.  An index is a sequence number,
    with how often these have turned over before it (RFC 3711, 3.3.1).

    @ivar ours: a digest of the key that we encrypt with.
    @ivar ssrc: of what we send.
    @ivar sent: the index of the last packet.
    @ivar reports: how many of RTCP were sent.
    @ivar theirs: a digest of the key of what comes.
    @ivar source: the SSRC of what comes.
    @ivar taken: the index of the newest packet of it.
    """

    ours: bytes
    ssrc: int
    sent: int
    reports: int
    theirs: bytes
    source: int
    taken: int

    def ahead(self, packets: int) -> ShieldPosition:
        """
        @return: so many packets later.
        """
        sent = self.sent if self.sent == NOTHING_YET else self.sent + packets
        return replace(self, sent=sent, reports=self.reports + _REPORTS)


Shields = tuple[ShieldPosition | None, ShieldPosition | None]
"""
Those of RTP, and of RTCP if that has keys of its own.
"""


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """
    Where a stream is, or begins.

    @ivar ssrc: which it is.
    @ivar sequence: of the next packet, and how often it has turned over before.
    @ivar timestamp: not reduced.
    @ivar at: when that was so, in seconds since 1970: whoever goes on a while later is as much
        further, as sound is.
    @ivar units: of a timestamp, in a millisecond.
    @ivar name: what stands before our host in its CNAME.
    @ivar sent: packets, so far.
    @ivar octets: of payload in them.
    """

    ssrc: int
    sequence: int
    timestamp: int
    at: float
    name: str
    units: int = 8
    sent: int = 0
    octets: int = 0
    shields: Shields = (None, None)

    def timestampAt(self, moment: float) -> int:
        """
        @param moment: in seconds since 1970.
        @return: what it is then, or was already.
        """
        return self.timestamp + max(0, round((moment - self.at) * 1000)) * self.units

    def after(self, moment: float) -> StreamPosition:
        """
        Where whoever goes on may begin.

        @param moment: at present, in seconds since 1970.
        """
        seconds = max(0.0, moment - self.at)
        packets = math.ceil((seconds + _SURE) * _FASTEST)
        if any(self.shields):
            packets = max(packets, _PASSED)
        first, second = (None if each is None else each.ahead(packets) for each in self.shields)
        return replace(
            self,
            sequence=self.sequence + packets,
            timestamp=self.timestampAt(moment),
            at=moment,
            shields=(first, second),
        )
