"""
Where SIP phones are: the location service of RFC 3261 (clause 10), over the
table that H.323 endpoints are in too.

Each address of record is one registration, whose names are the address itself
and its user part; its contacts are the registration's signalling addresses.
As with H.323, it belongs to the host that it came from: another host's
REGISTER is a stranger's, and meets the policy on conflicts.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from h323d.call.gates import Gates
from h323d.errors import DecodeError
from h323d.gatekeeper.identity import ILocalNumbers
from h323d.gatekeeper.registry.expiry import Expiry
from h323d.gatekeeper.registry.registrations import (
    AliasesTaken,
    EndpointKind,
    EndpointRegistry,
    Registration,
    RegistryFull,
    UnregisterReason,
)
from h323d.gatekeeper.security.passwords import Passwords
from h323d.sip.parties import partiesOf
from h323d.sip.registrar import Binding, Registrant, RegistrationRefused
from h323d.sip.transactions.layer import RETRY_AFTER
from h323d.sip.uri import SIPURI, parseURI
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = ["LocationService"]


class LocationService:
    """
    A L{h323d.sip.registrar.RegistrarOwner}.

    The table knows where contacts are, and this when each of them expires, and
    by which request it was bound; the table alone survives a restart.
    """

    def __init__(
        self,
        registry: EndpointRegistry,
        numbers: ILocalNumbers,
        clock: IReactorTime,
        gates: Gates,
        passwords: Passwords,
    ) -> None:
        """
        @param numbers: whose names nobody can register: the rooms'.
        @param gates: while they are shut, nobody new registers.
        @param passwords: whose names nobody can register by SIP, as long as it
            has no way to prove a password.
        """
        self._passwords = passwords
        self._gates = gates
        self._registry = registry
        self._numbers = numbers
        self._clock = clock
        self._bindings: dict[str, tuple[Binding, ...]] = {}
        self._expiry: Expiry[str] = Expiry(clock, self._expired)

    def bindings(self, address: SIPURI, registrant: Registrant) -> tuple[Binding, ...]:
        own = self._own(address, registrant)
        return () if own is None else self._bindingsOf(own)

    def rebind(
        self, address: SIPURI, bindings: tuple[Binding, ...], registrant: Registrant
    ) -> None:
        names = partiesOf(address)
        for name in names:
            if self._numbers.serves(name) or self._passwords.of(name.value) is not None:
                raise RegistrationRefused(403)
        own = self._own(address, registrant)
        if bindings:
            if own is None and self._gates.shut is not None:
                raise RegistrationRefused(503, "Retry-After", str(RETRY_AFTER))
            self._bind(own, names, bindings, registrant)
        elif own is not None:
            self._remove(own, UnregisterReason.REQUEST)
        elif self._registry.byAlias(_nameOf(address)) is not None:
            raise RegistrationRefused(403)  # it is somebody else's to remove

    def located(self, called: PartyAddress) -> tuple[SIPURI, TransportAddress] | None:
        """
        As L{h323d.sip.originator.Locate}: the contact that likes to be called best.
        """
        found = self._registry.byAlias(called)
        if found is None or found.protocol != "sip":
            return None
        contact = _contactOf(found.contacts[0])
        return None if contact is None else (contact, found.signalling[0])

    def close(self) -> None:
        """
        Let time pass unnoticed from now on.
        """
        self._expiry.close()

    def _own(self, address: SIPURI, registrant: Registrant) -> Registration | None:
        for found in self._registry.allByAlias(_nameOf(address)):
            if found.protocol == "sip" and found.source.host == registrant.source.host:
                return found
        return None

    def _bind(
        self,
        own: Registration | None,
        names: tuple[PartyAddress, ...],
        bindings: tuple[Binding, ...],
        registrant: Registrant,
    ) -> None:
        best = sorted(bindings, key=lambda binding: -binding.q)
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
            contacts=tuple(str(binding.uri) for binding in best),
        )
        if own is not None and _sameBut(own, wanted):
            self._registry.renew(own.endpointId, wanted.timeToLive)
        else:
            self._enter(wanted)
        self._bindings[wanted.endpointId] = bindings
        self._expiry.set(wanted.endpointId, min(binding.deadline for binding in bindings))

    def _enter(self, wanted: Registration) -> None:
        try:
            self._registry.register(wanted)
        except AliasesTaken:
            raise RegistrationRefused(403) from None
        except RegistryFull:
            raise RegistrationRefused(503, "Retry-After", str(RETRY_AFTER)) from None

    def _remove(self, registration: Registration, reason: UnregisterReason) -> None:
        self._expiry.remove(registration.endpointId)
        self._bindings.pop(registration.endpointId, None)
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
        pairs = zip(registration.contacts, registration.signalling, strict=True)
        return tuple(
            Binding(uri, address, deadline)
            for uri, address in ((_contactOf(text), address) for text, address in pairs)
            if uri is not None
        )

    def _expired(self, endpointId: str) -> None:
        """
        The first of a registration's contacts expired.
        """
        bindings = self._bindings.pop(endpointId, ())
        registration = self._registry.byId(endpointId)
        if registration is None:  # ended by the operator, or replaced
            return
        now = self._clock.seconds()
        left = tuple(binding for binding in bindings if binding.deadline > now)
        if left:
            registrant = Registrant(registration.source, registration.product)
            self._bind(registration, registration.aliases, left, registrant)
        else:
            self._remove(registration, UnregisterReason.EXPIRED)


def _nameOf(address: SIPURI) -> PartyAddress:
    return PartyAddress(AddressKind.URL, str(address))


def _sameBut(old: Registration, new: Registration) -> bool:
    """
    Whether nothing but the time has changed.
    """
    return (old.source, old.contacts, old.signalling, old.product) == (
        new.source,
        new.contacts,
        new.signalling,
        new.product,
    )


def _contactOf(text: str) -> SIPURI | None:
    try:
        uri = parseURI(text)
    except DecodeError:
        return None
    return uri if isinstance(uri, SIPURI) else None
