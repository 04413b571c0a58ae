"""
What a caller declares of a call, beside whom it is for.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.call.applications import CallType, Priority

__all__ = ["NOTHING_DECLARED", "Declaration", "onward"]


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


def onward(declared: Declaration, priority: Priority | None) -> Declaration:
    """
    What is said of a call to whom it goes on to: that it is an emergency, if it goes before others
    here.  What else was declared was for us.

    @param priority: as the gates have it; C{None} if none has said.
    """
    isGranted = priority is Priority.HIGH and declared.callType is CallType.EMERGENCY
    return declared if isGranted else NOTHING_DECLARED
