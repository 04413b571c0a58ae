"""
The certificate that we show in handshakes: of our own making, as it is known by its fingerprint,
for as long as the process lives.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from h323d.values.media.fingerprint import Fingerprint

__all__ = ["Certificate", "newCertificate"]

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_SERIAL_BITS = 64
_BEFORE, _AFTER = timedelta(days=1), timedelta(days=3650)  # as other clocks may be wrong


@dataclass(frozen=True, slots=True)
class Certificate:
    """
    A certificate, and its key, as octets.

    @ivar key: DER (PKCS #8), not encrypted.
    @ivar certificate: DER.
    """

    key: bytes = field(repr=False)
    certificate: bytes

    @property
    def fingerprint(self) -> Fingerprint:
        return Fingerprint.of(self.certificate)


def newCertificate(rng: random.Random, now: float) -> Certificate:
    """
    Make one, of a key on the curve P-256.

    @param rng: draws the key; C{SystemRandom} in service.
    @param now: seconds since 1970.
    """
    key = ec.derive_private_key(rng.randrange(1, _ORDER), ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "h323d")])
    day = datetime.fromtimestamp(now, UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1 + rng.getrandbits(_SERIAL_BITS))
        .not_valid_before(day - _BEFORE)
        .not_valid_after(day + _AFTER)
    )
    certificate = builder.sign(key, SHA256(), ecdsa_deterministic=True)
    return Certificate(
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        certificate.public_bytes(Encoding.DER),
    )
