"""
What has been shown before.
"""

from __future__ import annotations

from h323d.guard.signatures.memory import MAX_NONCES, ReplayMemory
from h323d.values.proof import Proof

START = 1_800_000_000
KEY, OTHER = b"key", b"other"


def proof(number: int, time: int = START + 10) -> Proof:
    return Proof("ed25519", "it", time, number.to_bytes(16))


def test_whatWasShownIsKnown() -> None:
    memory = ReplayMemory(START)
    assert not memory.knows(KEY, proof(1))
    memory.note(KEY, proof(1))
    assert memory.knows(KEY, proof(1))
    assert not memory.knows(KEY, proof(2))
    assert not memory.knows(OTHER, proof(1))


def test_aNonceWithAnotherTimeIsKnownToo() -> None:
    memory = ReplayMemory(START)
    memory.note(KEY, proof(1))
    assert memory.knows(KEY, proof(1, START + 11))


def test_whatIsForgottenCountsAsShown() -> None:
    memory = ReplayMemory(START)
    for number in range(MAX_NONCES):
        memory.note(KEY, proof(number, START + 10 + number))
    assert not memory.knows(KEY, proof(5000, START + 10))
    memory.note(KEY, proof(4999, START + 9999))
    assert memory.knows(KEY, proof(0, START + 10))
    assert memory.knows(KEY, proof(5000, START + 10))
    assert not memory.knows(KEY, proof(5000, START + 11))


def test_whatMayHaveBeenShownToTheRunBeforeIsOfBefore() -> None:
    memory = ReplayMemory(START)
    assert memory.isOfBefore(proof(1, START + 4))
    assert not memory.isOfBefore(proof(1, START + 5))


def test_whatTheRunBeforeIsKnownToHaveSeenTakesThePlaceOfItsTime() -> None:
    memory = ReplayMemory(START)
    memory.recall(START - 40.0, [(KEY, proof(1, START - 5))])
    assert memory.knows(KEY, proof(1, START - 5))
    assert not memory.knows(KEY, proof(2, START - 5))
    assert not memory.isOfBefore(proof(2, START - 30))
    assert memory.isOfBefore(proof(2, START - 36))
