"""
What secures a RAS channel: how messages are sealed on their way out, and which
of those that arrive are believed (ITU-T H.225.0, C{tokens} and C{cryptoTokens}).

The channel asks a L{RASSecurity}; what it knows of one peer is an
L{Association}.  L{PLAIN} and L{UNSECURED} are for who asks for no proof.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.h323.ras.messages import Fields, RASMessage, encodeRAS
from h323d.h323.security.h235 import Stamp, sign
from h323d.values.address import TransportAddress
from h323d.values.proof import Proof

__all__ = [
    "BELIEVED",
    "PLAIN",
    "UNSECURED",
    "Association",
    "RASSecurity",
    "Signer",
    "Unsecured",
    "Verdict",
    "whatIsSealed",
]

_RANDOMS = 1 << 31  # some peers keep a random in 32 bits with a sign


class Association(Protocol):
    """
    What both sides of a channel know of each other.
    """

    def seal(self, message: RASMessage) -> bytes:
        """
        Encode a message to the peer.

        @raise h323d.errors.EncodeError: a field is not what its schema allows.
        """

    def believes(self, message: RASMessage, octets: bytes) -> bool:
        """
        Whether an answer is from the peer that was asked.

        @param octets: as it was on the wire.
        """


class _Plain:
    """
    An L{Association} of peers that know nothing of each other.
    """

    def seal(self, message: RASMessage) -> bytes:
        return encodeRAS(message)

    def believes(self, message: RASMessage, octets: bytes) -> bool:
        return True


PLAIN: Association = _Plain()


def whatIsSealed(message: RASMessage, association: Association) -> RASMessage | None:
    """
    @return: all that the octets say which C{association} makes of a message; C{None} where they say
        more than that.
    """
    return message if association is PLAIN else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What became of a request.

    @ivar believed: whether it is to be answered as it asks.
    @ivar refusal: the answer, if it is not; C{None} for none.
    @ivar association: seals the answer, whichever it is.
    @ivar proof: whom the asker proved to be; C{None} if nobody.
    """

    believed: bool = True
    refusal: RASMessage | None = None
    association: Association = PLAIN
    proof: Proof | None = None


BELIEVED = Verdict()


class RASSecurity(Protocol):
    """
    Whom a channel asks.
    """

    def examine(self, message: RASMessage, octets: bytes, source: TransportAddress) -> Verdict:
        """
        Judge a request that arrived.

        @param octets: as it was on the wire.
        """

    def towards(self, name: str, fields: Fields, destination: TransportAddress) -> Association:
        """
        What we know of whom we are about to send to.

        @param name: of the message.
        @param fields: of the message.
        """


class Unsecured:
    """
    A L{RASSecurity} that asks for nothing.
    """

    def examine(self, message: RASMessage, octets: bytes, source: TransportAddress) -> Verdict:
        return BELIEVED

    def towards(self, name: str, fields: Fields, destination: TransportAddress) -> Association:
        return PLAIN


UNSECURED: RASSecurity = Unsecured()


class Signer:
    """
    Signs by H.235.1, with the time and a number that no other message has.
    """

    def __init__(self, clock: IReactorTime, rng: random.Random) -> None:
        """
        @param clock: tells Unix time.
        @param rng: draws the first number, so that a restart within a second
            does not use those of the last run.
        """
        self._clock = clock
        self._random = rng.randrange(_RANDOMS)

    def sign(
        self, message: RASMessage, key: bytes, sendersID: str, generalID: str, version: int = 2
    ) -> bytes:
        """
        Encode a message with its token; the rest as L{Stamp} has it.
        """
        self._random = (self._random + 1) % _RANDOMS
        now = int(self._clock.seconds())
        return sign(message, key, Stamp(sendersID, generalID, now, self._random, version))
