"""
A guardian's telephone: it signs the Setup of a call (L{h323d.h323.security.guardtoken}), so that it
needs no gatekeeper to prove who calls.
"""

from __future__ import annotations

import random

from twisted.internet.interfaces import IReactorTime

from h323d.h323.security.guardtoken import NONCE_OCTETS, SETUP, GuardStamp, signed, tokenFor
from h323d.h323.signalling import q931
from h323d.h323.signalling.addresses import Choice
from h323d.h323.signalling.q931 import Q931Message
from h323d.values.ed25519 import SigningIdentity

__all__ = ["CallSigning"]


class CallSigning:
    """
    As whom Setups are signed.
    """

    def __init__(self, identity: SigningIdentity, clock: IReactorTime, rng: random.Random) -> None:
        """
        @param clock: tells Unix time.
        """
        self._identity = identity
        self._clock = clock
        self._rng = rng

    def prepared(self, body: Choice) -> Choice:
        """
        A C{Setup-UUIE} with a place for the signature.

        @raise h323d.errors.EncodeError: we have a name that is too long.
        """
        name, fields = body
        stamp = GuardStamp(
            self._identity.terminalId,
            self._identity.audience,
            int(self._clock.seconds()),
            self._rng.randbytes(NONCE_OCTETS),
        )
        token = tokenFor(self._identity.key.public, stamp)
        return name, fields | {"cryptoTokens": [token]}

    def signed(self, setup: Q931Message) -> Q931Message:
        """
        A Setup that is about to leave, with the signature in its place.
        """
        return q931.decode(signed(q931.encode(setup), self._identity.key, SETUP))
