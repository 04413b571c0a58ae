"""
Gate 4: nobody takes the bandwidth of the others.
"""

from __future__ import annotations

from h323d.call.applications import Reason
from h323d.guard.gates.inputs import Failure, GateInput

__all__ = ["QUOTA", "fairness"]

QUOTA = "quota"  # the word for what they have not


def fairness(asked: GateInput) -> Failure | None:
    """
    Opens while what the guardian has and asks for is within their quota.
    """
    if asked.stock.held + asked.demand.bandwidth <= asked.stock.quota:
        return None
    return Failure(Reason.BANDWIDTH_EXCEEDED, QUOTA)
