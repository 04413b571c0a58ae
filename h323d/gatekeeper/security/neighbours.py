"""
Which neighbours are believed: LRQ, LCF, LRJ and RIP between gatekeepers (ITU-T
H.235.1; H.225.0, 7.13).

A neighbour that has a password signs what it says, and so do we; what is not
signed, or not by who it should be, is no question to be answered, and no answer.
One that can only hash the password (C{cryptoGKPwdHash}) proves that in its questions,
LRQ and SCI, and signs no answers: those are believed from its address, as those of one
without a password are.  Whatever else goes through a RAS channel is another's to judge:
the endpoints' L{RASSecurity}.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Protocol

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.call.complaints import FirstOf
from h323d.events.bus import EventBus
from h323d.events.doors import AuthenticationFailed
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.gatekeeper.security.passwords import Secret
from h323d.gatekeeper.security.reasons import BY_WHO_KNOWS, refusalOf
from h323d.h323.ras.messages import Fields, RASMessage
from h323d.h323.ras.security import PLAIN, Association, RASSecurity, Signer, Verdict
from h323d.h323.security.freshness import Freshness
from h323d.h323.security.h235 import SCHEME, Fault, HashedToken, check, tokenIn
from h323d.h323.security.passwordtokens import (
    GK_PWD_HASH,
    gatekeeperProofs,
    gatekeeperToken,
    verifyMD5,
)
from h323d.values.address import TransportAddress
from h323d.values.proof import Proof

__all__ = ["KnownNeighbours", "NeighbourSecurity"]

MAX_LOGGED = 1000  # places that are logged at all
_INDICATION = "serviceControlIndication"
_QUESTIONS = ("locationRequest", _INDICATION)
_VERSION_UNSAID = 0  # an LRQ does not tell which H.225.0 its asker speaks


class Secrets(Protocol):
    """
    What neighbours have to prove.
    """

    def secretsAt(self, host: str) -> Mapping[str, Secret]:
        """Of those at a host, by what each calls itself."""

    def secretOf(self, ras: TransportAddress) -> Secret | None:
        """Of the one that is asked at an address."""


class KnownNeighbours(Protocol):
    """
    Who the neighbours are, which can change while we run.
    """

    @property
    def neighbourhood(self) -> Secrets:
        """As they are now."""


class NeighbourSecurity:
    """
    A L{RASSecurity} that looks at what neighbours say, and leaves the rest to
    another.
    """

    _log = Logger()

    def __init__(
        self,
        others: RASSecurity,
        neighbours: KnownNeighbours,
        config: SecurityConfig,
        gatekeeperIdentifier: str,
        clock: IReactorTime,
        rng: random.Random,
        events: EventBus,
    ) -> None:
        """
        @param others: judges everybody else.
        @param config: of which only the window of time, and whether a token
            has to name its receiver, count here.
        @param clock: tells Unix time.
        """
        self._others = others
        self._neighbours = neighbours
        self._config = config
        self._identifier = gatekeeperIdentifier
        self._clock = clock
        self._events = events
        self._signer = Signer(clock, rng)
        # They outlive a change of the configuration: a replay is one afterwards, too.
        self._fresh: dict[tuple[str, Secret], Freshness] = {}
        self._logged = FirstOf(MAX_LOGGED)

    def reconfigure(self, config: SecurityConfig) -> None:
        """
        Judge by these from now on.
        """
        self._config = config

    # What a RAS channel asks.

    def examine(self, message: RASMessage, octets: bytes, source: TransportAddress) -> Verdict:
        if message.name not in _QUESTIONS:
            return self._others.examine(message, octets, source)
        secrets = self._neighbours.neighbourhood.secretsAt(source.host)
        if not secrets:
            return self._others.examine(message, octets, source)
        token, hashes = tokenIn(message.fields), gatekeeperProofs(message.fields)
        if message.name == _INDICATION and not hashes:  # it may be an endpoint's
            return self._others.examine(message, octets, source)
        claimed = [] if token is None else [token.proof.identity]
        claimed += [proof.identity for proof, _ in hashes]
        secret = _claimed(claimed, secrets)
        if secret is None:
            return self._refuse(message, source, Fault.UNKNOWN if claimed else Fault.ABSENT)
        if secret.scheme == GK_PWD_HASH:
            return self._examineHashes(message, source, secret, hashes)
        failed = self.faultOf(token, octets, secret, source.host)
        if token is None or failed is not None:
            return self._refuse(message, source, failed or Fault.ABSENT, secret, token)
        proof = Proof(SCHEME, secret.identity, token.proof.time, token.proof.nonce)
        return Verdict(association=_Neighbour(self, secret, source, token.version), proof=proof)

    def towards(self, name: str, fields: Fields, destination: TransportAddress) -> Association:
        if name == "locationRequest":
            secret = self._neighbours.neighbourhood.secretOf(destination)
            if secret is not None:
                hashes = secret.scheme == GK_PWD_HASH
                return _Hashing(self, secret) if hashes else _Neighbour(self, secret, destination)
        return self._others.towards(name, fields, destination)

    def _examineHashes(
        self,
        message: RASMessage,
        source: TransportAddress,
        secret: Secret,
        hashes: Sequence[tuple[Proof, bytes]],
    ) -> Verdict:
        """
        The same token twice is no replay: all messages of one second have the same.
        """
        for proof, digest in hashes:
            if proof.identity not in secret.names:
                continue
            if not verifyMD5(proof, digest, secret.password):
                return self._refuse(message, source, Fault.INTEGRITY, secret)
            window = self._config.timeWindow
            if window and abs(proof.time - self._clock.seconds()) > window:
                return self._refuse(message, source, Fault.TIME, secret)
            return Verdict(proof=proof)
        fault = Fault.WRONG_SENDER if hashes else Fault.ABSENT
        return self._refuse(message, source, fault, secret)

    # What an association needs.

    def hash(self, message: RASMessage, secret: Secret) -> bytes:
        """
        Prove a password in a message to a neighbour.
        """
        proof = Proof(GK_PWD_HASH, self._identifier, int(self._clock.seconds()))
        tokens = [gatekeeperToken(proof, secret.password)]
        return PLAIN.seal(RASMessage(message.name, message.fields | {"cryptoTokens": tokens}))

    def seal(self, message: RASMessage, secret: Secret, version: int) -> bytes:
        """
        Sign a message to a neighbour.
        """
        return self._signer.sign(message, secret.key, self._identifier, secret.identity, version)

    def faultOf(
        self, token: HashedToken | None, octets: bytes, secret: Secret, host: str
    ) -> Fault | None:
        """
        Whether a message is a neighbour's, for us, and new.

        @param octets: the message as it was on the wire.
        """
        receivers = (self._identifier,)
        required = not self._config.allowNoGeneralID
        fault = check(octets, token, secret.key, secret.names, receivers, required)
        if fault is not None or token is None:
            return fault
        fresh = self._fresh.get((host, secret))
        if fresh is None:
            fresh = self._fresh[host, secret] = Freshness()
        return fresh.check(token.proof, self._clock.seconds(), self._config.timeWindow)

    def doubted(
        self, message: RASMessage, place: TransportAddress, fault: Fault, secret: Secret | None
    ) -> None:
        """
        Tell of a message that is not believed.

        @param place: where it came from; of an answer, where we asked.
        """
        identity = "" if secret is None else secret.identity
        now = self._clock.seconds()
        self._events.publish(AuthenticationFailed(now, place, message.name, identity, fault.value))
        if self._logged.isFirst(f"{place.host} {message.name}"):
            self._log.warn(
                "the neighbour at {place} is not believed, told once: {name}: {reason}",
                place=str(place),
                name=message.name,
                reason=fault.value,
            )

    def _refuse(
        self,
        message: RASMessage,
        source: TransportAddress,
        fault: Fault,
        secret: Secret | None = None,
        token: HashedToken | None = None,
    ) -> Verdict:
        self.doubted(message, source, fault, secret)
        refusal = refusalOf(message, fault, self._identifier, _VERSION_UNSAID)
        if secret is None or token is None or fault not in BY_WHO_KNOWS:
            return Verdict(False, refusal)
        return Verdict(False, refusal, _Neighbour(self, secret, source, token.version))


class _Neighbour:
    """
    An L{Association} with a neighbour that signs.
    """

    __slots__ = ("_place", "_secret", "_security", "_version")

    def __init__(
        self, security: NeighbourSecurity, secret: Secret, place: TransportAddress, version: int = 2
    ) -> None:
        """
        @param place: where it is.
        @param version: of the profile that it speaks.
        """
        self._security = security
        self._secret = secret
        self._place = place
        self._version = version

    def seal(self, message: RASMessage) -> bytes:
        return self._security.seal(message, self._secret, self._version)

    def believes(self, message: RASMessage, octets: bytes) -> bool:
        token = tokenIn(message.fields)
        fault = self._security.faultOf(token, octets, self._secret, self._place.host)
        if fault is not None:
            self._security.doubted(message, self._place, fault, self._secret)
        return fault is None


class _Hashing:
    """
    An L{Association} with a neighbour that hashes its password, and signs no answers.
    """

    __slots__ = ("_secret", "_security")

    def __init__(self, security: NeighbourSecurity, secret: Secret) -> None:
        self._security = security
        self._secret = secret

    def seal(self, message: RASMessage) -> bytes:
        return self._security.hash(message, self._secret)

    def believes(self, message: RASMessage, octets: bytes) -> bool:
        return True


def _claimed(names: Sequence[str], secrets: Mapping[str, Secret]) -> Secret | None:
    """
    What a sender has to prove, of what those at its host have to.

    @param names: what it calls itself.

    @return: C{None} if that cannot be told.
    """
    if len(secrets) == 1:
        return next(iter(secrets.values()))
    return next((secrets[name] for name in names if name in secrets), None)
