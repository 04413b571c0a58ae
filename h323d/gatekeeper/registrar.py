"""
Where SIP phones are: the location service of RFC 3261 (clause 10), over the
table that H.323 endpoints are in too.

Each address of record is one registration, whose names are the address itself
and its user part; its contacts are the registration's signalling addresses.
It belongs to the user who proved to have its names, wherever their telephones are.  Where nobody
has to prove that, it belongs to the host that it came from, as with H.323: another host's
REGISTER is a stranger's, and meets the policy on conflicts.

Contacts that came over a connection are reached over it; when it is gone, they have
their own address, or are gone too.
"""

from __future__ import annotations

from dataclasses import replace

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from h323d.call.applications import Admission, Application, Verdict
from h323d.call.gates import Gates
from h323d.call.leases import ended, ofRegistration
from h323d.call.parts import Part
from h323d.call.ways import LAST_RANK, rankOf
from h323d.gatekeeper.identity import ILocalNumbers
from h323d.gatekeeper.registry.expiry import Expiry
from h323d.gatekeeper.registry.registrations import (
    AliasesTaken,
    Contact,
    EndpointKind,
    EndpointRegistry,
    Registration,
    RegistryFull,
    UnregisterReason,
)
from h323d.gatekeeper.security.passwords import Passwords
from h323d.gatekeeper.security.users import Users
from h323d.sip.binding import Binding
from h323d.sip.calls.parties import partiesOf, uriOf
from h323d.sip.digest.challenging import SCHEME
from h323d.sip.messages.uri import SIPURI
from h323d.sip.reasons import RegistrationRefused
from h323d.sip.registrar import Registrant
from h323d.sip.transactions.layer import RETRY_AFTER
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = ["LocationService"]


