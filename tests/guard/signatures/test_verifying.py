"""
Whether a signature counts.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from h323d.guard.registry.registry import EMPTY
from h323d.guard.signatures.budget import SignatureBudget
from h323d.guard.signatures.memory import ReplayMemory
from h323d.guard.signatures.verifying import Fault, Signatures, Verified
from h323d.values.proof import Proof
from tests.support.guardians import entry, publicKey, registry, signingKey

START = 1_800_000_000
NOW = START + 100.0
WHO = registry(entry("anna"), entry("bert"))


def proofOf(name: str, octets: bytes = b"octets", nonce: int = 1) -> Proof:
    key = signingKey(name)
    return Proof(
        "ed25519",
        f"if://guardian/{name}",
        int(NOW),
        nonce.to_bytes(16),
        key.public.raw,
        octets,
        key.sign(octets),
        "council-1",
    )


@pytest.fixture
def signatures() -> Signatures:
    return Signatures("council-1", ReplayMemory(START), SignatureBudget())


def verify(signatures: Signatures, proof: Proof, host: str = "a") -> Verified | Fault:
    return signatures.verify(proof, WHO, host, NOW)


def test_aGoodOneTellsWhoseItIs(signatures: Signatures) -> None:
    found = verify(signatures, proofOf("anna"))
    assert isinstance(found, Verified)
    assert found.guardian.terminalId == "if://guardian/anna"


def test_aKeyMayBeNamedByItsThumbprint(signatures: Signatures) -> None:
    proof = replace(proofOf("anna"), key=publicKey("anna").thumbprint.encode())
    assert isinstance(verify(signatures, proof), Verified)


def test_itCountsOnceWhateverItIsNamedBy(signatures: Signatures) -> None:
    verify(signatures, proofOf("anna"))
    assert verify(signatures, proofOf("anna")) is Fault.REPLAY
    again = replace(proofOf("anna"), key=publicKey("anna").thumbprint.encode())
    assert verify(signatures, again, "b") is Fault.REPLAY
    assert isinstance(verify(signatures, proofOf("anna", nonce=2)), Verified)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"time": int(NOW) - 31}, Fault.STALE),
        ({"time": int(NOW) + 6}, Fault.STALE),
        ({"audience": "council-2"}, Fault.WRONG_AUDIENCE),
        ({"audience": ""}, Fault.WRONG_AUDIENCE),
        ({"key": publicKey("carl").raw}, Fault.UNKNOWN_KEY),
        ({"key": b""}, Fault.UNKNOWN_KEY),
        ({"key": publicKey("bert").raw}, Fault.BAD_SIGNATURE),
        ({"octets": b"other octets"}, Fault.BAD_SIGNATURE),
        ({"signature": bytes(64)}, Fault.BAD_SIGNATURE),
        ({"signature": bytes(63)}, Fault.BAD_SIGNATURE),
    ],
)
def test_whatIsWrongIsTold(
    signatures: Signatures, changed: dict[str, object], fault: Fault
) -> None:
    proof = replace(proofOf("anna"), **changed)  # type: ignore[arg-type]  # of several fields
    assert verify(signatures, proof) is fault


def test_aForgeryIsNotRemembered(signatures: Signatures) -> None:
    verify(signatures, replace(proofOf("anna"), signature=bytes(64)))
    assert isinstance(verify(signatures, proofOf("anna")), Verified)


def test_whatWasSignedBeforeTheStartIsStale() -> None:
    signatures = Signatures("council-1", ReplayMemory(NOW - 4), SignatureBudget())
    assert verify(signatures, proofOf("anna")) is Fault.STALE


def test_unknownKeysCostNothing(signatures: Signatures) -> None:
    for number in range(1000):
        verify(signatures, replace(proofOf("anna"), key=number.to_bytes(32)))
    assert isinstance(verify(signatures, proofOf("anna")), Verified)


def test_forgedSignaturesCostTheirSource(signatures: Signatures) -> None:
    forged = replace(proofOf("anna"), signature=bytes(64))
    found = [verify(signatures, forged) for _ in range(150)]
    assert found.count(Fault.BAD_SIGNATURE) == 100
    assert found[-1] is Fault.OVER_BUDGET
    assert isinstance(verify(signatures, proofOf("anna"), "b"), Verified)


def test_aKeyThatIsGoneAndComesBackHasShownWhatItHas(signatures: Signatures) -> None:
    verify(signatures, proofOf("anna"))
    assert signatures.verify(proofOf("anna", nonce=2), EMPTY, "a", NOW) is Fault.UNKNOWN_KEY
    assert verify(signatures, proofOf("anna")) is Fault.REPLAY
