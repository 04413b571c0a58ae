"""
The certificate that we show.
"""

from __future__ import annotations

import random

from cryptography.x509 import load_der_x509_certificate

from h323d.media.dtls.certificate import newCertificate
from h323d.values.media.fingerprint import Fingerprint

NOW = 1_700_000_000.0


def test_itIsAsChanceHasIt() -> None:
    first, again = (newCertificate(random.Random(1), NOW) for _ in range(2))
    assert first.fingerprint == again.fingerprint
    assert first.fingerprint != newCertificate(random.Random(2), NOW).fingerprint


def test_itsFingerprintIsThatOfItsOctets() -> None:
    made = newCertificate(random.Random(1), NOW)
    assert made.fingerprint == Fingerprint.of(made.certificate)


def test_itIsValidNow() -> None:
    made = load_der_x509_certificate(newCertificate(random.Random(1), NOW).certificate)
    assert made.not_valid_before_utc.timestamp() < NOW < made.not_valid_after_utc.timestamp()


def test_itsKeyIsNotShown() -> None:
    made = newCertificate(random.Random(1), NOW)
    assert "key" not in repr(made)
