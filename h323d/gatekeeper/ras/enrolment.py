"""
How an endpoint finds the gatekeeper, registers and renews: GRQ and RRQ
(H.225.0, 7.8 and 7.9; H.323, 7.2).

Each method takes a request and returns its answer; the table is
L{EndpointRegistry}.  A registration belongs to the address it came from:
nobody else can renew, change or end it by knowing its identifier.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from twisted.internet.defer import Deferred

from h323d.call.applications import Door, Refusal, Verdict
from h323d.call.gates import Gates
from h323d.call.leases import ended, ofRegistration
from h323d.gatekeeper.admission import AdmissionTable
from h323d.gatekeeper.config import MIN_TIME_TO_LIVE, GatekeeperConfig, PreGranted
from h323d.gatekeeper.identity import Identity, ILocalNumbers
from h323d.gatekeeper.ras.selfdescription import kindOf, prefixesOf, productOf
from h323d.gatekeeper.ras.usage import tellsUsage
from h323d.gatekeeper.registry.registrations import (
    AddressTaken,
    AliasesTaken,
    EndpointRegistry,
    Registration,
    RegistryFull,
)
from h323d.gatekeeper.traversal import Reach
from h323d.h323.applications import registrationApplication
from h323d.h323.ras.messages import (
    PROTOCOL_IDENTIFIER,
    Fields,
    RASMessage,
    encodeRAS,
    identifierIn,
    protocolVersion,
    usableAddresses,
)
from h323d.h323.ras.profile import prefixesToValue
from h323d.h323.ras.reasons import REASONS, named
from h323d.h323.ras.transactions import RASAnswer, RASRequest
from h323d.h323.signalling.addresses import (
    aliasesFromParties,
    partiesFromAliases,
    transportToValue,
)
from h323d.h323.signalling.securesignalling import addressIn
from h323d.values.address import PartyAddress, TransportAddress

__all__ = ["Enrolment"]

MAX_FACTOR = 3  # by which the answer to a GRQ may be longer: its source may be forged
_OURS = re.compile("[0-9a-f]{16}")  # what identifiers of ours look like
_OLDEST_VERSION = 2  # an RRQ of version 1 has no time to live to renew


class Enrolment:
    """
    Answers what comes before calls.
    """

    def __init__(
        self,
        config: GatekeeperConfig,
        identity: Identity,
        registry: EndpointRegistry,
        admissions: AdmissionTable,
        numbers: ILocalNumbers,
        reach: Reach,
        gates: Gates,
    ) -> None:
        """
        @param gates: what RRQs pass.
        """
        self._config = config
        self._granted = _preGrantedARQ(config)
        self._reach = reach
        self._identity = identity
        self._registry = registry
        self._admissions = admissions
        self._numbers = numbers
        self._gates = gates

    def reconfigure(self, config: GatekeeperConfig) -> None:
        """
        Answer otherwise from now on; what endpoints were told before, they keep
        until they register again.
        """
        self._config = config
        self._granted = _preGrantedARQ(config)

    def discover(self, request: RASRequest) -> RASMessage | None:
        """
        Answer a GRQ; with silence, if it asks the whole network for somebody
        else.
        """
        fields = request.message.fields
        if identifierIn(fields, "gatekeeperIdentifier") not in (None, self._identity.identifier):
            return None if request.multicast else self._reject(request, "terminalExcluded")
        if _tooOld(fields):
            return self._reject(request, "invalidRevision")
        confirmation: Fields = {
            "requestSeqNum": fields["requestSeqNum"],
            "protocolIdentifier": PROTOCOL_IDENTIFIER,
            "gatekeeperIdentifier": self._identity.identifier,
            "rasAddress": transportToValue(
                TransportAddress(self._identity.towards(request).told, self._identity.rasPort)
            ),
        }
        if self._reach.asked(fields):
            confirmation = self._reach.confirmed(confirmation)
        return self._withAlternates(
            RASMessage("gatekeeperConfirm", confirmation), MAX_FACTOR * len(request.octets)
        )

    def _withAlternates(self, confirm: RASMessage, limit: int) -> RASMessage:
        """
        Tell of as many alternates as there is place for.

        @param limit: octets.
        """
        for count in range(len(self._identity.alternates), 0, -1):
            told = {"alternateGatekeeper": list(self._identity.alternates[:count])}
            longer = RASMessage(confirm.name, confirm.fields | told)
            if len(encodeRAS(longer)) <= limit:
                return longer
        return confirm

    def register(self, request: RASRequest) -> RASMessage | Deferred[RASAnswer]:
        """
        Answer an RRQ, full or to keep alive.
        """
        fields = request.message.fields
        if identifierIn(fields, "gatekeeperIdentifier") not in (None, self._identity.identifier):
            return self._reject(request, "discoveryRequired")
        if _tooOld(fields):
            return self._reject(request, "invalidRevision")
        if not self._gates.standAt(Door.RRQ):
            return self._register(request)
        own = self._ownOf(request)
        if own is None and fields.get("keepAlive"):
            return self._keepAlive(request)  # whatever they prove: equipment then registers again
        application = (
            registrationApplication(request, "")
            if own is None
            else registrationApplication(request, own.endpointId, own.aliases)
        )
        verdict = self._gates.judge(application)
        if isinstance(verdict, Deferred):
            return verdict.addCallback(self._judged, request)
        return self._judged(verdict, request)

    def _judged(self, verdict: Verdict, request: RASRequest) -> RASMessage:
        if isinstance(verdict, Refusal):
            reason = REASONS[request.message.name][verdict.reason]
            return named(self._reject(request, reason), verdict.reason)
        answer = self._register(request)
        if answer.name == "registrationConfirm":
            holder = ofRegistration(answer.fields["endpointIdentifier"])
            self._gates.leases.give(holder, verdict)
        else:
            ended(verdict.leases)
        return answer

    def _ownOf(self, request: RASRequest) -> Registration | None:
        """
        The registration that a request names, if it is its sender's.
        """
        claimed = identifierIn(request.message.fields, "endpointIdentifier") or ""
        known = self._registry.byId(claimed)
        return known if known is not None and known.source == request.source else None

    def _register(self, request: RASRequest) -> RASMessage:
        fields = request.message.fields
        if fields.get("keepAlive"):
            return self._keepAlive(request)
        if "additiveRegistration" in fields:
            return self._registerMore(request)
        return self._registerFully(request)

    def _keepAlive(self, request: RASRequest) -> RASMessage:
        fields = request.message.fields
        registration = self._registry.byId(identifierIn(fields, "endpointIdentifier") or "")
        if registration is None or registration.source != request.source:
            return self._reject(request, "fullRegistrationRequired")
        timeToLive = registration.timeToLive
        if "timeToLive" in fields:
            timeToLive = self._timeToLive(fields, registration.traversal)
        renewed = self._registry.renew(registration.endpointId, timeToLive)
        return RASMessage("registrationConfirm", self._confirmation(request, renewed))

    def _registerFully(self, request: RASRequest) -> RASMessage:
        fields = request.message.fields
        traversal = self._reach.asked(fields)
        signalling = self._reach.signalling(
            usableAddresses(fields["callSignalAddress"]), request.source, traversal
        )
        if not signalling:
            return self._reject(request, "invalidCallSignalAddress")
        ras = usableAddresses(fields["rasAddress"])
        if not ras and not traversal:
            return self._reject(request, "invalidRASAddress")
        named = fields.get("terminalAlias", [])
        prefixes = prefixesOf(fields["terminalType"])
        if max(len(named), len(prefixes)) > self._config.maxAliases:
            return self._reject(request, "resourceUnavailable")
        aliases = partiesFromAliases(named)
        proof = request.verdict.proof
        authenticated = "" if proof is None else proof.identity
        endpointId = self._identityOf(fields, request.source, signalling, authenticated)
        if endpointId is not None and traversal:
            endpointId = self._returning(request.source, ras, aliases, authenticated) or endpointId
        if endpointId is None:
            return self._reject(request, "fullRegistrationRequired")
        version = protocolVersion(fields["protocolIdentifier"])
        wanted = Registration(
            endpointId=endpointId,
            protocol="h323",
            source=request.source,
            signalling=signalling,
            ras=ras,
            aliases=aliases,
            kind=kindOf(fields["terminalType"]),
            timeToLive=self._timeToLive(fields, traversal),
            version=version,
            product=productOf(fields["endpointVendor"]),
            prefixes=prefixes,
            authenticated=authenticated,
            scheme="" if proof is None else proof.scheme,
            traversal=traversal,
            usage=tellsUsage(version, fields),
            secure=self._secureAddress(request),
        )
        return self._enterAnew(request, wanted)

    def _enterAnew(self, request: RASRequest, wanted: Registration) -> RASMessage:
        """
        Who has started anew has no calls, and is told everything.
        """
        restarted = "restart" in request.message.fields
        known = self._registry.byId(wanted.endpointId)
        if known is not None and known.exhausted and not restarted:
            wanted = replace(wanted, exhausted=True)
        answer = self._enter(request, wanted)
        if restarted and answer.name == "registrationConfirm":
            self._admissions.endAll(wanted.endpointId)
        return answer

    def _registerMore(self, request: RASRequest) -> RASMessage:
        """
        Add names and prefixes to a registration (C{additiveRegistration}).
        """
        fields = request.message.fields
        known = self._registry.byId(identifierIn(fields, "endpointIdentifier") or "")
        if known is None or known.source != request.source:
            return self._reject(request, "fullRegistrationRequired")
        named = partiesFromAliases(fields.get("terminalAlias", ()))
        aliases = tuple(dict.fromkeys((*known.aliases, *named)))
        prefixes = tuple(dict.fromkeys((*known.prefixes, *prefixesOf(fields["terminalType"]))))
        if max(len(aliases), len(prefixes)) > self._config.maxAliases:
            return self._reject(request, "resourceUnavailable")
        secure = self._secureAddress(request) or known.secure
        wanted = replace(known, aliases=aliases, prefixes=prefixes, secure=secure)
        proof = request.verdict.proof
        if proof is not None:  # what it adds may be the first that needs one
            wanted = replace(wanted, authenticated=proof.identity, scheme=proof.scheme)
        return self._enter(request, wanted)

    def _secureAddress(self, request: RASRequest) -> TransportAddress | None:
        """
        Where it says that it takes calls over TLS.
        """
        address = addressIn(request.message.fields)
        if address is None:
            return None
        return next(iter(self._reach.signalling((address,), request.source, False)), None)

    def _enter(self, request: RASRequest, wanted: Registration) -> RASMessage:
        ours = tuple(alias for alias in wanted.aliases if self._numbers.serves(alias))
        if ours:
            return self._duplicate(request, ours)
        try:
            registration = self._registry.register(wanted)
        except AliasesTaken as taken:
            return self._duplicate(request, taken.aliases)
        except AddressTaken:
            return self._reject(request, "invalidCallSignalAddress")
        except RegistryFull:
            return self._reject(request, "resourceUnavailable")
        confirmation = self._confirmation(request, registration)
        confirmation["supportsAdditiveRegistration"] = None
        aliases = aliasesFromParties(registration.aliases)
        if aliases:
            confirmation["terminalAlias"] = aliases
        if registration.prefixes:
            confirmation["supportedPrefixes"] = prefixesToValue(registration.prefixes)
        if self._identity.alternates:
            confirmation["alternateGatekeeper"] = list(self._identity.alternates)
        if self._granted is not None:
            confirmation["preGrantedARQ"] = self._granted
        return RASMessage("registrationConfirm", confirmation)

    def _identityOf(
        self,
        fields: Fields,
        source: TransportAddress,
        signalling: Sequence[TransportAddress],
        authenticated: str,
    ) -> str | None:
        """
        Which endpoint it is: one that changes its registration, one that was
        started anew at the same place, one that was registered before, or a new one.
        H323Plus goes on using the identifier that it had, whatever the confirm says.

        @param authenticated: whom it proved to be, if anybody.

        @return: C{None} if it claims a registration that is not its own.
        """
        had = identifierIn(fields, "endpointIdentifier") or ""
        claimed = self._registry.byId(had)
        if claimed is not None:
            return claimed.endpointId if claimed.source == source else None
        known = self._registry.bySignalling(signalling[0])
        if (
            known is not None
            and known.protocol == "h323"
            and known.source.host == source.host
            and known.authenticated in ("", authenticated)
        ):
            return known.endpointId
        return had if _OURS.fullmatch(had) else self._registry.newEndpointId()

    def _returning(
        self,
        source: TransportAddress,
        ras: Sequence[TransportAddress],
        aliases: Sequence[PartyAddress],
        authenticated: str,
    ) -> str | None:
        """
        Which endpoint it is that comes through another port of the same NAT than before: it
        was started anew, or the NAT forgot it.  It has the name, and names the address, that
        it had.
        """
        known = self._registry.byAlias(aliases[0]) if aliases else None
        if (
            known is not None
            and known.traversal
            and known.source.host == source.host
            and known.ras == tuple(ras)
            and known.authenticated in ("", authenticated)
        ):
            return known.endpointId
        return None

    def _timeToLive(self, fields: Fields, traversal: bool) -> int:
        wanted = int(fields.get("timeToLive", self._config.timeToLive))
        most = self._reach.timeToLive(self._config.timeToLive, traversal)
        return max(MIN_TIME_TO_LIVE, min(wanted, most))

    def _confirmation(self, request: RASRequest, registration: Registration) -> Fields:
        fields, identity = request.message.fields, self._identity
        signalling = identity.told(identity.signalling, identity.towards(request))
        confirmation: Fields = {
            "requestSeqNum": fields["requestSeqNum"],
            "protocolIdentifier": PROTOCOL_IDENTIFIER,
            "callSignalAddress": [transportToValue(signalling)],
            "gatekeeperIdentifier": identity.identifier,
            "endpointIdentifier": registration.endpointId,
            "timeToLive": registration.timeToLive,
            "willRespondToIRR": True,
            "maintainConnection": False,
        }
        if registration.traversal:
            confirmation = self._reach.confirmed(confirmation)
        return confirmation

    def _duplicate(self, request: RASRequest, aliases: Sequence[PartyAddress]) -> RASMessage:
        return self._reject(request, "duplicateAlias", aliasesFromParties(aliases))

    def _reject(self, request: RASRequest, reason: str, value: object = None) -> RASMessage:
        return self._identity.reject(request.message, reason, value)


def _preGrantedARQ(config: GatekeeperConfig) -> Fields | None:
    """
    What endpoints may do without asking; C{None} if nothing.
    """
    allowed = config.preGrantedCalls
    if allowed is PreGranted.NONE:
        return None
    granted: Fields = {
        "makeCall": allowed is not PreGranted.ANSWER,
        "useGKCallSignalAddressToMakeCall": False,
        "answerCall": allowed is not PreGranted.MAKE,
        "useGKCallSignalAddressToAnswer": False,
    }
    if config.irrFrequency:
        granted["irrFrequencyInCall"] = config.irrFrequency
    if config.bandwidthPerEndpoint:
        granted["totalBandwidthRestriction"] = config.bandwidthPerEndpoint
    return granted


def _tooOld(fields: Fields) -> bool:
    # Real equipment sends object identifiers that are none of H.225.0's.
    return 0 < protocolVersion(fields["protocolIdentifier"]) < _OLDEST_VERSION