class LocationService(Part[object]):
    """
    A L{h323d.sip.registrar.RegistrarOwner}.

    The table knows where contacts are, and by which request each was bound, and this when each of
    them expires; the table alone survives a restart.
    """

    def __init__(
        self,
        registry: EndpointRegistry,
        numbers: ILocalNumbers,
        clock: IReactorTime,
        gates: Gates,
        passwords: Passwords,
        users: Users,
    ) -> None:
        """
        @param numbers: whose names nobody can register: the rooms'.
        @param gates: what a REGISTER passes; while they are shut, nobody new registers.
        @param passwords: whose names nobody can register by SIP but a user who has them.
        @param users: whose names nobody else can register.
        """
        self._passwords = passwords
        self._users = users
        self._gates = gates
        self._registry = registry
        self._numbers = numbers
        self._clock = clock
        self._bindings: dict[str, tuple[Binding, ...]] = {}
        self._connections: dict[TransportAddress, dict[str, None]] = {}
        self._expiry: Expiry[str] = Expiry(clock, self._expired)

    def start(self) -> None:
        """
        Look at what the table kept over a restart: its connections are gone, and so may be the
        users.
        """
        for registration in self._registry:
            if registration.protocol == "sip" and not self._mayStay(registration):
                self._registry.unregister(registration.endpointId, UnregisterReason.OPERATOR)
            elif any(each.connected for each in registration.contacts):
                self._disconnect(registration, frozenset(registration.signalling))

    def _mayStay(self, registration: Registration) -> bool:
        if not self._users.realm:
            return not registration.authenticated
        return self._users.mayBe(registration.authenticated, registration.aliases)

    def bindings(self, address: SIPURI, registrant: Registrant) -> tuple[Binding, ...]:
        own = self._own(address, registrant)
        return () if own is None else self._bindingsOf(own)

    def rebind(
        self, address: SIPURI, bindings: tuple[Binding, ...], registrant: Registrant
    ) -> None:
        names = partiesOf(address)
        self._checkNames(names, registrant)
        own = self._own(address, registrant)
        if bindings:
            if own is None and self._gates.shut is not None:
                raise RegistrationRefused.by(self._gates.shut)
            self._bind(own, names, bindings, registrant)
        elif own is not None:
            self._remove(own, UnregisterReason.REQUEST)
        elif self._registry.byAlias(_nameOf(address)) is not None:
            raise RegistrationRefused(403)  # it is somebody else's to remove

    def _checkNames(self, names: tuple[PartyAddress, ...], registrant: Registrant) -> None:
        """
        @raise RegistrationRefused: they are not the registrant's to register.
        """
        if any(map(self._numbers.serves, names)):
            raise RegistrationRefused(403)
        if self._users.realm:
            if not self._users.mayBe(registrant.user, names):
                raise RegistrationRefused(403)
        elif any(self._passwords.of(name.value) is not None for name in names):
            raise RegistrationRefused(403)

    def judge(self, application: Application) -> Verdict | Deferred[Verdict]:
        return self._gates.judge(application)

    def admitted(self, address: SIPURI, registrant: Registrant, admission: Admission) -> None:
        own = self._own(address, registrant)
        if own is None:
            ended(admission.leases)
        else:
            self._gates.leases.give(ofRegistration(own.endpointId), admission)

    def connectionClosed(self, peer: TransportAddress) -> None:
        for endpointId in self._connections.pop(peer, {}):
            registration = self._registry.byId(endpointId)
            if registration is not None:
                self._disconnect(registration, frozenset([peer]))

    def needs(self, peer: TransportAddress) -> bool:
        return any(self._registry.byId(each) for each in self._connections.get(peer, ()))

    def close(self) -> Deferred[None]:
        """
        Let time, and connections, pass unnoticed from now on.
        """
        self._expiry.close()
        self._connections.clear()
        return super().close()

    def _own(self, address: SIPURI, registrant: Registrant) -> Registration | None:
        for found in self._registry.allByAlias(_nameOf(address)):
            if found.protocol == "sip" and _isOf(found, registrant):
                return found
        return None

    def _bind(
        self,
        own: Registration | None,
        names: tuple[PartyAddress, ...],
        bindings: tuple[Binding, ...],
        registrant: Registrant,
    ) -> None:
        best = sorted(bindings, key=lambda binding: (-binding.q, -binding.renewed))
        wanted = Registration(
            endpointId=self._registry.newEndpointId() if own is None else own.endpointId,
            protocol="sip",
            source=registrant.source,
            signalling=tuple(binding.address for binding in best),
            ras=(),
            aliases=names,
            kind=EndpointKind.TERMINAL,
            timeToLive=self._longest(bindings),
            product=registrant.product,
            authenticated=registrant.user,
            scheme=SCHEME if registrant.user else "",
            contacts=tuple(map(_contactOf, best)),
        )
        if own is not None and _sameBut(own, wanted):
            self._registry.renew(own.endpointId, wanted.timeToLive, wanted.contacts)
        else:
            self._enter(wanted)
        self._remember(wanted.endpointId, bindings)
        self._expiry.set(wanted.endpointId, min(binding.deadline for binding in bindings))

    def _enter(self, wanted: Registration) -> None:
        try:
            self._registry.register(wanted)
        except AliasesTaken:
            raise RegistrationRefused(403) from None
        except RegistryFull:
            raise RegistrationRefused(503, "Retry-After", str(RETRY_AFTER)) from None

    def _remember(self, endpointId: str, bindings: tuple[Binding, ...]) -> None:
        """
        @param bindings: of a registration, from now on; none, to forget it.
        """
        for binding in self._bindings.pop(endpointId, ()):
            reached = self._connections.get(binding.address, {})
            reached.pop(endpointId, None)
            if not reached:
                self._connections.pop(binding.address, None)
        if bindings:
            self._bindings[endpointId] = bindings
        for binding in bindings:
            if binding.connected:
                self._connections.setdefault(binding.address, {})[endpointId] = None

    def _disconnect(self, registration: Registration, gone: frozenset[TransportAddress]) -> None:
        """
        Some connections of a registration are gone.

        @param gone: their far ends.
        """
        left = tuple(
            each
            for binding in self._bindingsOf(registration)
            if (each := _without(binding, gone)) is not None
        )
        self._leave(registration, left, UnregisterReason.CONNECTION)

    def _leave(
        self, registration: Registration, left: tuple[Binding, ...], reason: UnregisterReason
    ) -> None:
        """
        @param left: the bindings that a registration has from now on.
        @param reason: why it ends, if there are none.
        """
        registrant = Registrant(
            registration.source, registration.product, user=registration.authenticated
        )
        try:
            if left:
                self._bind(registration, registration.aliases, left, registrant)
                return
        except RegistrationRefused:  # its names were shared, and may not be any more
            pass
        self._remove(registration, reason)

    def _remove(self, registration: Registration, reason: UnregisterReason) -> None:
        self._expiry.remove(registration.endpointId)
        self._remember(registration.endpointId, ())
        self._registry.unregister(registration.endpointId, reason)

    def _longest(self, bindings: tuple[Binding, ...]) -> int:
        now = self._clock.seconds()
        return max(round(binding.deadline - now) for binding in bindings)

    def _bindingsOf(self, registration: Registration) -> tuple[Binding, ...]:
        """
        What is bound; after a restart, what the table still knows of it.
        """
        known = self._bindings.get(registration.endpointId)
        if known is not None:
            return known
        deadline = self._clock.seconds() + registration.timeToLive
        rows = zip(registration.contacts, registration.signalling, strict=True)
        return tuple(
            Binding(
                uri,
                address,
                deadline,
                (LAST_RANK - contact.rank) / LAST_RANK,
                callId=contact.callId,
                cseq=contact.cseq,
                instance=contact.instance,
                connected=contact.connected,
                flow=contact.flow,
                path=contact.path,
            )
            for contact, address in rows
            if (uri := uriOf(contact.uri)) is not None
        )

    def _expired(self, endpointId: str) -> None:
        """
        The first of a registration's contacts expired.
        """
        bindings = self._bindings.get(endpointId, ())
        self._remember(endpointId, ())
        registration = self._registry.byId(endpointId)
        if registration is None:  # ended by the operator, or replaced
            return
        now = self._clock.seconds()
        left = tuple(binding for binding in bindings if binding.deadline > now)
        self._leave(registration, left, UnregisterReason.EXPIRED)


