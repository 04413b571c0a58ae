"""
An endpoint's side of H.235.1: it signs what it sends, and believes its
gatekeeper only when that signs too.

It calls itself by its alias until it is registered, and by its
C{endpointIdentifier} afterwards.  Discovery is not signed: both sides only
agree there that the rest will be.
"""

from __future__ import annotations

import random
from typing import Protocol

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.h323.ras.clientsigning import ClientSigning
from h323d.h323.ras.messages import Fields, RASMessage, identifierIn
from h323d.h323.ras.profile import EndpointProfile
from h323d.h323.ras.security import PLAIN, Association, Signer, Verdict
from h323d.h323.security.freshness import Freshness
from h323d.h323.security.h235 import Fault, check, keyOf, tokenIn
from h323d.values.address import TransportAddress

__all__ = ["ClientSecurity", "SecuredEndpoint", "newSecurity"]

TIME_WINDOW = 7200.0  # seconds that the gatekeeper's clock may differ from ours


class SecuredEndpoint(Protocol):
    """
    What an endpoint knows of itself and of its gatekeeper.
    """

    @property
    def endpointIdentifier(self) -> str | None:
        """As the gatekeeper gave it; C{None} while not registered."""

    @property
    def gatekeeperIdentifier(self) -> str | None:
        """As the gatekeeper calls itself; C{None} before it did, empty if it will not."""


def newSecurity(
    endpoint: SecuredEndpoint, profile: EndpointProfile, clock: IReactorTime, rng: random.Random
) -> ClientSecurity | ClientSigning | None:
    """
    What an endpoint shows of itself; C{None} if it shows nothing.
    """
    if profile.signs is not None:
        return ClientSigning(profile.signs, clock, rng)
    if not profile.password:
        return None
    alias = profile.aliases[0].value if profile.aliases else ""
    return ClientSecurity(
        endpoint, profile.password, alias, profile.gatekeeperIdentifier, clock, rng
    )


class ClientSecurity:
    """
    An endpoint's L{h323d.h323.ras.security.RASSecurity}, and its
    L{Association} with its gatekeeper.

    @ivar doubted: why the last message from the gatekeeper was not believed;
        C{None} if it was.
    """

    _log = Logger()

    def __init__(
        self,
        endpoint: SecuredEndpoint,
        password: str,
        alias: str,
        gatekeeperIdentifier: str,
        clock: IReactorTime,
        rng: random.Random,
    ) -> None:
        """
        @param alias: what the password belongs to.
        @param gatekeeperIdentifier: the gatekeeper's, before it tells; may be
            empty.
        @param clock: tells Unix time.
        """
        self._endpoint = endpoint
        self._key = keyOf(password)
        self._alias = alias
        self._expected = gatekeeperIdentifier
        self._clock = clock
        self._signer = Signer(clock, rng)
        self._fresh = Freshness()
        self.doubted: Fault | None = None

    @property
    def complaint(self) -> str:
        """
        What is wrong with the last message from the gatekeeper, for people to read; empty if it
        was believed.
        """
        return "" if self.doubted is None else "unverified"

    def examine(self, message: RASMessage, octets: bytes, source: TransportAddress) -> Verdict:
        if self.believes(message, octets):
            return Verdict(association=self)
        return Verdict(believed=False)

    def towards(self, name: str, fields: Fields, destination: TransportAddress) -> Association:
        if name == "gatekeeperRequest":
            return PLAIN
        return _Question(self, identifierIn(fields, "gatekeeperIdentifier"))

    @property
    def _gatekeeper(self) -> str:
        named = self._endpoint.gatekeeperIdentifier
        return self._expected if named is None else named

    def seal(self, message: RASMessage) -> bytes:
        # It may be for another gatekeeper than the one that we are registered with.
        named = identifierIn(message.fields, "endpointIdentifier")
        asked = identifierIn(message.fields, "gatekeeperIdentifier")
        sender = named or self._endpoint.endpointIdentifier or self._alias
        receiver = asked or self._gatekeeper
        return self._signer.sign(message, self._key, sender, receiver)

    def believes(self, message: RASMessage, octets: bytes, asked: str | None = None) -> bool:
        """
        @param asked: which gatekeeper this is an answer of, if it is one.
        """
        self.doubted = self._faultOf(message, octets, asked)
        if self.doubted is not None:
            self._log.info(
                "not believed: {name}: {reason}", name=message.name, reason=self.doubted.value
            )
        return self.doubted is None

    def _faultOf(self, message: RASMessage, octets: bytes, asked: str | None) -> Fault | None:
        known = asked or self._gatekeeper
        told = identifierIn(message.fields, "gatekeeperIdentifier")
        senders = (known or told or "",)
        receivers = (
            self._alias,
            self._endpoint.endpointIdentifier or self._alias,
            identifierIn(message.fields, "endpointIdentifier") or self._alias,
        )
        token = tokenIn(message.fields)
        fault = check(octets, token, self._key, senders, receivers, receiverRequired=False)
        if fault is not None or token is None:
            return fault
        return self._fresh.check(token.proof, self._clock.seconds(), TIME_WINDOW)


class _Question:
    """
    The L{Association} of one request of ours.
    """

    def __init__(self, security: ClientSecurity, asked: str | None) -> None:
        self._security = security
        self._asked = asked

    def seal(self, message: RASMessage) -> bytes:
        return self._security.seal(message)

    def believes(self, message: RASMessage, octets: bytes) -> bool:
        return self._security.believes(message, octets, self._asked)
