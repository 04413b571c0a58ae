"""
The timers of SIP transactions: RFC 3261, 17 and table 4; RFC 6026, 7.

All of them follow from three numbers.  This module only knows their lengths;
each machine runs its own.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["T1", "T2", "T4", "T100", "Timers"]

T1 = 0.5  # seconds: an estimate of the round trip
T2 = 4.0  # seconds: the longest pause between retransmissions, except of INVITE
T4 = 5.0  # seconds: how long a message can live in the network
T100 = 0.2  # seconds until a 100 must go out if nothing else did (17.2.1)


@dataclass(frozen=True, slots=True)
class Timers:
    """
    The lengths of all timers, in seconds.

    @ivar T1: the round-trip estimate that the others are multiples of.
    @ivar T2: the longest pause between retransmissions, except of INVITE.
    @ivar T4: how long a message can live in the network.
    """

    T1: float = T1
    T2: float = T2
    T4: float = T4

    @property
    def transaction(self) -> float:
        """
        64*T1: timers B, F, H, J, L, M, and the wait for an ACK (13.3.1.4).
        """
        return 64 * self.T1

    @property
    def D(self) -> float:
        """
        How long responses to an INVITE may still be repeated: at least 32
        seconds, whatever T1 is (17.1.1.2).
        """
        return max(32.0, 64 * self.T1)