def _nameOf(address: SIPURI) -> PartyAddress:
    return PartyAddress(AddressKind.URL, str(address))


def _isOf(registration: Registration, registrant: Registrant) -> bool:
    """
    Whether a registration is a registrant's: of the same user, or where there are none, of the
    same host.
    """
    if registrant.user or registration.authenticated:
        return registrant.user == registration.authenticated
    return registration.source.host == registrant.source.host


def _sameBut(old: Registration, new: Registration) -> bool:
    """
    Whether nothing but the time, and the request that told it, has changed.
    """
    before = map(_withoutOrder, old.contacts)
    after = replace(new, timeToLive=old.timeToLive, since=old.since, contacts=old.contacts)
    return old == after and tuple(before) == tuple(map(_withoutOrder, new.contacts))


def _withoutOrder(contact: Contact) -> Contact:
    return replace(contact, callId="", cseq=0)


def _contactOf(binding: Binding) -> Contact:
    return Contact(
        str(binding.uri),
        rankOf(binding.q),
        binding.instance,
        binding.flow,
        binding.connected,
        binding.path,
        binding.callId,
        binding.cseq,
    )


def _without(binding: Binding, gone: frozenset[TransportAddress]) -> Binding | None:
    """
    A contact after some connections are gone, if it is left.
    """
    closed = binding.connected and binding.address in gone
    return binding.disconnected() if closed else binding
