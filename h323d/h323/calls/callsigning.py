"""
A guardian's telephone: it signs the Setup of a call, and the Connect that answers one
(L{h323d.h323.security.guardtoken}), so that it needs no gatekeeper to prove who calls, or answers.
"""

from __future__ import annotations

import random

from twisted.internet.interfaces import IReactorTime

from h323d.h323.security.guardtoken import H225, NONCE_OCTETS, GuardStamp, signed, tokenFor
from h323d.h323.signalling import q931
from h323d.h323.signalling.addresses import Choice
from h323d.h323.signalling.q931 import Q931Message
from h323d.values.ed25519 import SigningIdentity

__all__ = ["CallSigning"]


class CallSigning:
    """
    As whom they are signed.
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
        A C{Setup-UUIE} or C{Connect-UUIE} with a place for the signature.

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

    def signed(self, message: Q931Message) -> Q931Message:
        """
        What is about to leave, with the signature in its place.
        """
        return q931.decode(signed(q931.encode(message), self._identity.key, H225))
