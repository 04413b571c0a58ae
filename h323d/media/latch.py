"""
Which source a port listens to: the defence against injected and stolen sound.

Until it is latched a port sends to the negotiated address and to nobody else.  A source
at the negotiated host, from any port, is believed at its first valid packet: symmetric
RTP behind a port translator.  A source at another host - a caller behind an address
translator - has to go on for L{PROBATION} packets in sequence, while the negotiated host
stays silent; and may not at all, where the configuration says so.  After that the port
is locked: nobody else is heard or sent to until signalling names another address.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.values.address import TransportAddress

__all__ = ["PROBATION", "Latch"]

PROBATION = 5  # packets in sequence


@dataclass(slots=True)
class Latch:
    """
    The judgement of one port that is not locked yet.

    @ivar negotiated: the host that signalling named; C{None} if it named none, and then
        the first valid source is believed.
    @ivar anyHost: whether other hosts may become the peer.
    """

    negotiated: str | None
    anyHost: bool
    candidate: TransportAddress | None = None
    sequence: int = 0
    run: int = 0

    def accepts(self, source: TransportAddress, sequence: int) -> bool:
        """
        Judge a valid packet of a negotiated payload type.

        @param sequence: its sequence number.
        @return: whether the port is to be locked to C{source} now.
        """
        if self.negotiated is None or source.host == self.negotiated:
            return True
        if not self.anyHost:
            return False
        if source == self.candidate and sequence == (self.sequence + 1) & 0xFFFF:
            self.run += 1
        else:
            self.candidate, self.run = source, 1
        self.sequence = sequence
        return self.run >= PROBATION
