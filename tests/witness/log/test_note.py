"""
Signed notes.  The first example is that of the standard (C2SP signed-note, and Go's sumdb/note).
"""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from h323d.errors import DecodeError
from h323d.witness.log.note import Note, Signature, SignatureType, Signer, VerifierKey, notesIn

# Published with Go's module golang.org/x/mod/sumdb/note, as examples.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngo"
    "tpRZb6KE6RyyBwJnAM=\n"
)


def signer(name: str = "a.example/log", kind: SignatureType = SignatureType.ED25519) -> Signer:
    return Signer.of(name, Ed25519PrivateKey.from_private_bytes(bytes(32)), kind)


def test_aNoteThatGoHasSignedIsVerified() -> None:
    key = VerifierKey.read(PETER)
    assert Note.read(NOTE).isSignedBy(key)
    assert not Note.read(NOTE.replace("answer", "ansver")).isSignedBy(key)
    assert str(key) == PETER


def test_whatIsSignedIsVerified() -> None:
    one = signer()
    note = Note("one\ntwo\n", (one.sign("one\ntwo\n"),))
    assert Note.read(str(note)) == note
    assert note.isSignedBy(one.key)
    assert not note.isSignedBy(one.key.named("b.example"))


def test_aNoteWithAWrongSignatureOfAKeyIsNotSignedByIt() -> None:
    one = signer()
    wrong = one.sign("other\n")
    note = Note("one\n", (one.sign("one\n"), wrong))
    assert not note.isSignedBy(one.key)
    assert not Note("one\n", ()).isSignedBy(one.key)


def test_aCosignatureSaysWhenTheNoteWasSeen() -> None:
    one, other = signer(), signer("w.example", SignatureType.COSIGNATURE)
    note = Note("one\n", (one.sign("one\n"),)).with_(other.cosign("one\n", 1_700_000_000))
    assert note.isSignedBy(one.key)
    assert Note.read(str(note)).cosignedAt(other.key) == 1_700_000_000
    assert note.cosignedAt(one.key.named("w.example")) is None
    assert Note("two\n", note.signatures).cosignedAt(other.key) is None


def test_aSignatureIsNotPutThereTwice() -> None:
    one = signer()
    note = Note("one\n", (one.sign("one\n"),))
    assert note.with_(one.sign("one\n")) == note


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one\n",
        "one\n\n",
        "one\n\n\u2014 name\n",
        "one\n\n\u2014 name AAAA\n",
        "one\n\n\u2014 na me AAAAAAAA\n",
        "one\n\n- name AAAAAAAA\n",
        "one\n\n\u2014 name AAAAAAAA",
        "one\n\n\u2014 name AAAAAAB=\n",
        "one\n\n" + "\u2014 name AAAAAAAA\n" * 65,
    ],
)
def test_whatIsNotANoteIsRefused(text: str) -> None:
    with pytest.raises(DecodeError):
        Note.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+c74f20a3",
        PETER[:-4],
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("+ARpc", "+ABpc"),
        PETER.replace("PeterNeumann", "Peter Neumann"),
    ],
)
def test_whatIsNotAKeyIsRefused(text: str) -> None:
    with pytest.raises(DecodeError):
        VerifierKey.read(text)


def test_aLineThatIsNoSignatureIsRefused() -> None:
    with pytest.raises(DecodeError):
        Signature.read("one\n")


def test_notesOfAFileAreTakenApart() -> None:
    notes = [str(Note(text, (signer().sign(text),))) for text in ("one\n", "two\n\nthree\n")]
    lines = "".join(notes).splitlines(keepends=True)
    assert list(notesIn(lines)) == notes
    assert list(notesIn([])) == []
    assert list(notesIn(lines[:-1])) == [notes[0], notes[1].rpartition("\u2014")[0]]
