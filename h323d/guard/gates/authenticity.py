"""
Gate 1: the request proves who asks.
"""

from __future__ import annotations

from h323d.call.applications import Reason
from h323d.guard.gates.inputs import Failure, GateInput

__all__ = ["authenticity"]


def authenticity(asked: GateInput) -> Failure | None:
    """
    Opens for who has proven something.
    """
    fault = asked.asker.fault
    return Failure(Reason.INVALID_SIGNATURE, fault) if fault else None
