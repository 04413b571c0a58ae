"""
By what a certificate is known that nobody has signed: the digest of its octets (RFC 8122, 5).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Fingerprint", "isOneOf", "strongest"]

_HASHES = {
    "sha-512": "sha512",
    "sha-384": "sha384",
    "sha-256": "sha256",
    "sha-224": "sha224",
    "sha-1": "sha1",
}  # the best first; MD2 and MD5 are to be used no more
_VALUE = re.compile(r"\s*([A-Za-z0-9-]{1,16})\s+([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){0,63})\s*")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """
    The digest of a certificate.

    @ivar hashName: of the function, as SDP names it: C{"sha-256"}.
    """

    hashName: str
    digest: bytes

    @classmethod
    def of(cls, certificate: bytes, hashName: str = "sha-256") -> Fingerprint:
        """
        @param certificate: DER.
        @param hashName: one of those that we have.
        """
        return cls(hashName, hashlib.new(_HASHES[hashName], certificate).digest())

    @classmethod
    def parse(cls, value: str) -> Fingerprint | None:
        """
        @param value: of C{a=fingerprint}.
        @return: C{None} for one that is malformed, or of a function that we do not believe.
        """
        found = _VALUE.fullmatch(value)
        if found is None or found[1].lower() not in _HASHES:
            return None
        name, digest = found[1].lower(), bytes.fromhex(found[2].replace(":", ""))
        size = hashlib.new(_HASHES[name]).digest_size
        return cls(name, digest) if len(digest) == size else None

    def __str__(self) -> str:
        return f"{self.hashName} {self.digest.hex(':').upper()}"


def strongest(fingerprints: Iterable[Fingerprint]) -> tuple[Fingerprint, ...]:
    """
    @return: those by the best function that is used: the others prove no more (RFC 8122, 5).
    """
    found = tuple(fingerprints)
    best = next((name for name in _HASHES if any(each.hashName == name for each in found)), None)
    return tuple(each for each in found if each.hashName == best)


def isOneOf(fingerprints: Iterable[Fingerprint], certificate: bytes) -> bool:
    """
    Whether a certificate is one of those that are known so.

    @param certificate: DER.
    """
    return any(each == Fingerprint.of(certificate, each.hashName) for each in fingerprints)
