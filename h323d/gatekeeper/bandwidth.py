"""
Who may use how much bandwidth (H.323, 8.2; H.225.0, C{BandWidth}).

All amounts are in units of 100 bit/s, both directions together, as RAS
counts.  Both sides of a call ask for it: the two claims under one call count
once in the total, the greater of what its callers and its called ask for.

What is granted is kept for the call, whether it is used or not; a call that is
known to use more counts with what it uses.  What its channels are seen to use is
believed before what an endpoint tells, where all of them can be seen.  A call that
is seen though nobody asked for it counts in the total.

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
    """
    @ivar sides: what the claims of the calling and of the called side count together.
    @ivar seen: what its channels use; C{None} if nobody sees them.
    @ivar complete: whether those are all.
    """

    sides: list[int] = field(default_factory=lambda: [0, 0])
    claims: dict[Claim, None] = field(default_factory=dict)
    seen: int | None = None
    complete: bool = False

    @property
    def used(self) -> int:
        return max(*self.sides, self.seen or 0)


class Bandwidth:
    """
    The books.

    @ivar used: by all calls together.
    """

    def __init__(self, config: GatekeeperConfig) -> None:
        self._claims: dict[Claim, int] = {}
        self._told: dict[Claim, int] = {}  # what endpoints say that they use
        self._calls: dict[bytes, _Call] = {}
        self._endpoints: dict[str, int] = {}
        self.used = 0
        self.reconfigure(config)

    def reconfigure(self, config: GatekeeperConfig) -> None:
        """
        Other limits for whoever asks from now on; nobody loses what they have.
        """
        self._total = config.totalBandwidth or _UNLIMITED
        self._perCall = config.bandwidthPerCall or _UNLIMITED
        self._perEndpoint = config.bandwidthPerEndpoint or _UNLIMITED
        self._floor = config.minimumBandwidthPerCall

    def counted(self, wanted: int) -> int:
        """
        What a new call's wish counts as: no less than the floor, and no more
        than one call may have.
        """
        return min(max(wanted, self._floor), self._perCall)

    def claimsOf(self, call: bytes) -> tuple[Claim, ...]:
        """
        All claims under one call.
        """
        found = self._calls.get(call)
        return () if found is None else tuple(found.claims)

    def usedBy(self, endpointId: str) -> int:
        """
        What one endpoint's calls use together.
        """
        return self._endpoints.get(endpointId, 0)

    def allowed(self, claim: Claim) -> int:
        """
        The most that this claim can have now, what it has included.
        """
        held = self._held(claim)
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
        if amount > self._claims.get(claim, 0) and amount > self.allowed(claim):
            return False
        held = self._held(claim)
        call = self._calls.setdefault(claim.call, _Call())
        call.claims[claim] = None
        self._claims[claim] = amount
        self._book(claim, call, self._held(claim) - held)
        return True

    def uses(self, claim: Claim) -> int | None:
        """
        What a side is known to use; C{None} if nothing is known.
        """
        call = self._calls.get(claim.call)
        seen = None if call is None else call.seen
        told = self._told.get(claim)
        if call is None or seen is None or told is None:
            return told if seen is None else seen
        return seen if call.complete else max(seen, told)

    def observe(self, claim: Claim, amount: int) -> None:
        """
        An endpoint tells that a side uses C{amount}.  That counts where it is more than
        it was granted, whatever the limits: the others get less.
        """
        if claim not in self._claims:
            return
        held = self._held(claim)
        self._told[claim] = amount
        self._book(claim, self._calls[claim.call], self._held(claim) - held)

    def watch(self, name: bytes, seen: int | None, complete: bool) -> None:
        """
        The channels of a call are seen to use so much, for each of its sides; it counts
        as what is told does.

        @param name: of the call.
        @param seen: C{None} if they are not seen any more.
        @param complete: whether these are all its channels.
        """
        call = self._calls.setdefault(name, _Call())
        before, held = call.used, [(each, self._held(each)) for each in call.claims]
        call.seen, call.complete = seen, complete
        for claim, amount in held:
            change = self._held(claim) - amount
            call.sides[claim.answerCall] += change
            self._endpoints[claim.endpointId] += change
        self.used += call.used - before
        self._forgetUnused(name, call)

    def release(self, claim: Claim) -> None:
        """
        Give back what a claim has, if it has any.
        """
        if claim not in self._claims:
            return
        call = self._calls[claim.call]
        self._book(claim, call, -self._held(claim))
        del self._claims[claim]
        self._told.pop(claim, None)
        del call.claims[claim]
        self._forgetUnused(claim.call, call)
        if not self._endpoints[claim.endpointId]:
            del self._endpoints[claim.endpointId]

    def _forgetUnused(self, name: bytes, call: _Call) -> None:
        if not call.claims and call.seen is None:
            del self._calls[name]

    def _held(self, claim: Claim) -> int:
        granted = self._claims.get(claim)
        return 0 if granted is None else max(granted, self.uses(claim) or 0)

    def _book(self, claim: Claim, call: _Call, change: int) -> None:
        before = call.used
        call.sides[claim.answerCall] += change
        self.used += call.used - before
        self._endpoints[claim.endpointId] = self.usedBy(claim.endpointId) + change
