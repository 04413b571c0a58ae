"""
The private key of a guardian, or of the server, in a file: PEM, as PKCS #8 (RFC 8410, 7) or as
OpenSSH writes it; without a password.
"""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from h323d.errors import ConfigurationError
from h323d.values.ed25519 import PublicKey

__all__ = ["SigningKey", "newKey", "signingKeyIn"]


class SigningKey:
    """
    A key that signs, and is never shown.

    @ivar public: what its signatures are verified by.
    """

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key().public_bytes_raw())

    def sign(self, octets: bytes) -> bytes:
        """
        A signature, of 64 octets.
        """
        return self._key.sign(octets)


def newKey() -> tuple[str, PublicKey]:
    """
    A new key: what is to stand in its file, and its public half.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode(), PublicKey(key.public_key().public_bytes_raw())


def signingKeyIn(text: str, name: str) -> SigningKey:
    """
    The key of a file.

    @param name: the file's, for errors.

    @raise ConfigurationError: there is none, or it is of another kind, or has a password.
    """
    load = (
        serialization.load_ssh_private_key
        if "BEGIN OPENSSH" in text
        else serialization.load_pem_private_key
    )
    try:
        key = load(text.encode(), None)
    except TypeError:
        raise ConfigurationError(name, "the key has a password") from None
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigurationError(name, "has no private key") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError(name, "the key is of another kind than Ed25519")
    return SigningKey(key)
