"""
Guardians for tests: keys, entries, and registries with them.
"""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from h323d.guard.registry.reading import parse
from h323d.guard.registry.registry import Registry
from h323d.values.ed25519 import PublicKey

__all__ = ["entry", "privateKey", "publicKey", "registry"]


def privateKey(name: str) -> Ed25519PrivateKey:
    """
    The same for a name each time.
    """
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def publicKey(name: str) -> PublicKey:
    return PublicKey(privateKey(name).public_key().public_bytes_raw())


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
