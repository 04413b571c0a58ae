"""
By what certificates are known that nobody has signed.
"""

from __future__ import annotations

import hashlib

import pytest

from h323d.values.media.fingerprint import Fingerprint, isOneOf, strongest

CERTIFICATE = b"octets of a certificate"
SHA256 = hashlib.sha256(CERTIFICATE).hexdigest()
TEXT = ":".join(SHA256[at : at + 2] for at in range(0, len(SHA256), 2))


def test_itIsReadAsItIsWritten() -> None:
    ours = Fingerprint.of(CERTIFICATE)
    assert str(ours) == f"sha-256 {TEXT.upper()}"
    assert Fingerprint.parse(str(ours)) == ours


@pytest.mark.parametrize("value", [f"SHA-256 {TEXT}", f" sha-256   {TEXT.upper()} "])
def test_caseAndSpacesDoNotMatter(value: str) -> None:
    assert Fingerprint.parse(value) == Fingerprint.of(CERTIFICATE)


@pytest.mark.parametrize("name", ["sha-1", "sha-224", "sha-256", "sha-384", "sha-512"])
def test_anyFunctionThatIsStillBelievedWillDo(name: str) -> None:
    theirs = Fingerprint.parse(str(Fingerprint.of(CERTIFICATE, name)))
    assert theirs is not None
    assert isOneOf([theirs], CERTIFICATE)
    assert not isOneOf([theirs], b"of another")


@pytest.mark.parametrize(
    "value",
    ["", "sha-256", TEXT, f"md5 {TEXT[:47]}", f"sha-256 {TEXT[:-3]}", f"sha-256 {TEXT}:00",
     f"sha-256 {SHA256}", f"sha-999 {TEXT}", "sha-256 " + "AA:" * 5000 + "AA"],
)  # fmt: skip
def test_whatIsMalformedOrTooWeakIsNone(value: str) -> None:
    assert Fingerprint.parse(value) is None


def test_ofSeveralTheStrongestFunctionCounts() -> None:
    weak, strong = Fingerprint.of(CERTIFICATE, "sha-1"), Fingerprint.of(CERTIFICATE, "sha-384")
    other = Fingerprint.of(b"of another", "sha-384")
    assert strongest([weak, strong, other]) == (strong, other)
    assert strongest([]) == ()
