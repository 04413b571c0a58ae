"""
What the media plane counts of a port.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PortStatistics"]


@dataclass(frozen=True, slots=True)
class PortStatistics:
    """
    How one port's streams fare, since the port was opened.

    @ivar packetsReceived: valid ones.
    @ivar packetsLost: by RFC 3550, A.3.
    @ivar packetsLate: arrived after their turn, and were not heard.
    @ivar packetsRefused: wrong source, payload type or form, or neither passed nor decoded.
    @ivar jitter: interarrival jitter of what arrives (RFC 3550, A.8), seconds.
    @ivar bufferDepth: what waits in the jitter buffer, seconds.
    @ivar delay: from a packet's arrival until its sound leaves, seconds; a mean.
    @ivar concealed: frames that were made up.
    @ivar shifted: pieces of 10 ms by which its sound was made shorter, or waited for.
    @ivar packetsSent: by us.
    @ivar remoteLost: the share of our packets that the peer reports lost, or C{None}.
    @ivar remoteJitter: the jitter that the peer reports, seconds, or C{None}.
    @ivar roundTrip: from RTCP, seconds; C{None} until known.
    @ivar silence: for how long nothing has come, seconds: no sound where sound is expected, and
        no RTCP either, which is all that comes of one who only listens.  0 while nothing is
        negotiated, and while the port is in no room.
    @ivar packetsExpected: what the present source has sent, as far as is known (RFC 3550, A.3).
    @ivar lostRuns: in how many pieces packets were lost; what comes late, was not.
    @ivar octetsReceived: of sound, without headers, of the packets that were heard.
    @ivar octetsSent: likewise, by us.
    @ivar payloadType: of the sound that arrives; C{None} while none does, or it merely passes.
    @ivar bufferTarget: for how long sound is to wait in the jitter buffer, seconds.
    @ivar remoteDelay: from when a packet reaches the peer until it is heard, and from its
        microphone to the network, seconds; C{None} unless it tells (RFC 3611, 4.7).
    @ivar remoteDiscarded: the share of our packets that came too late for the peer, likewise.
    @ivar remoteMOS: what the peer makes of our sound: a mean opinion score, likewise.
    """

    packetsReceived: int = 0
    packetsLost: int = 0
    packetsLate: int = 0
    packetsRefused: int = 0
    jitter: float = 0.0
    bufferDepth: float = 0.0
    delay: float = 0.0
    concealed: int = 0
    shifted: int = 0
    packetsSent: int = 0
    remoteLost: float | None = None
    remoteJitter: float | None = None
    roundTrip: float | None = None
    silence: float = 0.0
    packetsExpected: int = 0
    lostRuns: int = 0
    octetsReceived: int = 0
    octetsSent: int = 0
    payloadType: int | None = None
    bufferTarget: float = 0.0
    remoteDelay: float | None = None
    remoteDiscarded: float | None = None
    remoteMOS: float | None = None
