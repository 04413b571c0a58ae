"""
An endpoint's side of the Ed25519 signature of IF.guard: it signs what it asks for.

Its gatekeeper is believed without: nothing of it is signed.
"""

from __future__ import annotations

import random

from twisted.internet.interfaces import IReactorTime

from h323d.h323.ras.messages import Fields, RASMessage
from h323d.h323.ras.security import BELIEVED, PLAIN, Association, Verdict
from h323d.h323.security.guardtoken import NONCE_OCTETS, GuardStamp, signRAS
from h323d.values.address import TransportAddress
from h323d.values.ed25519 import SigningIdentity

__all__ = ["ClientSigning"]


class ClientSigning:
    """
    An endpoint's L{h323d.h323.ras.security.RASSecurity}, and its L{Association} with its
    gatekeeper.

    @ivar doubted: C{None}: every message from the gatekeeper is believed.
    """

    doubted = None

    def __init__(self, identity: SigningIdentity, clock: IReactorTime, rng: random.Random) -> None:
        """
        @param clock: tells Unix time.
        """
        self._identity = identity
        self._clock = clock
        self._rng = rng

    def examine(self, message: RASMessage, octets: bytes, source: TransportAddress) -> Verdict:
        return BELIEVED

    def towards(self, name: str, fields: Fields, destination: TransportAddress) -> Association:
        return PLAIN if name == "gatekeeperRequest" else self

    def seal(self, message: RASMessage) -> bytes:
        stamp = GuardStamp(
            self._identity.terminalId,
            self._identity.audience,
            int(self._clock.seconds()),
            self._rng.randbytes(NONCE_OCTETS),
        )
        return signRAS(message, self._identity.key, stamp)

    def believes(self, message: RASMessage, octets: bytes) -> bool:
        return True
