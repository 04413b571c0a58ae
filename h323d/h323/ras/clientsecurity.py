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

from h323d.h323.freshness import Freshness
from h323d.h323.h235 import Fault, check, keyOf, tokenIn
from h323d.h323.ras.messages import Fields, RASMessage, identifierIn
from h323d.h323.ras.security import PLAIN, Association, Signer, Verdict
from h323d.values.address import TransportAddress

__all__ = ["ClientSecurity", "SecuredEndpoint"]

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
        """As the gatekeeper calls itself, if it did."""


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

    def examine(self, message: RASMessage, octets: bytes, source: TransportAddress) -> Verdict:
        if self.believes(message, octets):
            return Verdict(association=self)
        return Verdict(believed=False)

    def towards(self, name: str, fields: Fields, destination: TransportAddress) -> Association:
        return PLAIN if name == "gatekeeperRequest" else self

    def seal(self, message: RASMessage) -> bytes:
        sender = self._endpoint.endpointIdentifier or self._alias
        receiver = self._endpoint.gatekeeperIdentifier or self._expected
        return self._signer.sign(message, self._key, sender, receiver)

    def believes(self, message: RASMessage, octets: bytes) -> bool:
        self.doubted = self._faultOf(message, octets)
        if self.doubted is not None:
            self._log.info(
                "not believed: {name}: {reason}", name=message.name, reason=self.doubted.value
            )
        return self.doubted is None

    def _faultOf(self, message: RASMessage, octets: bytes) -> Fault | None:
        known = self._endpoint.gatekeeperIdentifier or self._expected
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
