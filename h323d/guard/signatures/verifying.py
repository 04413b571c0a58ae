"""
Verifying signatures: what costs little is looked at first, and nothing is remembered of what does
not hold.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from h323d.guard.registry.guardian import Guardian
from h323d.guard.registry.registry import Registry
from h323d.guard.signatures.budget import SignatureBudget
from h323d.guard.signatures.memory import ReplayMemory
from h323d.guard.signatures.window import isFresh
from h323d.values.proof import Proof

__all__ = ["Fault", "Signatures", "Verified"]


class Fault(enum.Enum):
    """
    Why somebody is not who they say, by the word for the record.
    """

    ABSENT = "absent"
    MALFORMED = "malformed"
    STALE = "stale"
    WRONG_AUDIENCE = "wrongAudience"
    UNKNOWN_KEY = "unknownKey"
    REPLAY = "replay"
    OVER_BUDGET = "overBudget"
    BAD_SIGNATURE = "badSignature"


@dataclass(frozen=True, slots=True)
class Verified:
    """
    Whose signature it is.

    @ivar key: the 32 octets of the key that it was made with.
    """

    guardian: Guardian
    key: bytes


class Signatures:
    """
    Verifies for one server.
    """

    def __init__(self, audience: str, memory: ReplayMemory, budget: SignatureBudget) -> None:
        """
        @param audience: the C{guard.name} of the server.
        """
        self._audience = audience
        self._memory = memory
        self._budget = budget

    def verify(self, proof: Proof, registry: Registry, host: str, now: float) -> Verified | Fault:
        """
        Look at a signature, which counts this once.

        @param registry: the one that is in force.
        @param host: where it came from.
        @param now: seconds of Unix time.
        """
        if not isFresh(proof.time, now) or self._memory.isOfBefore(proof):
            return Fault.STALE
        if proof.audience != self._audience:
            return Fault.WRONG_AUDIENCE
        known = registry.byKey(proof.key)
        if known is None:
            return Fault.UNKNOWN_KEY
        guardian, key = known
        if self._memory.knows(key.raw, proof):
            return Fault.REPLAY
        if not self._budget.take(host, now):
            return Fault.OVER_BUDGET
        if not key.verifies(proof.signature, proof.octets):
            return Fault.BAD_SIGNATURE
        self._budget.proved(host, now)
        self._memory.note(key.raw, proof)
        return Verified(guardian, key.raw)
