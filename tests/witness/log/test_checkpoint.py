"""
Checkpoints: the heads of a log.
"""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from h323d.errors import DecodeError
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.note import Note, Signer

SIGNER = Signer.of("a.example/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
HEAD = Checkpoint("a.example/log", 12, bytes(32))


def test_aCheckpointIsThreeLines() -> None:
    assert HEAD.text == "a.example/log\n12\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    assert Checkpoint.read(HEAD.text) == HEAD


def test_linesThatFollowAreSomebodysOwn() -> None:
    assert Checkpoint.read(HEAD.text + "and more\n") == HEAD


def test_aSignedOneIsReadByTheLogsKey() -> None:
    whole = str(HEAD.signed(SIGNER))
    assert Checkpoint.readSigned(whole, SIGNER.key) == HEAD


def test_oneOfAnotherLogIsRefused() -> None:
    whole = str(HEAD.signed(SIGNER))
    with pytest.raises(DecodeError, match=r"is of a\.example/log, not b\.example"):
        Checkpoint.readSigned(whole, SIGNER.key.named("b.example"))


def test_oneThatTheKeyHasNotSignedIsRefused() -> None:
    other = Checkpoint("a.example/log", 13, bytes(32))
    forged = Note(other.text, HEAD.signed(SIGNER).signatures)
    with pytest.raises(DecodeError, match="is not signed by the key"):
        Checkpoint.readSigned(str(forged), SIGNER.key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        HEAD.text[:-1],
        HEAD.text.replace("12", "012"),
        HEAD.text.replace("12", "-1"),
        HEAD.text.replace("AAA=", "AAB="),
        HEAD.text + "\n",
    ],
)
def test_whatIsNotACheckpointIsRefused(text: str) -> None:
    with pytest.raises(DecodeError):
        Checkpoint.read(text)
