"""
The servers of one trunk: where each is, and whether it takes calls.

A trunk with a literal address has one; a name may have several (RFC 3263; H.225.0, Annex O).
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.values.address import TransportAddress

__all__ = ["TrunkPlace", "TrunkTarget"]


@dataclass(frozen=True, slots=True)
class TrunkPlace:
    """
    Where a server is.

    @ivar transport: of SIP, as a URI has it: C{"udp"}, C{"tcp"} or C{"tls"}; empty for H.323.
    """

    address: TransportAddress
    transport: str = ""

    def __str__(self) -> str:
        return f"{self.address} {self.transport}".rstrip()


class TrunkTarget:
    """
    One server.

    @ivar reason: why it has failed, the last time that anybody tried; empty if it has not.
    @ivar roundTrip: seconds that its last answer to a check took; C{None} before one.
    @ivar pausedUntil: when it wants calls again, in seconds of the clock.
    """

    def __init__(self, place: TrunkPlace) -> None:
        self.place = place
        self.reason = ""
        self.roundTrip: float | None = None
        self.pausedUntil = 0.0

    @property
    def state(self) -> str:
        """
        How it is, for an operator to read.
        """
        if self.reason:
            return f"failing: {self.reason}"
        return "not tried yet" if self.roundTrip is None else "up"

    def succeeded(self) -> None:
        """
        It has answered.
        """
        self.reason = ""

    def failed(self, reason: str) -> None:
        """
        It has not, or cannot take calls: others come before it until it answers.
        """
        self.reason = reason
