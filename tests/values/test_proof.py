"""
Numbers as nonces.
"""

from __future__ import annotations

import pytest

from h323d.values.proof import Proof, nonceOf, numberOf


@pytest.mark.parametrize(
    ("number", "octets"),
    [
        (0, b"\0"),
        (77, b"M"),
        (127, b"\x7f"),
        (128, b"\0\x80"),
        (-1, b"\xff"),
        (-2_000_000_000, b"\x88\xca\x6c\x00"),
        (1 << 63, b"\0\x80\0\0\0\0\0\0\0"),
    ],
)
def test_aNumberIsThereAndBackAgain(number: int, octets: bytes) -> None:
    assert (nonceOf(number), numberOf(octets)) == (octets, number)


def test_ofASharedSecretThereIsNothingToVerifyLater() -> None:
    proof = Proof("h2351", "anna", 1_700_000_000, nonceOf(7))
    assert (proof.key, proof.octets, proof.signature) == (b"", b"", b"")
