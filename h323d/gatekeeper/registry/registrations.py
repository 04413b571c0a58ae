"""
Who is registered: one table for every protocol, found by any of their names.

Every look-up, registration and renewal costs the same however many endpoints
there are.  The table decides who may have which name; it knows nothing of
messages, and sends none.
"""

from __future__ import annotations

import enum
import random
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from twisted.internet.interfaces import IReactorTime

from h323d.call.shares import UNSHARED, ShareRule, Shares, sourceOf
from h323d.events.bus import EventBus
from h323d.events.gatekeeper import EndpointRegistered, EndpointUnregistered
from h323d.gatekeeper.config import AliasConflict, GatekeeperConfig
from h323d.gatekeeper.registry.expiry import Expiry
from h323d.gatekeeper.registry.indexes import NameIndex, PrefixIndex
from h323d.gatekeeper.registry.registration import (
    Contact,
    EndpointKind,
    Registration,
    RegistrationStore,
    RegistryObserver,
)
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = [
    "AddressTaken",
    "AliasesTaken",
    "Contact",
    "EndpointKind",
    "EndpointRegistry",
    "Registration",
    "RegistrationStore",
    "RegistryFull",
    "RegistryObserver",
    "UnregisterReason",
]

GRACE = 15.0  # seconds past the time to live, for a renewal that has to be repeated


class UnregisterReason(enum.Enum):
    """
    Why a registration ended, as the fact L{EndpointUnregistered} has it.
    """

    REQUEST = "request"
    EXPIRED = "expired"
    REPLACED = "replaced"
    OPERATOR = "operator"
    CONNECTION = "connection"


class RegistryFull(Exception):
    """
    The configured maximum is reached.
    """


class AddressTaken(Exception):
    """
    Another endpoint has one of the signalling addresses.
    """


class AliasesTaken(Exception):
    """
    Other endpoints have some of the names.

    @ivar aliases: those names.
    """

    def __init__(self, aliases: tuple[PartyAddress, ...]) -> None:
        super().__init__(aliases)
        self.aliases = aliases


