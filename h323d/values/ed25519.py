"""
A public key of Ed25519 (RFC 8032), in the forms in which messages and files carry it.

No private key is known here.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

__all__ = ["KEY_OCTETS", "SCHEME", "SIGNATURE_OCTETS", "PublicKey", "Signing", "SigningIdentity"]

SCHEME = "ed25519"  # as proofs have it
KEY_OCTETS = 32
SIGNATURE_OCTETS = 64

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_SPKI = bytes.fromhex("302a300506032b6570032100")  # RFC 8410, 4: all of the DER but the key
_Y8 = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_SMALL_ORDER = frozenset((0, 1, _P - 1, _Y8, _P - _Y8))  # y of the eight points; x has no say


@dataclass(frozen=True, slots=True, order=True)
class PublicKey:
    """
    A key that a signature can be verified by.

    @ivar raw: its 32 octets (RFC 8032, 5.1.2).
    """

    raw: bytes

    def __post_init__(self) -> None:
        """
        @raise ValueError: no honest key is like that: of another length, not the one form of
            its point, no point at all, or one of the eight under which anybody's signature
            may hold.
        """
        if len(self.raw) != KEY_OCTETS:
            raise ValueError(f"a key has {KEY_OCTETS} octets, not {len(self.raw)}")
        y = int.from_bytes(self.raw, "little") & ~(1 << 255)
        if y >= _P:
            raise ValueError("is not the canonical form of a key")
        if y in _SMALL_ORDER:
            raise ValueError("is a point of small order, which proves nothing")
        if not _isOnCurve(y):
            raise ValueError("is no point of the curve")

    @classmethod
    def fromSPKI(cls, octets: bytes) -> PublicKey:
        """
        @param octets: a DER SubjectPublicKeyInfo (RFC 8410).

        @raise ValueError: it is of another kind, or L{PublicKey} does not take it.
        """
        if not octets.startswith(_SPKI) or len(octets) != len(_SPKI) + KEY_OCTETS:
            raise ValueError("is no SubjectPublicKeyInfo of Ed25519")
        return cls(octets[len(_SPKI) :])

    @property
    def spki(self) -> bytes:
        """
        The key as a DER SubjectPublicKeyInfo, 44 octets (RFC 8410).
        """
        return _SPKI + self.raw

    def verifies(self, signature: bytes, octets: bytes) -> bool:
        """
        Whether a signature over octets was made with its private half.
        """
        if len(signature) != SIGNATURE_OCTETS:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, octets)
        except InvalidSignature:
            return False
        return True

    @property
    def thumbprint(self) -> str:
        """
        The name of the key in a JWS: base64url, 43 characters (RFC 7638; RFC 8037, 2).
        """
        x = base64.urlsafe_b64encode(self.raw).rstrip(b"=").decode()
        jwk = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'
        digest = hashlib.sha256(jwk.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def __str__(self) -> str:
        """
        As the registry has it.
        """
        return f"ed25519:{self.spki.hex()}"


class Signing(Protocol):
    """
    Who has a private key.
    """

    @property
    def public(self) -> PublicKey:
        """What its signatures are verified by."""

    def sign(self, octets: bytes) -> bytes:
        """A signature, of L{SIGNATURE_OCTETS}."""


@dataclass(frozen=True, slots=True)
class SigningIdentity:
    """
    As whom somebody signs.

    @ivar terminalId: their entry in the registry of who is meant to believe it.
    @ivar audience: who that is: the C{guard.name} of a server.
    @ivar server: by which that server signs its answers; C{None} believes them unsigned.
    """

    key: Signing
    terminalId: str
    audience: str
    server: PublicKey | None = None


def _isOnCurve(y: int) -> bool:
    """
    Whether there is an x to this y: -x^2 + y^2 = 1 + d x^2 y^2 (RFC 8032, 5.1.3).
    """
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    return pow(square, (_P - 1) // 2, _P) == 1
