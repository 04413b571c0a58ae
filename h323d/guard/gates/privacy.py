"""
Gate 3: no personal data in the gravest calls.
"""

from __future__ import annotations

from h323d.call.applications import CallType, Reason
from h323d.guard.gates.inputs import Failure, GateInput
from h323d.guard.gates.kind import kindOf

__all__ = ["privacy"]


def privacy(asked: GateInput) -> Failure | None:
    """
    Opens for what is no ESCALATE call, and for one without personal data.
    """
    if kindOf(asked) is not CallType.ESCALATE:
        return None
    demand = asked.demand
    if demand.declaredPII:
        return Failure(Reason.PII_POLICY_VIOLATION, "declared")
    if demand.foundPII:
        words = "+".join(sorted(each.value for each in demand.foundPII))
        return Failure(Reason.PII_POLICY_VIOLATION, f"found:{words}")
    return None
