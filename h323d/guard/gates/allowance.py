"""
How much somebody may have who has asked for too much bandwidth.
"""

from __future__ import annotations

from h323d.guard.gates.capacity import POOL_EMPTY
from h323d.guard.gates.fairness import QUOTA
from h323d.guard.gates.inputs import Decision, GateInput

__all__ = ["allowance"]

_TOO_MUCH = (QUOTA, POOL_EMPTY)


def allowance(asked: GateInput, decision: Decision) -> int | None:
    """
    What is left of their quota, or of the pool if that is less, with what the call has already.

    Whoever is refused for this has proven before who they are; others learn nothing.

    @return: bit/s, both directions together; C{None} where bandwidth is not why.
    """
    if decision.failure is None or decision.failure.detail not in _TOO_MUCH:
        return None
    stock = asked.stock
    left = stock.quota - stock.held
    if stock.pool:
        left = min(left, stock.pool - stock.pooled)
    return max(0, left)
