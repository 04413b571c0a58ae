"""
Which source a port listens to: the defence against injected and stolen sound.

Until it is latched, a port sends to the negotiated address, if it may
(L{h323d.media.audio.consent}), and to nobody else.  A source at the negotiated host, from any port,
is believed at its first valid packet: symmetric RTP behind a port translator.  So is the host of
the signalling, where the negotiated address is a private one, which a translator has hidden.

A source at a third host has to go on for L{PROBATION} packets in sequence, and may not at all
where sound and signalling are negotiated to come from the same host, unless the configuration
lets any host.  The lock that it gets is contested for L{CONTEST} seconds: the first valid packet
from where sound was to come from takes it back.  After that the port is locked for good: nobody
else is heard or sent to until signalling names another address.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache

from h323d.call.media import MediaNetworks
from h323d.values.address import TransportAddress

__all__ = ["CONTEST", "PROBATION", "Latch", "canonicalHost", "newLatch"]

PROBATION = 5  # packets in sequence
CONTEST = 10.0  # seconds
_CACHED = 1024  # hosts


@dataclass(slots=True)
class Latch:
    """
    The judgement of one port that is not locked for good yet.

    @ivar believed: the hosts whose first valid packet is enough.
    @ivar others: whether any other host may become the peer.
    @ivar peer: whom the port is locked to; C{None} as long as it is to nobody.
    @ivar contestedUntil: when that lock can no longer be taken back, in the owner's seconds.
    """

    believed: tuple[str, ...]
    others: bool
    peer: TransportAddress | None = None
    contestedUntil: float = 0.0
    candidate: TransportAddress | None = None
    sequence: int = 0
    run: int = 0

    def accepts(self, source: TransportAddress, sequence: int, now: float) -> bool:
        """
        Judge a valid packet of a negotiated payload type, that is not from the peer.

        @param sequence: its sequence number.
        @return: whether the port is to be locked to C{source} now.
        """
        if self.settled(now):
            return False
        believed = source.host in self.believed
        if not believed and (self.peer is not None or not self._proves(source, sequence)):
            return False
        self.peer = source
        self.contestedUntil = now if believed or not self.believed else now + CONTEST
        return True

    def goOn(self, source: TransportAddress, now: float) -> None:
        """
        The port is locked to C{source}, which was judged where it was before.
        """
        self.peer = source
        believed = source.host in self.believed or not self.believed
        self.contestedUntil = now if believed else now + CONTEST

    def settled(self, now: float) -> bool:
        """
        Whether the port is locked for good.
        """
        return self.peer is not None and now >= self.contestedUntil

    def _proves(self, source: TransportAddress, sequence: int) -> bool:
        if not self.others:
            return False
        if source == self.candidate and sequence == (self.sequence + 1) & 0xFFFF:
            self.run += 1
        else:
            self.candidate, self.run = source, 1
        self.sequence = sequence
        return self.run >= PROBATION


def newLatch(
    negotiated: str | None, signalling: str, anyHost: bool, networks: MediaNetworks
) -> Latch:
    """
    Whom to believe on a port.

    @param negotiated: the host that signalling named; C{None} if it named none.
    @param signalling: the host that signalling comes from.
    @param anyHost: whether any other host may become the peer, wherever sound is to come from.
    """
    there = canonicalHost(signalling)
    if negotiated is None:
        return Latch((there,), True)
    named = canonicalHost(negotiated)
    hidden = named != there and named in networks.private
    return Latch((named, there) if hidden else (named,), anyHost or named != there)


@lru_cache(_CACHED)  # both sides of a call are asked about again and again
def canonicalHost(host: str) -> str:
    """
    A literal address as the system writes it: IPv6 has many ways, one of them for IPv4.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(getattr(address, "ipv4_mapped", None) or address)
