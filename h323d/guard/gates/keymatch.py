"""
Gate 2.1: what was proven is the entry's whose names are used.
"""

from __future__ import annotations

from h323d.call.applications import Reason
from h323d.guard.gates.inputs import Failure, GateInput

__all__ = ["keyMatch"]


def keyMatch(asked: GateInput) -> Failure | None:
    """
    Opens for who comes in nobody else's name, and has nobody else called.
    """
    if not asked.asker.namesAreOwn:
        return Failure(Reason.INVALID_SIGNATURE, "wrongName")
    if not asked.asker.isWhereTheySay:
        return Failure(Reason.INVALID_SIGNATURE, "wrongAddress")
    return None
