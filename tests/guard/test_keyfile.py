"""
Private keys in files.
"""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from h323d.errors import ConfigurationError
from h323d.guard.keyfile import newKey, signingKeyIn
from tests.support.guardians import privateKey, publicKey

OPEN = NoEncryption()
HUSH = BestAvailableEncryption(b"hush")


def written(form: PrivateFormat, encryption: KeySerializationEncryption = OPEN) -> str:
    return privateKey("anna").private_bytes(Encoding.PEM, form, encryption).decode()


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.OpenSSH])
def test_aKeyIsReadAndSigns(form: PrivateFormat) -> None:
    key = signingKeyIn(written(form), "it")
    assert key.public == publicKey("anna")
    privateKey("anna").public_key().verify(key.sign(b"what"), b"what")


def test_aNewKeyIsReadAgain() -> None:
    text, public = newKey()
    assert signingKeyIn(text, "it").public == public
    assert newKey()[1] != public


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.OpenSSH])
def test_aKeyWithAPasswordIsRefused(form: PrivateFormat) -> None:
    with pytest.raises(ConfigurationError, match="it: the key has a password"):
        signingKeyIn(written(form, HUSH), "it")


def test_aKeyOfAnotherKindIsRefused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(ConfigurationError, match="another kind"):
        signingKeyIn(text, "it")


@pytest.mark.parametrize("text", ["", "x", "-----BEGIN OPENSSH PRIVATE KEY-----\n"])
def test_whatIsNoKeyIsRefused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="no private key"):
        signingKeyIn(text, "it")
