"""
What a caller declares of a call, beside whom it is for.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.call.applications import CallType

__all__ = ["NOTHING_DECLARED", "Declaration"]


@dataclass(frozen=True, slots=True)
class Declaration:
    """
    What a caller declares.

    @ivar callType: C{None} if that is not said.
    @ivar hasPII: whether there is personal data in the call.
    """

    callType: CallType | None = None
    hasPII: bool = False


NOTHING_DECLARED = Declaration()
