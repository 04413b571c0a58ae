"""
Handshakes of DTLS in virtual time: who we are in them, always the same.
"""

from __future__ import annotations

import random
from functools import lru_cache

from twisted.internet.interfaces import IReactorTime

from h323d.media.dtls.association import Identity
from h323d.media.dtls.certificate import newCertificate
from h323d.media.dtls.handshakes import KeyAgreements

__all__ = ["identity", "newAgreements"]

MADE = 1_700_000_000.0  # seconds since 1970


@lru_cache
def identity(seed: int = 1) -> Identity:
    """
    One that has a certificate of its own for each seed.
    """
    return Identity(newCertificate(random.Random(seed), MADE))


def newAgreements(clock: IReactorTime) -> KeyAgreements:
    """
    Those of a server of ours.
    """
    return KeyAgreements(clock, identity())
