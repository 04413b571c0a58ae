"""
What is asked of relays, and what they tell (L{h323d.call.media.IRelay}).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["Latching", "RelayStatistics"]


class Latching(enum.Enum):
    """
    Where a relay looks for a peer, and sends to.
    """

    NEVER = "never"
    """It is heard from the host that it named alone, and sent to where it said."""

    OWN_HOST = "own host"
    """It is sent to where its packets come from; they come from its host alone."""

    ANY_HOST = "any host"
    """Likewise; from another host, it has to prove itself."""


@dataclass(frozen=True, slots=True)
class RelayStatistics:
    """
    What came from one side of a relay, since it was opened.

    @ivar packets: valid RTP packets of the peer.
    @ivar octets: in them.
    @ivar controlPackets: valid RTCP packets of the peer.
    @ivar refused: packets of another source or form; they went nowhere.
    @ivar silence: for how long nothing has come, seconds.
    """

    packets: int = 0
    octets: int = 0
    controlPackets: int = 0
    refused: int = 0
    silence: float = 0.0