class EndpointRegistry:
    """
    The table.
    """

    def __init__(
        self,
        config: GatekeeperConfig,
        clock: IReactorTime,
        rng: random.Random,
        events: EventBus,
        observer: RegistryObserver,
        store: RegistrationStore,
        rule: ShareRule = UNSHARED,
    ) -> None:
        """
        @param rng: draws endpoint identifiers, so that none can be guessed;
            C{SystemRandom} in service.
        @param rule: how many registrations one source may have.
        """
        self._config = config
        self._clock = clock
        self._rng = rng
        self._events = events
        self._observer = observer
        self._store = store
        self._shares = Shares(rule, "registrations")
        self._byId: dict[str, Registration] = {}
        self._names = NameIndex()
        self._prefixes = PrefixIndex()
        self._bySignalling: dict[TransportAddress, str] = {}
        self._bySource: dict[TransportAddress, str] = {}
        self._expiry: Expiry[str] = Expiry(clock, self._expired)

    def reconfigure(self, config: GatekeeperConfig) -> None:
        """
        Another policy on conflicts, and another limit, for whoever comes from
        now on; nobody loses a place.
        """
        self._config = config

    def __len__(self) -> int:
        return len(self._byId)

    def __iter__(self) -> Iterator[Registration]:
        return iter(tuple(self._byId.values()))

    def byId(self, endpointId: str) -> Registration | None:
        return self._byId.get(endpointId)

    def byAlias(self, alias: PartyAddress) -> Registration | None:
        """
        The endpoint that has a name; of several, the one that came first.
        """
        return self._found(self._names.first(alias))

    def allByAlias(self, alias: PartyAddress) -> tuple[Registration, ...]:
        """
        Everybody who has a name, in the order in which they came; several
        only where names may be shared.
        """
        return tuple(self._byId[each] for each in self._names.all(alias))

    def allCalled(self, text: str) -> Iterator[Registration]:
        """
        As L{allByAlias}, whatever kind of name it is; who has it as several comes up for each.
        """
        return map(self._byId.__getitem__, self._names.allCalled(text))

    def phonesOf(self, name: PartyAddress) -> tuple[Registration, ...]:
        """
        The SIP phones of that name, in the order in which they came: what one dials may have been
        registered as a name or a URI.
        """
        for kind in (name.kind, *AddressKind):
            found = self.allByAlias(PartyAddress(kind, name.value))
            if found:
                return tuple(each for each in found if each.protocol == "sip")
        return ()

    def byPrefix(self, digits: str) -> tuple[Registration, ...]:
        """
        The gateways that serve the longest prefix that a number has: those
        with resources left first, and of those the ones that came first.
        """
        found = [self._byId[each] for each in self._prefixes.longest(digits)]
        found.sort(key=lambda each: each.exhausted)
        return tuple(found)

    def bySignalling(self, address: TransportAddress) -> Registration | None:
        return self._found(self._bySignalling.get(address))

    def bySource(self, address: TransportAddress) -> Registration | None:
        """
        The endpoint whose RAS, or REGISTER, comes from an address; of several,
        the one that came last.
        """
        return self._found(self._bySource.get(address))

    def isAt(self, host: str) -> bool:
        """
        Whether somebody is registered from there.
        """
        return self._shares.hasTaken(host)

    def newEndpointId(self) -> str:
        """
        An identifier that nobody has, of 16 hexadecimal digits.
        """
        while True:
            identifier = f"{self._rng.getrandbits(64):016x}"
            if identifier not in self._byId:
                return identifier

    def register(self, wanted: Registration) -> Registration:
        """
        Enter an endpoint, or change the entry that has its C{endpointId}.

        Whoever is in its way is rejected or replaced, as configured.

        @raise AliasesTaken: other endpoints have some of its names.
        @raise AddressTaken: another endpoint has one of its signalling
            addresses.
        @raise RegistryFull: there is no place for a new one, or none for one from there.
        """
        old = self._byId.get(wanted.endpointId)
        inTheWay = self._inTheWay(wanted)
        if old is None and self._isFullFor(wanted.source.host, inTheWay):
            raise RegistryFull
        for endpointId in inTheWay:
            self.unregister(endpointId, UnregisterReason.REPLACED)
        now = self._clock.seconds()
        deadline = now + wanted.timeToLive + GRACE
        self._expiry.set(wanted.endpointId, deadline)
        registration = replace(wanted, since=now if old is None else old.since)
        if old is None:
            self._index(registration)
        elif old == registration:
            # The old one stays: new objects that live long make the garbage collector stop us.
            self._store.prolong(old.endpointId, deadline)
            return old
        else:
            self._reindex(old, registration)
        self._store.keep(registration, deadline)
        self._tell(registration)
        return registration

    def renew(
        self, endpointId: str, timeToLive: int, contacts: tuple[Contact, ...] = ()
    ) -> Registration:
        """
        Start an endpoint's time to live anew.

        @param timeToLive: seconds, which may be other than before.
        @param contacts: for SIP: the same as before, but for the request that renewed them.

        @raise KeyError: there is no such endpoint.
        """
        registration = self._byId[endpointId]
        deadline = self._clock.seconds() + timeToLive + GRACE
        self._expiry.set(endpointId, deadline)
        if (registration.timeToLive, registration.contacts) == (timeToLive, contacts):
            self._store.prolong(endpointId, deadline)
            return registration
        registration = replace(registration, timeToLive=timeToLive, contacts=contacts)
        self._byId[endpointId] = registration
        self._store.keep(registration, deadline)
        return registration

    def exhaust(self, endpointId: str, exhausted: bool) -> None:
        """
        A gateway has no more resources, or has some again.

        @raise KeyError: there is no such endpoint.
        """
        registration = self._byId[endpointId]
        if registration.exhausted != exhausted:
            self._byId[endpointId] = replace(registration, exhausted=exhausted)

    def restore(self, registration: Registration, deadline: float) -> bool:
        """
        Enter an endpoint that was registered before a restart.  Nobody is
        told: to everybody else it was never gone.

        @param deadline: when it expires, in seconds of the clock; one that is
            further away than its time to live allows is brought back to that.

        @return: whether it was entered; not if it has expired, if somebody
            else has its identifier, one of its names or one of its addresses,
            or if there is no place.
        """
        now = self._clock.seconds()
        if (
            deadline <= now
            or len(self._byId) >= self._config.maxRegistrations
            or registration.endpointId in self._byId
            or (
                self._config.aliasConflict is not AliasConflict.ADDITIVE
                and any(self._names.first(alias) for alias in registration.aliases)
            )
            or any(address in self._bySignalling for address in registration.ownAddresses)
        ):
            return False
        self._index(registration)
        latest = now + registration.timeToLive + GRACE
        self._expiry.set(registration.endpointId, min(deadline, latest))
        return True

    def unregister(self, endpointId: str, reason: UnregisterReason) -> Registration | None:
        """
        Remove an endpoint.

        @return: what was removed; C{None} if it was not there.
        """
        registration = self._byId.get(endpointId)
        if registration is None:
            return None
        self._unindex(registration)
        self._expiry.remove(endpointId)
        self._store.forget(endpointId)
        self._observer.endpointGone(registration)
        self._events.publish(EndpointUnregistered(self._clock.seconds(), endpointId, reason.value))
        return registration

    def close(self) -> None:
        """
        Let time pass unnoticed from now on; nobody is unregistered.
        """
        self._expiry.close()

    def _found(self, endpointId: str | None) -> Registration | None:
        return None if endpointId is None else self._byId[endpointId]

    def _isFullFor(self, host: str, leaving: Collection[str]) -> bool:
        """
        @param leaving: whose places become free.
        """
        maximum, source = self._config.maxRegistrations, sourceOf(host)
        freed = sum(sourceOf(self._byId[each].source.host) == source for each in leaving)
        full = len(self._byId) - len(leaving) >= maximum
        return full or not self._shares.mayTake(host, maximum, freed)

    def _inTheWay(self, wanted: Registration) -> Collection[str]:
        """
        Who has to go so that an endpoint can come.
        """
        own = (None, wanted.endpointId)
        policy = self._config.aliasConflict
        taken = tuple(a for a in wanted.aliases if self._names.first(a) not in own)
        addresses = [a for a in wanted.ownAddresses if self._bySignalling.get(a) not in own]
        if not taken and not addresses:
            return ()
        others = [each for alias in taken for each in self._names.all(alias) if each not in own]
        others += [self._bySignalling[a] for a in addresses]
        proved = {self._byId[each].authenticated for each in others}
        # What a password proved is replaced, or shared, only by who knows the password; and
        # who knows it is the same, whatever the policy on others.
        same = bool(wanted.authenticated) and proved == {wanted.authenticated}
        reject = policy is AliasConflict.REJECT and not same
        if reject or proved - {"", wanted.authenticated}:
            if taken:
                raise AliasesTaken(taken)
            raise AddressTaken
        if policy is AliasConflict.ADDITIVE:
            if addresses and not same:
                raise AddressTaken
            others = [self._bySignalling[a] for a in addresses]
        return dict.fromkeys(others)

    def _index(self, registration: Registration) -> None:
        endpointId = registration.endpointId
        self._byId[endpointId] = registration
        self._shares.take(registration.source.host)
        for alias in registration.aliases:
            self._names.add(alias, endpointId)
        for prefix in registration.prefixes:
            self._prefixes.add(prefix, endpointId)
        for address in registration.ownAddresses:
            self._bySignalling[address] = endpointId
        self._bySource[registration.source] = endpointId

    def _reindex(self, old: Registration, new: Registration) -> None:
        """
        Change what is different, so that nobody who comes again loses the
        place in the order in which they came.
        """
        self._removeFromIndexes(
            old,
            [each for each in old.aliases if each not in new.aliases],
            [each for each in old.prefixes if each not in new.prefixes],
        )
        self._index(new)

    def _unindex(self, registration: Registration) -> None:
        del self._byId[registration.endpointId]
        self._removeFromIndexes(registration, registration.aliases, registration.prefixes)

    def _removeFromIndexes(
        self, registration: Registration, aliases: Iterable[PartyAddress], prefixes: Iterable[str]
    ) -> None:
        endpointId = registration.endpointId
        self._shares.giveBack(registration.source.host)
        for alias in aliases:
            self._names.remove(alias, endpointId)
        for prefix in prefixes:
            self._prefixes.remove(prefix, endpointId)
        for address in registration.ownAddresses:
            del self._bySignalling[address]
        if self._bySource.get(registration.source) == endpointId:
            del self._bySource[registration.source]

    def _expired(self, endpointId: str) -> None:
        self._observer.endpointExpires(self._byId[endpointId])
        self.unregister(endpointId, UnregisterReason.EXPIRED)

    def _tell(self, registration: Registration) -> None:
        self._events.publish(
            EndpointRegistered(
                self._clock.seconds(),
                registration.endpointId,
                registration.protocol,
                registration.signalling[0],
                registration.aliases,
                registration.timeToLive,
            )
        )
