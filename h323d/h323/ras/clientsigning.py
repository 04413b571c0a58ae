"""
An endpoint's side of the Ed25519 signature of IF.guard: it signs what it asks for, and where it
knows the key of its server, believes nothing that is not signed by that.

Discovery is not signed: whoever answers that in another's place cannot answer what comes then.
"""

from __future__ import annotations

import enum
import random

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.errors import DecodeError
from h323d.h323.ras.messages import Fields, RASMessage
from h323d.h323.ras.security import BELIEVED, PLAIN, Association, Verdict
from h323d.h323.security.freshness import Freshness
from h323d.h323.security.guardtoken import NONCE_OCTETS, GuardStamp, proofIn, signRAS
from h323d.values.address import TransportAddress
from h323d.values.ed25519 import SigningIdentity
from h323d.values.proof import Proof

__all__ = ["ClientSigning", "Doubt"]

WINDOW = 30.0  # seconds that a request of the server's is fresh for


class Doubt(enum.Enum):
    """
    Why a message is not believed, in words.
    """

    UNSIGNED = "is not signed"
    MALFORMED = "has a signature that is not as it has to be"
    OTHER_KEY = "is signed by another key than the server's"
    FORGED = "has a signature that does not hold"
    OTHERS = "is signed for somebody else, or by another server"
    NO_ANSWER = "answers something else than what was asked"
    STALE = "was signed too long ago, or was shown before"


class ClientSigning:
    """
    An endpoint's L{h323d.h323.ras.security.RASSecurity}.

    @ivar complaint: what is wrong with the last message from the gatekeeper, for people to read;
        empty if it was believed.
    """

    _log = Logger()

    def __init__(self, identity: SigningIdentity, clock: IReactorTime, rng: random.Random) -> None:
        """
        @param clock: tells Unix time.
        """
        self._identity = identity
        self._clock = clock
        self._rng = rng
        self._fresh = Freshness()
        self.complaint = ""

    def examine(self, message: RASMessage, octets: bytes, source: TransportAddress) -> Verdict:
        return BELIEVED if self.believes(message, octets, None) else Verdict(believed=False)

    def towards(self, name: str, fields: Fields, destination: TransportAddress) -> Association:
        if name == "gatekeeperRequest":
            return PLAIN
        return _Question(self, self._rng.randbytes(NONCE_OCTETS))

    # What a question needs.

    def seal(self, message: RASMessage, nonce: bytes) -> bytes:
        """
        Sign what is asked.
        """
        us = self._identity
        stamp = GuardStamp(us.terminalId, us.audience, int(self._clock.seconds()), nonce)
        return signRAS(message, us.key, stamp)

    def believes(self, message: RASMessage, octets: bytes, nonce: bytes | None) -> bool:
        """
        @param nonce: of what it answers; C{None} if it is a request.
        """
        doubt = self._doubtOf(message, octets, nonce)
        self.complaint = "" if doubt is None else f"unverified: {message.name} {doubt.value}"
        if doubt is not None:
            self._log.info("not believed: {name} {doubt}", name=message.name, doubt=doubt.value)
        return doubt is None

    def _doubtOf(self, message: RASMessage, octets: bytes, nonce: bytes | None) -> Doubt | None:
        server = self._identity.server
        if server is None:
            return None
        try:
            proof = proofIn(message.fields, octets)
        except DecodeError:
            return Doubt.MALFORMED
        if proof is None:
            return Doubt.UNSIGNED
        if proof.key != server.raw:
            return Doubt.OTHER_KEY
        if (proof.identity, proof.audience) != (self._identity.audience, self._identity.terminalId):
            return Doubt.OTHERS
        if not server.verifies(proof.signature, proof.octets):
            return Doubt.FORGED
        return self._ageOf(proof, nonce)

    def _ageOf(self, proof: Proof, nonce: bytes | None) -> Doubt | None:
        """
        Whether it is of now: an answer repeats what we have just made up, and the server's clock
        has no say in that.
        """
        if nonce is not None:
            return None if proof.nonce == nonce else Doubt.NO_ANSWER
        fault = self._fresh.check(proof, self._clock.seconds(), WINDOW)
        return None if fault is None else Doubt.STALE


class _Question:
    """
    The L{Association} of one request of ours.
    """

    __slots__ = ("_nonce", "_signing")

    def __init__(self, signing: ClientSigning, nonce: bytes) -> None:
        self._signing = signing
        self._nonce = nonce

    def seal(self, message: RASMessage) -> bytes:
        return self._signing.seal(message, self._nonce)

    def believes(self, message: RASMessage, octets: bytes) -> bool:
        return self._signing.believes(message, octets, self._nonce)
