"""
As which type a call is judged: a room's holds for all in it; what somebody may not declare is
ROUTINE; and so is what nobody declares.
"""

from __future__ import annotations

from h323d.call.applications import CallType
from h323d.guard.gates.inputs import GateInput

__all__ = ["isUnauthorized", "kindOf"]


def kindOf(asked: GateInput) -> CallType:
    """
    The type that counts.  An EMERGENCY stays one in any room.
    """
    declared = asked.demand.callType
    allowed = CallType.ROUTINE if declared is None or isUnauthorized(asked) else declared
    if allowed is CallType.EMERGENCY:
        return allowed
    return allowed if asked.demand.roomType is None else asked.demand.roomType


def isUnauthorized(asked: GateInput) -> bool:
    """
    Whether a type is declared that the caller may not declare.
    """
    return asked.demand.callType is not None and not asked.asker.mayDeclare
