"""
The C{[media]} section of the configuration.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MediaConfig"]

_FRAME_MS = 20  # the longest frame a room is mixed in
_LONGEST_PACKET_MS = 60


@dataclass(frozen=True, slots=True)
class MediaConfig:
    """
    How RTP is received, buffered, mixed and sent.
    """

    portFirst: int = 16384
    """The first RTP port; even.  RTCP takes the odd one above.  Pairs are drawn from the range at
    random."""

    portLast: int = 32767
    """The last port of the range.  Keep it below the range from which the kernel
    takes ports for others (32768 on Linux)."""

    threads: int = 1
    """How many threads mix and transcode; a room, or a call through the gateway, is in one
    of them for as long as it lasts.  Python lets one run at a time, but for what codecs and the
    kernel do meanwhile, and to take turns costs more than that gains where threads were
    measured: keep to 1, unless C{benchmarks/threads.py} says otherwise of your machine."""

    processes: int = 0
    """How many processes of their own carry the media, with C{threads} each; 0 has them in the
    server's.  Signalling and sound take turns in one process, and not in several; and when one of
    these dies, sound is away for some tenths of a second, and no call is lost."""

    spareProcesses: int = 1
    """How many more of these wait, to take over at once from one that dies; each takes some 60 MB.
    Without, sound is away for as long as a process takes to begin."""

    tickMs: int = 5
    """The grid that rooms are mixed on, milliseconds: 5, 10 or 20.  Rooms are spread over
    the ticks within a frame, so a finer grid sends sooner after mixing; it costs more CPU.  With
    20, packets of 10, 30 and 50 ms are not made."""

    departureMs: float = 2.5
    """How long after its point of the grid a mix leaves, milliseconds; below C{tickMs}.
    Mixing takes now less, now more; what is ready earlier waits, so that packets leave
    evenly.  Where up to 48 members are mixed at a time, that takes about as long each time,
    and nothing waits.  0 sends each mix when it is ready."""

    jitterMinMs: int = 2
    """How long before its turn a packet shall be there, milliseconds; what is below
    counts on the network's regularity."""

    jitterMaxMs: int = 200
    """The hard cap of a jitter buffer, milliseconds.  What arrives beyond makes the
    buffer drop back at once."""

    rtcpIntervalSeconds: float = 5.0
    """Mean time between RTCP reports of a port (RFC 3550, 6.2)."""

    silenceTimeout: float = 300.0
    """Seconds without anything from a peer, no sound and no RTCP, until its call ends, by H.323 and
    SIP alike; not while it is held.  30 seconds end a SIP call whose connection is lost.  0 never
    ends one."""

    latchAnyHost: bool = False
    """Whether a source at any host may become a port's peer, when it goes on sending and the
    negotiated host is silent; without it, only where the negotiated address is a private one, or is
    not where the call's signalling comes from.  What callers need whose sound and signalling leave
    a translator by different addresses; and what lets strangers take it."""

    maximumPorts: int = 4096
    """How many ports and local parties can be open at once; tables are made for so many
    (some 20 KB each, 70 in rooms of 48 kHz; taken from the machine only when used)."""

    trafficClass: int = 0xB8
    """The DSCP and ECN octet of RTP and RTCP; 0xB8 is expedited forwarding."""

    emergencyTrafficClass: int = 0xB8
    """The same for calls that go before others: an EMERGENCY, where there is a guard."""

    def __post_init__(self) -> None:
        if self.portFirst % 2 or not 1024 <= self.portFirst < self.portLast <= 65535:
            raise ValueError("portFirst: must be an even port from 1024, below portLast")
        if not 1 <= self.threads <= 64:
            raise ValueError("threads: must be 1 to 64")
        if not 0 <= self.processes <= 64:
            raise ValueError("processes: must be 0 to 64")
        if not 0 <= self.spareProcesses <= 8:
            raise ValueError("spareProcesses: must be 0 to 8")
        if self.tickMs not in (5, 10, 20):
            raise ValueError("tickMs: must be 5, 10 or 20")
        if not 0 <= self.departureMs < self.tickMs:
            raise ValueError("departureMs: must be 0 to less than tickMs")
        if not 0 <= self.jitterMinMs <= 100:
            raise ValueError("jitterMinMs: must be 0 to 100")
        if not self.jitterMinMs + _LONGEST_PACKET_MS + _FRAME_MS <= self.jitterMaxMs <= 500:
            raise ValueError("jitterMaxMs: must be at least 80 above jitterMinMs, and at most 500")
        for key in ("trafficClass", "emergencyTrafficClass"):
            if not 0 <= getattr(self, key) <= 255:
                raise ValueError(f"{key}: must be 0 to 255")
        if not 1 <= self.maximumPorts <= 32768:
            raise ValueError("maximumPorts: must be 1 to 32768")
        if self.silenceTimeout < 0:
            raise ValueError("silenceTimeout: must not be negative")
        if self.rtcpIntervalSeconds < 1.0:
            raise ValueError("rtcpIntervalSeconds: must be at least 1")
