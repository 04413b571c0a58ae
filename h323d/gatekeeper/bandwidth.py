"""
Who may use how much bandwidth (H.323, 8.2; H.225.0, C{BandWidth}).

All amounts are in units of 100 bit/s, both directions together, as RAS
counts.  Both sides of a call ask for it: the two claims under one call count
once in the total, the greater of what its callers and its called ask for.
This keeps the books, and knows nothing of messages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from h323d.gatekeeper.config import GatekeeperConfig

__all__ = ["Bandwidth", "Claim"]

_UNLIMITED = (1 << 32) - 1  # all that a BandWidth can say


class Claim(NamedTuple):
    """
    Whose claim it is.

    @ivar call: what names the call (C{messages.callKey}).
    @ivar endpointId: of the endpoint that asked.
    @ivar answerCall: whether it is the called side.
    """

    call: bytes
    endpointId: str
    answerCall: bool


@dataclass(slots=True)
class _Call:
    sides: list[int] = field(default_factory=lambda: [0, 0])  # calling, called
    claims: int = 0

    @property
    def used(self) -> int:
        return max(self.sides)


class Bandwidth:
    """
    The books.

    @ivar used: by all calls together.
    """

    def __init__(self, config: GatekeeperConfig) -> None:
        self._total = config.totalBandwidth or _UNLIMITED
        self._perCall = config.bandwidthPerCall or _UNLIMITED
        self._perEndpoint = config.bandwidthPerEndpoint or _UNLIMITED
        self._claims: dict[Claim, int] = {}
        self._calls: dict[bytes, _Call] = {}
        self._endpoints: dict[str, int] = {}
        self.used = 0

    def knows(self, call: bytes) -> bool:
        """
        Whether anybody has a claim under this call.
        """
        return call in self._calls

    def usedBy(self, endpointId: str) -> int:
        """
        What one endpoint's calls use together.
        """
        return self._endpoints.get(endpointId, 0)

    def allowed(self, claim: Claim) -> int:
        """
        The most that this claim can have now, what it has included.
        """
        held = self._claims.get(claim, 0)
        call = self._calls.get(claim.call, _Call())
        others = call.sides[claim.answerCall] - held
        # What the call's other side has claimed already may be used again.
        ofTotal = self._total - self.used + call.used - others
        ofEndpoint = self._perEndpoint - self.usedBy(claim.endpointId) + held
        return max(0, min(self._perCall, ofEndpoint, ofTotal, _UNLIMITED))

    def claim(self, claim: Claim, amount: int) -> bool:
        """
        Let a claim have C{amount}, more or less than before.

        @return: whether there was enough; otherwise nothing has changed.
        """
        held = self._claims.get(claim, 0)
        if amount > held and amount > self.allowed(claim):
            return False
        call = self._calls.setdefault(claim.call, _Call())
        if claim not in self._claims:
            call.claims += 1
        self._claims[claim] = amount
        self._book(claim, call, amount - held)
        return True

    def release(self, claim: Claim) -> None:
        """
        Give back what a claim has, if it has any.
        """
        held = self._claims.pop(claim, None)
        if held is None:
            return
        call = self._calls[claim.call]
        self._book(claim, call, -held)
        call.claims -= 1
        if not call.claims:
            del self._calls[claim.call]
        if not self._endpoints[claim.endpointId]:
            del self._endpoints[claim.endpointId]

    def _book(self, claim: Claim, call: _Call, change: int) -> None:
        before = call.used
        call.sides[claim.answerCall] += change
        self.used += call.used - before
        self._endpoints[claim.endpointId] = self.usedBy(claim.endpointId) + change
