"""
Files of private keys.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from h323d.errors import DecodeError
from h323d.witness.log.keys import newPrivateKey, readPrivateKey


def test_aNewKeyIsReadAndNobodyElseMayReadIt(tmp_path: Path) -> None:
    made = newPrivateKey(tmp_path / "deep" / "key.pem", bytes(32))
    path = tmp_path / "deep" / "key.pem"
    assert readPrivateKey(path).private_bytes_raw() == made.private_bytes_raw() == bytes(32)
    assert path.stat().st_mode & 0o077 == 0


def test_aKeyIsNeverWrittenOver(tmp_path: Path) -> None:
    newPrivateKey(tmp_path / "key", bytes(32))
    with pytest.raises(FileExistsError):
        newPrivateKey(tmp_path / "key", bytes(32))


def test_aKeyOfOpenSSHIsRead(tmp_path: Path) -> None:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    octets = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    (tmp_path / "key").write_bytes(octets)
    assert readPrivateKey(tmp_path / "key").private_bytes_raw() == bytes(32)


def test_whatIsNoUsableKeyIsRefused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    other = ec.generate_private_key(ec.SECP256R1())
    secret = BestAvailableEncryption(b"secret")
    for octets in (
        b"",
        b"nonsense",
        other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret),
    ):
        path.write_bytes(octets)
        with pytest.raises(DecodeError, match=str(path)):
            readPrivateKey(path)
