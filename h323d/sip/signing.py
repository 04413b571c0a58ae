"""
A guardian's telephone: it signs the requests that gates judge (L{h323d.sip.guardheader}).
"""

from __future__ import annotations

import random

from twisted.internet.interfaces import IReactorTime

from h323d.sip.digest.algorithms import Algorithm
from h323d.sip.guardheader import NONCE_OCTETS, SIPStamp, isSignable, signed
from h323d.sip.messages.message import SIPRequest
from h323d.values.address import TransportAddress
from h323d.values.ed25519 import SigningIdentity

__all__ = ["Signing"]


class Signing:
    """
    What we have with others (L{h323d.sip.digest.answering.Secrets}): a key, and no password.
    """

    def __init__(self, identity: SigningIdentity, clock: IReactorTime, rng: random.Random) -> None:
        """
        @param clock: tells Unix time.
        """
        self._identity = identity
        self._clock = clock
        self._rng = rng

    def secretAt(
        self, peer: TransportAddress, realm: str, algorithm: Algorithm, account: str
    ) -> tuple[str, str] | None:
        return None

    def signed(self, request: SIPRequest) -> SIPRequest:
        if not isSignable(request):
            return request
        stamp = SIPStamp(
            self._identity.terminalId,
            self._identity.audience,
            int(self._clock.seconds()),
            self._rng.randbytes(NONCE_OCTETS),
        )
        return signed(request, self._identity.key, stamp)
