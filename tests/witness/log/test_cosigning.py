"""
Who signs the heads of somebody else's log.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from h323d.errors import DecodeError
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.cosigning import Cosigned, NotCosigned
from h323d.witness.log.note import MAX_SIGNATURES, Note, Signature, SignatureType, Signer
from h323d.witness.log.tree import EMPTY, consistencyProof, leafHash, rootOf

LOG = Signer.of("council.example/a", Ed25519PrivateKey.from_private_bytes(bytes(32)))
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
WITNESS = Signer.of("w.example", PRIVATE, SignatureType.COSIGNATURE)
NOW = 1_800_000_000
RECORDS = [leafHash(b"%d" % number) for number in range(20)]
OTHERS = [leafHash(b"other %d" % number) for number in range(20)]


def head(size: int, leaves: list[bytes] = RECORDS) -> Note:
    return Checkpoint(LOG.key.name, size, rootOf(leaves[:size])).signed(LOG)


def proof(old: int, size: int, leaves: list[bytes] = RECORDS) -> list[bytes]:
    return consistencyProof(old, size, lambda first, end: rootOf(leaves[first:end]))


def cosignedIn(path: Path) -> Cosigned:
    return Cosigned(path, LOG.key, WITNESS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "a.head"


def test_aHeadIsSignedThatGoesOnFromTheLast(path: Path) -> None:
    cosigned = cosignedIn(path)
    old = 0
    for size in (0, 3, 3, 8, 13):
        signature = cosigned.cosign(head(size), proof(old, size), NOW + size)
        assert head(size).with_(signature).cosignedAt(WITNESS.key) == NOW + size
        assert cosigned.last.size == size
        old = size


def test_whatWasSignedLastIsOnTheDiskWhenTheSignatureIsThere(path: Path) -> None:
    signature = cosignedIn(path).cosign(head(5), [], NOW)
    assert path.read_text() == str(head(5).with_(signature))
    assert cosignedIn(path).last == Checkpoint.read(head(5).text)


def test_whatCannotBeKeptIsNotSigned(path: Path) -> None:
    cosigned = cosignedIn(path)
    path.mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        cosigned.cosign(head(5), [], NOW)
    assert cosigned.last.size == 0


@pytest.mark.parametrize(
    ("size", "leaves", "told"),
    [
        (4, RECORDS, "shows 4 records, and had 5"),
        (5, OTHERS, "of 5 records does not begin with 5 records"),
        (9, OTHERS, "of 9 records does not begin with 5 records"),
    ],
    ids=["back", "another way", "another way, further on"],
)
def test_aLogThatHasGoneBackOrAnotherWayIsNotSigned(
    path: Path, size: int, leaves: list[bytes], told: str
) -> None:
    cosigned = cosignedIn(path)
    cosigned.cosign(head(5), [], NOW)
    before = path.read_bytes()
    with pytest.raises(NotCosigned, match=told):
        cosigned.cosign(head(size, leaves), proof(min(5, size), size, leaves), NOW)
    assert (path.read_bytes(), cosigned.last.size) == (before, 5)


def test_aLogWithoutRecordsHasOneRootOnly(path: Path) -> None:
    false = Checkpoint(LOG.key.name, 0, RECORDS[0]).signed(LOG)
    with pytest.raises(NotCosigned):
        cosignedIn(path).cosign(false, [], NOW)
    assert cosignedIn(path).last.root == EMPTY


def test_aHeadThatTheLogHasNotSignedIsRefused(path: Path) -> None:
    forged = Note(head(5).text, head(6).signatures)
    with pytest.raises(DecodeError, match="is not signed by the key"):
        cosignedIn(path).cosign(forged, [], NOW)
    assert not path.exists()


def test_signaturesOfStrangersAreNotKept(path: Path) -> None:
    strangers = [Signature(f"x{n}.example", LOG.key.id, b"y" * 64) for n in range(63)]
    note = Note(head(5).text, (*strangers, *head(5).signatures))
    assert len(note.signatures) == MAX_SIGNATURES
    cosignedIn(path).cosign(note, [], NOW)
    assert len(Note.read(path.read_text()).signatures) == 2
    assert cosignedIn(path).last.size == 5


@pytest.mark.parametrize("octets", [b"", b"\xff", b"nonsense", str(head(5)).encode()[:-9]])
def test_aFileOfSomethingElseIsNamed(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "a.head").write_bytes(octets)
    with pytest.raises(DecodeError, match=r"a\.head: is not what was cosigned last"):
        cosignedIn(tmp_path / "a.head")
