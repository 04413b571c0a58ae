"""
Guardians for tests: keys, entries, and registries with them.
"""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from h323d.guard.keyfile import SigningKey
from h323d.guard.registry.reading import parse
from h323d.guard.registry.registry import Registry
from h323d.values.ed25519 import PublicKey

__all__ = [
    "documentedKey",
    "documentedServerKey",
    "entry",
    "pem",
    "privateKey",
    "publicKey",
    "registry",
    "signingKey",
]


def privateKey(name: str) -> Ed25519PrivateKey:
    """
    The same for a name each time.
    """
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def publicKey(name: str) -> PublicKey:
    return PublicKey(privateKey(name).public_key().public_bytes_raw())


def signingKey(name: str) -> SigningKey:
    return SigningKey(privateKey(name))


def pem(name: str) -> str:
    """
    What a file of that key has.
    """
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return privateKey(name).private_bytes(*form).decode()


def documentedKey() -> SigningKey:
    """
    A guardian's: the first of RFC 8032, 7.1.
    """
    return _keyOf("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")


def documentedServerKey() -> SigningKey:
    """
    The second.
    """
    return _keyOf("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")


def _keyOf(secret: str) -> SigningKey:
    return SigningKey(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)))


def entry(name: str, **fields: str) -> str:
    """
    An entry, with these fields beside its key; an empty value leaves one out.
    """
    told = {"public_key": str(publicKey(name)), **fields}
    lines = [f"  - terminal_id: if://guardian/{name}\n"]
    lines += [f"    {field}: {value}\n" for field, value in told.items() if value]
    return "".join(lines)


def registry(*entries: str) -> Registry:
    return parse("guardians:\n" + "".join(entries))
