"""
The files of private keys: Ed25519 in PEM, as OpenSSL and OpenSSH write it.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_ssh_private_key,
)

from h323d.errors import DecodeError

__all__ = ["SEED", "newPrivateKey", "readPrivateKey"]

SEED = 32  # octets of chance that a key is made of


def readPrivateKey(path: Path) -> Ed25519PrivateKey:
    """
    @raise DecodeError: it is not such a key, or has a password.
    @raise OSError: it cannot be read.
    """
    octets = path.read_bytes()
    load = load_ssh_private_key if b"BEGIN OPENSSH" in octets else load_pem_private_key
    try:
        key = load(octets, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise DecodeError("is not a private key without a password", str(path)) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise DecodeError("is not a key of Ed25519", str(path))
    return key


def newPrivateKey(path: Path, seed: bytes) -> Ed25519PrivateKey:
    """
    Make a key, in a file that only its owner can read.

    @param seed: L{SEED} octets.

    @raise OSError: there is such a file already, or it cannot be written.
    """
    key = Ed25519PrivateKey.from_private_bytes(seed)
    octets = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, octets)
        os.fsync(file)
    finally:
        os.close(file)
    return key
