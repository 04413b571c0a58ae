"""
What a guardian may declare, by the proof that was given.
"""

from __future__ import annotations

import pytest

from h323d.call.applications import CallType
from h323d.guard.registry.guardian import Guardian, ProofForm

ROUTINE, ESCALATE, EMERGENCY = CallType


@pytest.mark.parametrize(
    ("form", "allowed"),
    [
        (ProofForm.ED25519, [ROUTINE, ESCALATE]),
        (ProofForm.TLS, [ROUTINE, ESCALATE]),
        (ProofForm.DIGEST, [ROUTINE, ESCALATE]),
        (ProofForm.H235, [ROUTINE]),
        (ProofForm.ADDRESS, [ROUTINE]),
    ],
)
def test_whatAnEntryThatDoesNotSayMayDeclare(form: ProofForm, allowed: list[CallType]) -> None:
    anna = Guardian("if://guardian/anna")
    assert [each for each in CallType if anna.mayDeclare(each, form)] == allowed


@pytest.mark.parametrize("form", ProofForm)
def test_emergencyTakesAStrongProof(form: ProofForm) -> None:
    anna = Guardian("if://guardian/anna", may=tuple(CallType))
    strong = form in (ProofForm.ED25519, ProofForm.TLS)
    assert anna.mayDeclare(EMERGENCY, form) == strong
    assert anna.mayDeclare(ESCALATE, form)
