"""
What somebody shows to prove who they are, whatever protocol it came by.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from h323d.values.ed25519 import SCHEME

__all__ = [
    "MAX_IDENTITY",
    "TLS",
    "Proof",
    "malformed",
    "nonceOf",
    "numberOf",
    "ofConnection",
    "verified",
]

MAX_IDENTITY = 128
"""
Characters of who proves something, and of for whom: what a sendersID and a generalID have place for
(H.235.0).
"""

TLS = "tls"
"""
The scheme of a proof that the connection has given: its C{key} is the SubjectPublicKeyInfo of the
certificate at the other end.
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """
    A proof of identity, as a message carries it.  That one exists says
    nothing: it counts when whoever holds the secret has verified it.

    Where the secret is shared, that is done where the message is, and nothing more is
    needed afterwards.  A signature can be verified, and shown to others, by who has the
    public key alone: of one, the proof has all three that it takes.

    @ivar scheme: how it is made, as in C{"h2351"}.
    @ivar identity: who it says it is.
    @ivar time: when it was made, in seconds of Unix time.
    @ivar nonce: what makes it unlike others of the same second, as it came; of a number,
        the octets of L{nonceOf}; empty where the scheme has none.
    @ivar key: the public key that it names; empty for a shared secret.
    @ivar octets: what is signed; empty for a shared secret.
    @ivar signature: over C{octets}; empty for a shared secret.
    @ivar audience: for whom it was made; empty if it does not say.
    """

    scheme: str
    identity: str
    time: int
    nonce: bytes = b""
    key: bytes = b""
    octets: bytes = b""
    signature: bytes = b""
    audience: str = ""


def malformed(scheme: str) -> Proof:
    """
    A proof that was given, and is not as it has to be.
    """
    return Proof(scheme, "", 0)


def ofConnection(key: bytes | None, now: float) -> tuple[Proof, ...]:
    """
    What a connection itself proves of who is at its other end.

    @param key: of the certificate that they have shown; C{None} for none.
    @param now: seconds of Unix time.
    """
    return () if key is None else (Proof(TLS, "", int(now), key=key),)


def verified(proofs: Iterable[Proof]) -> tuple[Proof, ...]:
    """
    Those that have been verified where they came in: all but signatures.
    """
    return tuple(each for each in proofs if each.scheme != SCHEME)


def nonceOf(number: int) -> bytes:
    """
    A number as a nonce: two's complement, the highest octet first, as many as it takes.
    """
    return number.to_bytes(number.bit_length() // 8 + 1, signed=True)


def numberOf(nonce: bytes) -> int:
    """
    The number that L{nonceOf} made the octets of.
    """
    return int.from_bytes(nonce, signed=True)
