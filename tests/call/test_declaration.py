"""
What is said of a call that goes on.
"""

from __future__ import annotations

import pytest

from h323d.call.applications import CallType, Priority
from h323d.call.declaration import NOTHING_DECLARED, Declaration, onward


def test_anEmergencyThatGoesBeforeOthersIsOneForTheNextToo() -> None:
    declared = Declaration(CallType.EMERGENCY, True)
    assert onward(declared, Priority.HIGH) == declared


@pytest.mark.parametrize(
    ("callType", "priority"),
    [
        (CallType.EMERGENCY, None),
        (CallType.EMERGENCY, Priority.NORMAL),
        (CallType.ESCALATE, Priority.HIGH),
        (None, Priority.HIGH),
    ],
)
def test_nothingElseIsSaid(callType: CallType | None, priority: Priority | None) -> None:
    assert onward(Declaration(callType, True), priority) == NOTHING_DECLARED
