"""
Gate 5: there is a seat in the room, and bandwidth in the pool; or there will be, as a call is ended
for it.
"""

from __future__ import annotations

from h323d.call.applications import Reason
from h323d.guard.gates.inputs import Failure, GateInput

__all__ = ["POOL_EMPTY", "capacity", "lacking"]

POOL_EMPTY = "poolEmpty"  # the word for it


def capacity(asked: GateInput) -> Failure | None:
    """
    Opens while there is enough of everything.
    """
    stock = asked.stock
    if stock.seats and stock.seated >= stock.seats:
        return Failure(Reason.CAPACITY_EXCEEDED, "roomFull")
    if lacking(asked) > stock.yielding:
        return Failure(Reason.CAPACITY_EXCEEDED, POOL_EMPTY)
    return None


def lacking(asked: GateInput) -> int:
    """
    Bit/s of what is asked for that are not in the pool.
    """
    stock = asked.stock
    short = stock.pooled + asked.demand.bandwidth - stock.pool
    return max(0, short) if stock.pool else 0
