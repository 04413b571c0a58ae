"""
Gate 5: there is a seat in the room, and bandwidth in the pool.
"""

from __future__ import annotations

from h323d.call.applications import Reason
from h323d.guard.gates.inputs import Failure, GateInput

__all__ = ["capacity"]


def capacity(asked: GateInput) -> Failure | None:
    """
    Opens while there is enough of everything.
    """
    stock = asked.stock
    if stock.seats and stock.seated >= stock.seats:
        return Failure(Reason.CAPACITY_EXCEEDED, "roomFull")
    if stock.pool and stock.pooled + asked.demand.bandwidth > stock.pool:
        return Failure(Reason.CAPACITY_EXCEEDED, "poolEmpty")
    return None
