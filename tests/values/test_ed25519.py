"""
Keys of Ed25519: their forms, and those that are none.
"""

from __future__ import annotations

import pytest

from h323d.values.ed25519 import PublicKey
from tests.support.guardians import publicKey, signingKey

RAW = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
P = 2**255 - 19

SMALL_ORDER = (
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
)


def test_itsDERIsThatOfRFC8410() -> None:
    assert PublicKey(RAW).spki.hex() == "302a300506032b6570032100" + RAW.hex()
    assert PublicKey.fromSPKI(PublicKey(RAW).spki) == PublicKey(RAW)


def test_itsThumbprintIsThatOfRFC8037() -> None:
    # The key and the thumbprint of appendix A of that document.
    assert PublicKey(RAW).thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_itsTextIsThatOfTheRegistry() -> None:
    assert str(PublicKey(RAW)) == "ed25519:302a300506032b6570032100" + RAW.hex()


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_pointsOfSmallOrderAreNoKeys(point: str) -> None:
    with pytest.raises(ValueError, match="small order"):
        PublicKey(bytes.fromhex(point))


@pytest.mark.parametrize("y", [P, P + 1, P + 3, 2**255 - 1])
def test_anotherFormOfAPointIsNoKey(y: int) -> None:
    with pytest.raises(ValueError, match="canonical"):
        PublicKey(y.to_bytes(32, "little"))


def test_whatIsNoPointIsNoKey() -> None:
    with pytest.raises(ValueError, match="no point"):
        PublicKey((2).to_bytes(32, "little"))


@pytest.mark.parametrize("length", [0, 31, 33, 57])
def test_keysOfOtherCurvesHaveOtherLengths(length: int) -> None:
    with pytest.raises(ValueError, match="32 octets"):
        PublicKey(bytes(length))


def test_anotherAlgorithmsDERIsNotTaken() -> None:
    x25519 = bytes.fromhex("302a300506032b656e032100") + RAW
    with pytest.raises(ValueError, match="no SubjectPublicKeyInfo"):
        PublicKey.fromSPKI(x25519)


def test_aSignatureHoldsForItsOctetsAlone() -> None:
    key = signingKey("anna")
    signature = key.sign(b"octets")
    assert key.public.verifies(signature, b"octets")
    assert not key.public.verifies(signature, b"octet")
    assert not publicKey("bert").verifies(signature, b"octets")
    assert not key.public.verifies(signature[:-1], b"octets")
