"""
Gate 2: who asks is in the registry, and active.
"""

from __future__ import annotations

from h323d.call.applications import Reason
from h323d.guard.gates.inputs import Failure, GateInput
from h323d.guard.registry.guardian import Status

__all__ = ["listing"]


def listing(asked: GateInput) -> Failure | None:
    """
    Opens for an entry that is active.
    """
    status = asked.asker.status
    if status is Status.ACTIVE:
        return None
    return Failure(Reason.NOT_REGISTERED, "notListed" if status is None else status.value)
