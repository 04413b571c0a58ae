"""
Whose signatures the latest requests had.
"""

from __future__ import annotations

from h323d.guard.recognition import MAX_RECOGNISED, Recognition
from h323d.values.address import TransportAddress
from h323d.values.proof import Proof

PROOF = Proof("ed25519", "if://guardian/anna", 1_800_000_000, bytes(16), b"k" * 32)
HERE = TransportAddress("10.0.0.2", 1719)
ELSEWHERE = TransportAddress("10.0.0.66", 1719)


def test_whatWasNotLookedAtIsNotKnown() -> None:
    assert Recognition().of(PROOF, HERE) is None


def test_whoShowsItFromElsewhereIsAnother() -> None:
    recognition = Recognition()
    recognition.note(PROOF, HERE, "if://guardian/anna")
    recognition.note(PROOF, ELSEWHERE, "")
    assert recognition.of(PROOF, HERE) == "if://guardian/anna"
    assert recognition.of(PROOF, ELSEWHERE) == ""


def test_theOldestIsForgotten() -> None:
    recognition = Recognition()
    for port in range(1, MAX_RECOGNISED + 2):
        recognition.note(PROOF, TransportAddress("10.0.0.2", port), "if://guardian/anna")
    assert recognition.of(PROOF, TransportAddress("10.0.0.2", 1)) is None
    assert recognition.of(PROOF, TransportAddress("10.0.0.2", 2)) is not None
