"""
Who is believed: RAS of endpoints that have a password (ITU-T H.235.1; H.225.0,
7.8 to 7.13).

A name that has a password can be registered only by who proves it, and by what
a registration was proved, all that is sent in its name has to be proved from
then on.  Answers to it, and our own requests, are signed with the same key.
What is wrong is told by the reject of the request and by the fact
L{AuthenticationFailed}; nothing is signed for who does not know the password,
so that nobody can collect hashes to guess it from.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.call.complaints import FirstOf
from h323d.events.bus import EventBus
from h323d.events.doors import AuthenticationFailed
from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration
from h323d.gatekeeper.security.config import Requirement, SecurityConfig
from h323d.gatekeeper.security.passwords import Passwords, Secret
from h323d.gatekeeper.security.reasons import BY_WHO_KNOWS, refusalOf
from h323d.gatekeeper.security.replays import Replays
from h323d.gatekeeper.security.users import Users
from h323d.h323.ras.messages import (
    Fields,
    RASMessage,
    identifierIn,
    protocolVersion,
    usableAddresses,
)
from h323d.h323.ras.security import BELIEVED, PLAIN, Association, Signer, Verdict
from h323d.h323.security.guardtoken import isSigned
from h323d.h323.security.h235 import SCHEME, Fault, HashedToken, check, tokenIn
from h323d.h323.security.passwordtokens import MD5, proofs, verifyCAT, verifyMD5
from h323d.h323.security.securityoffer import chosenOf, promised
from h323d.h323.signalling.addresses import partiesFromAliases
from h323d.values.address import TransportAddress
from h323d.values.proof import Proof

__all__ = ["Authentication"]

MAX_LOGGED = 1000  # sources that are logged at all

_JUDGED = frozenset(
    (
        "registrationRequest",
        "unregistrationRequest",
        "admissionRequest",
        "bandwidthRequest",
        "disengageRequest",
        "resourcesAvailableIndicate",
        "infoRequestResponse",
    )
)
"""
What gates judge of who is registered, or wants to be.
"""


class _Claim(NamedTuple):
    """
    In whose name a request comes.

    @ivar registration: the endpoint's, if it has one.
    @ivar names: those that an RRQ asks for.
    @ivar secret: what has to be proved; C{None} if nobody knows what.
    """

    registration: Registration | None
    names: tuple[str, ...]
    secret: Secret | None

    def senders(self) -> set[str]:
        """
        What the asker may call itself: some go on using a name when they have
        an identifier.
        """
        senders = set(self.names)
        if self.secret is not None:
            senders |= self.secret.names
        if self.registration is not None:
            senders.add(self.registration.endpointId)
            senders.update(alias.value for alias in self.registration.aliases)
        return senders


class Authentication:
    """
    A gatekeeper's L{h323d.h323.ras.security.RASSecurity}.
    """

    _log = Logger()

    def __init__(
        self,
        config: SecurityConfig,
        passwords: Passwords,
        users: Users,
        gatekeeperIdentifier: str,
        registry: EndpointRegistry,
        replays: Replays,
        clock: IReactorTime,
        rng: random.Random,
        events: EventBus,
    ) -> None:
        """
        @param users: whose names nobody can register by H.323 without a password of its own.
        @param replays: knows what endpoints have shown.
        @param clock: tells Unix time.
        """
        self._config = config
        self._passwords = passwords
        self._users = users
        self._identifier = gatekeeperIdentifier
        self._registry = registry
        self._replays = replays
        self._clock = clock
        self._events = events
        self._signer = Signer(clock, rng)
        self._weak = tuple(each.value for each in config.weakSchemes)
        self._versions: dict[str, int] = {}
        self._logged = FirstOf(MAX_LOGGED)

    def reconfigure(self, config: SecurityConfig) -> None:
        """
        Judge by these from now on.
        """
        self._config = config
        self._weak = tuple(each.value for each in config.weakSchemes)

    # What a RAS channel asks.

    def examine(self, message: RASMessage, octets: bytes, source: TransportAddress) -> Verdict:
        if self._config.h2351 is Requirement.OFF:
            return BELIEVED
        if message.name == "gatekeeperRequest":
            return self._discovered(message, source)
        claim = self._claimOf(message)
        if claim is None:
            return BELIEVED
        if isinstance(claim, Fault):
            return self._refuse(message, source, claim, None)
        token = tokenIn(message.fields)
        if token is None and self._mayBeWeak(claim):
            return self._examineWeak(message, source, claim)
        if claim.secret is None:
            return self._refuse(message, source, Fault.UNKNOWN, None)
        fault = self._faultOf(token, octets, claim.secret, claim.senders(), claim.registration)
        if token is None or fault in (Fault.INTEGRITY, Fault.WRONG_OID):
            return self._refuse(message, source, fault or Fault.ABSENT, claim.secret)
        association = _Endpoint(self, claim.secret, token.proof.identity, token.version)
        if fault is not None:
            return self._refuse(message, source, fault, claim.secret, association)
        if claim.registration is not None:
            self._versions[claim.registration.endpointId] = token.version
        proof = Proof(SCHEME, claim.secret.identity, token.proof.time, token.proof.nonce)
        return Verdict(association=association, proof=proof)

    def towards(self, name: str, fields: Fields, destination: TransportAddress) -> Association:
        if self._config.h2351 is Requirement.OFF:
            return PLAIN
        endpointId = identifierIn(fields, "endpointIdentifier")
        registration = self._registry.byId(endpointId) if endpointId else None
        if registration is None:
            registration = self._registry.bySource(destination)
        if registration is None or registration.scheme != SCHEME:
            return PLAIN
        secret = self._passwords.of(registration.authenticated)
        if secret is None:
            return PLAIN
        name = registration.endpointId
        return _Endpoint(self, secret, name, self._versions.get(name, 2), registration)

    # What the gatekeeper tells.

    def endpointGone(self, registration: Registration) -> None:
        """
        Forget what belonged to a registration.
        """
        self._replays.forget(registration.endpointId)
        self._versions.pop(registration.endpointId, None)

    # What an association needs.

    def seal(self, message: RASMessage, secret: Secret, receiver: str, version: int) -> bytes:
        """
        Sign a message to an endpoint.

        @param receiver: what the endpoint calls itself.
        """
        return self._signer.sign(message, secret.key, self._identifier, receiver, version)

    def believes(
        self, message: RASMessage, octets: bytes, secret: Secret, registration: Registration | None
    ) -> bool:
        """
        Whether an answer to a request of ours is the endpoint's.
        """
        token = tokenIn(message.fields)
        senders = _Claim(registration, (), secret).senders()
        return self._faultOf(token, octets, secret, senders, registration) is None

    def _faultOf(
        self,
        token: HashedToken | None,
        octets: bytes,
        secret: Secret,
        senders: set[str],
        registration: Registration | None,
    ) -> Fault | None:
        receivers = (self._identifier,)
        required = not self._config.allowNoGeneralID
        fault = check(octets, token, secret.key, senders, receivers, required)
        if fault is not None or token is None:
            return fault
        return self._staleness(token.proof, secret, registration)

    def _staleness(
        self, proof: Proof, secret: Secret, registration: Registration | None
    ) -> Fault | None:
        sender = proof.identity if proof.identity in secret.names else secret.identity
        before: tuple[str, ...] = ()
        if registration is not None and proof.identity == registration.endpointId:
            sender = registration.endpointId
            if self._registry.byId(sender) is None:  # it has left, and is not remembered
                return None
            before = tuple(alias.value for alias in registration.aliases)
        return self._replays.check(sender, proof, self._config.timeWindow, before)

    # Who has to prove what.

    def _claimOf(self, message: RASMessage) -> _Claim | Fault | None:
        """
        In whose name a request comes; C{None} if nobody has to prove that.
        """
        fields = message.fields
        registration = self._registrationOf(message)
        registers = message.name == "registrationRequest"
        aliases = fields.get("terminalAlias", ()) if registers else ()
        names = tuple(party.value for party in partiesFromAliases(aliases)) if aliases else ()
        secrets = [each for each in map(self._passwords.of, names) if each is not None]
        if registration is not None and registration.authenticated:
            secret = self._passwords.of(registration.authenticated)
            if any(each is not secret for each in secrets):
                return Fault.UNKNOWN
            return _Claim(registration, names, secret)
        if secrets:
            if any(each is not secrets[0] for each in secrets):
                return Fault.UNKNOWN  # nobody knows two passwords at once
            return _Claim(registration, names, secrets[0])
        if aliases and any(self._users.holderOf((each,)) for each in partiesFromAliases(aliases)):
            return Fault.UNKNOWN
        if registers and not fields.get("keepAlive"):
            return self._claimOfUnnamed(message, registration, names)
        # Who is not registered is told so, whatever it proves.
        return Fault.UNKNOWN if registration is not None and self._demands(message) else None

    def _claimOfUnnamed(
        self, message: RASMessage, registration: Registration | None, names: tuple[str, ...]
    ) -> _Claim | Fault | None:
        """
        The claim of an RRQ none of whose names has a password.
        """
        fields = message.fields
        token = tokenIn(fields)
        claimed = [] if token is None else [token.proof.identity]
        claimed += [proof.identity for proof, _ in proofs(fields, self._weak)]
        for name in claimed:
            secret = self._passwords.of(name)
            if secret is not None:
                return _Claim(registration, names, secret)
        return Fault.UNKNOWN if self._demands(message) else None

    def _demands(self, message: RASMessage) -> bool:
        """
        Whether a password is needed by who has none: not where gates judge by a signature, and
        one is shown.
        """
        if self._config.h2351 is not Requirement.REQUIRED:
            return False
        isJudged = message.name in _JUDGED
        return not (self._users.takesSignatures and isJudged and isSigned(message.fields))

    def _registrationOf(self, message: RASMessage) -> Registration | None:
        endpointId = identifierIn(message.fields, "endpointIdentifier")
        if endpointId is not None:
            return self._registry.byId(endpointId)
        if message.name == "unregistrationRequest":
            for address in usableAddresses(message.fields["callSignalAddress"]):
                return self._registry.bySignalling(address)
        return None

    # Older equipment.

    def _mayBeWeak(self, claim: _Claim) -> bool:
        if not self._weak:
            return False
        registration = claim.registration
        return registration is None or registration.scheme in ("", *self._weak)

    def _examineWeak(self, message: RASMessage, source: TransportAddress, claim: _Claim) -> Verdict:
        for proof, digest in proofs(message.fields, self._weak):
            secret = claim.secret
            if secret is None or proof.identity not in claim.senders():
                continue
            verify = verifyMD5 if proof.scheme == MD5 else verifyCAT
            if not verify(proof, digest, secret.password):
                return self._refuse(message, source, Fault.INTEGRITY, secret)
            now, window = self._clock.seconds(), self._config.timeWindow
            if window and abs(proof.time - now) > window:
                return self._refuse(message, source, Fault.TIME, secret)
            return Verdict(proof=Proof(proof.scheme, secret.identity, proof.time, proof.nonce))
        if message.name != "registrationRequest" and claim.registration is not None:
            return BELIEVED  # they prove themselves when they register, and not later
        return self._refuse(message, source, Fault.ABSENT, claim.secret)

    # Discovery, which is not signed.

    def _discovered(self, message: RASMessage, source: TransportAddress) -> Verdict:
        fields = message.fields
        names = [p.value for p in partiesFromAliases(fields.get("endpointAlias", ()))]
        protected = any(self._passwords.of(name) is not None for name in names)
        if not protected and self._config.h2351 is not Requirement.REQUIRED:
            return BELIEVED
        if not promised(fields):  # it may know how, all the same
            return BELIEVED
        chosen = chosenOf(fields, self._weak)
        if chosen is None:
            return self._refuse(message, source, Fault.WRONG_OID, None)
        return Verdict(association=_Choosing(chosen))

    def _refuse(
        self,
        message: RASMessage,
        source: TransportAddress,
        fault: Fault,
        secret: Secret | None,
        association: Association = PLAIN,
    ) -> Verdict:
        identity = "" if secret is None else secret.identity
        now = self._clock.seconds()
        self._events.publish(AuthenticationFailed(now, source, message.name, identity, fault.value))
        if self._logged.isFirst(source.host):
            self._log.info(
                "{source} is not believed, told once: {name}: {reason}",
                source=str(source),
                name=message.name,
                reason=fault.value,
            )
        if fault not in BY_WHO_KNOWS:
            association = PLAIN
        refusal = refusalOf(message, fault, self._identifier, self._versionOf(message))
        return Verdict(False, refusal, association)

    def _versionOf(self, message: RASMessage) -> int:
        if "protocolIdentifier" in message.fields:
            return protocolVersion(message.fields["protocolIdentifier"])
        registration = self._registrationOf(message)
        return 0 if registration is None else registration.version


class _Endpoint:
    """
    An L{Association} with an endpoint that signs.
    """

    __slots__ = ("_authentication", "_receiver", "_registration", "_secret", "_version")

    def __init__(
        self,
        authentication: Authentication,
        secret: Secret,
        receiver: str,
        version: int,
        registration: Registration | None = None,
    ) -> None:
        self._authentication = authentication
        self._secret = secret
        self._receiver = receiver
        self._version = version
        self._registration = registration

    def seal(self, message: RASMessage) -> bytes:
        receiver = self._receiver
        if message.name == "registrationConfirm":
            # It takes the name that it is given before it looks whom the confirm is for.
            receiver = identifierIn(message.fields, "endpointIdentifier") or receiver
        return self._authentication.seal(message, self._secret, receiver, self._version)

    def believes(self, message: RASMessage, octets: bytes) -> bool:
        return self._authentication.believes(message, octets, self._secret, self._registration)


class _Choosing:
    """
    An L{Association} of which only the way to prove oneself is known, and told.
    """

    def __init__(self, chosen: Fields) -> None:
        self._chosen = chosen

    def seal(self, message: RASMessage) -> bytes:
        if message.name == "gatekeeperConfirm":
            message = RASMessage(message.name, message.fields | self._chosen)
        return PLAIN.seal(message)

    def believes(self, message: RASMessage, octets: bytes) -> bool:
        return True
