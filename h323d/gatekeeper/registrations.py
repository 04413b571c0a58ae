"""
Who is registered: one table for every protocol, found by any of their names.

Every look-up, registration and renewal costs the same however many endpoints
there are.  The table decides who may have which name; it knows nothing of
messages, and sends none.
"""

from __future__ import annotations

import enum
import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.events import EndpointRegistered, EndpointUnregistered, EventBus
from h323d.gatekeeper.config import AliasConflict, GatekeeperConfig
from h323d.gatekeeper.expiry import Expiry
from h323d.values.address import PartyAddress, TransportAddress

__all__ = [
    "AddressTaken",
    "AliasesTaken",
    "EndpointKind",
    "EndpointRegistry",
    "Registration",
    "RegistrationStore",
    "RegistryFull",
    "RegistryObserver",
    "UnregisterReason",
]

GRACE = 15.0  # seconds past the time to live, for a renewal that has to be repeated


class EndpointKind(enum.Enum):
    """
    What sort of party an endpoint is (H.225.0, C{EndpointType}).
    """

    TERMINAL = "terminal"
    GATEWAY = "gateway"
    MCU = "mcu"
    GATEKEEPER = "gatekeeper"


class UnregisterReason(enum.Enum):
    """
    Why a registration ended, as the fact L{EndpointUnregistered} has it.
    """

    REQUEST = "request"
    EXPIRED = "expired"
    REPLACED = "replaced"
    OPERATOR = "operator"


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


@dataclass(frozen=True, slots=True)
class Registration:
    """
    One endpoint.

    @ivar endpointId: the C{endpointIdentifier} that we gave it.
    @ivar protocol: C{"h323"} or C{"sip"}.
    @ivar source: where it registered from; only from there may it change or
        end the registration, and there our requests to it go.
    @ivar signalling: where calls to it go, best first; at least one.
    @ivar ras: the RAS addresses that it named; told, never sent to.
    @ivar aliases: its names, all of which are its own.
    @ivar timeToLive: seconds between renewals.
    @ivar version: of H.225.0; 0 for other protocols, and if it does not tell.
    @ivar product: what it calls itself, printable, for people to read.
    @ivar prefixes: number prefixes that a gateway serves, digits.
    @ivar authenticated: the identity whose password proved the registration;
        empty if none was asked for.
    @ivar scheme: how it was proved, as L{h323d.values.proof.Proof} has it.
    @ivar traversal: it is behind a NAT, and is reached through the connections
        that it opens itself (H.460.18).
    @ivar exhausted: a gateway that told it has no more resources (RAI).
    @ivar contacts: the URI behind each of C{signalling}, for SIP.
    @ivar since: when it registered first, in seconds of the clock.
    """

    endpointId: str
    protocol: str
    source: TransportAddress
    signalling: tuple[TransportAddress, ...]
    ras: tuple[TransportAddress, ...]
    aliases: tuple[PartyAddress, ...]
    kind: EndpointKind
    timeToLive: int
    version: int = 0
    product: str = ""
    prefixes: tuple[str, ...] = ()
    authenticated: str = ""
    scheme: str = ""
    traversal: bool = False
    exhausted: bool = False
    contacts: tuple[str, ...] = ()
    since: float = 0.0

    @property
    def ownAddresses(self) -> tuple[TransportAddress, ...]:
        """
        The signalling addresses that nobody else can have: those of H.323.  A
        SIP phone has one address for all its names, each registered by itself.
        """
        return () if self.protocol == "sip" else self.signalling


class RegistryObserver(Protocol):
    """
    Who has to clear up after an endpoint.
    """

    def endpointGone(self, registration: Registration) -> None:
        """
        It is not registered any more, for whatever reason.
        """


class RegistrationStore(Protocol):
    """
    Who remembers registrations across a restart.  Each is told of from within
    the answering of a request, so it must not take its time.
    """

    def keep(self, registration: Registration, deadline: float) -> None:
        """
        An endpoint registered, or changed its registration.

        @param deadline: when it expires, in seconds of the clock.
        """

    def prolong(self, endpointId: str, deadline: float) -> None:
        """
        A registration was renewed.
        """

    def forget(self, endpointId: str) -> None:
        """
        An endpoint is not registered any more.
        """


class Forgetful:
    """
    A L{RegistrationStore} that remembers nothing.
    """

    def keep(self, registration: Registration, deadline: float) -> None:
        pass

    def prolong(self, endpointId: str, deadline: float) -> None:
        pass

    def forget(self, endpointId: str) -> None:
        pass


_FORGETFUL = Forgetful()


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
        store: RegistrationStore = _FORGETFUL,
    ) -> None:
        """
        @param rng: draws endpoint identifiers, so that none can be guessed;
            C{SystemRandom} in service.
        """
        self._config = config
        self._clock = clock
        self._rng = rng
        self._events = events
        self._observer = observer
        self._store = store
        self._byId: dict[str, Registration] = {}
        self._byAlias: dict[PartyAddress, str] = {}
        self._bySignalling: dict[TransportAddress, str] = {}
        self._bySource: dict[TransportAddress, str] = {}
        self._expiry: Expiry[str] = Expiry(clock, self._expired)

    def __len__(self) -> int:
        return len(self._byId)

    def __iter__(self) -> Iterator[Registration]:
        return iter(tuple(self._byId.values()))

    def byId(self, endpointId: str) -> Registration | None:
        return self._byId.get(endpointId)

    def byAlias(self, alias: PartyAddress) -> Registration | None:
        return self._found(self._byAlias.get(alias))

    def bySignalling(self, address: TransportAddress) -> Registration | None:
        return self._found(self._bySignalling.get(address))

    def bySource(self, address: TransportAddress) -> Registration | None:
        """
        The endpoint whose RAS comes from an address; of several, the one that
        came last.
        """
        return self._found(self._bySource.get(address))

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
        @raise RegistryFull: there is no place for a new one.
        """
        old = self._byId.get(wanted.endpointId)
        inTheWay = self._inTheWay(wanted)
        if old is None and len(self._byId) - len(inTheWay) >= self._config.maxRegistrations:
            raise RegistryFull
        for endpointId in inTheWay:
            self.unregister(endpointId, UnregisterReason.REPLACED)
        if old is not None:
            self._unindex(old)
        now = self._clock.seconds()
        registration = replace(wanted, since=now if old is None else old.since)
        self._index(registration)
        deadline = now + registration.timeToLive + GRACE
        self._expiry.set(registration.endpointId, deadline)
        if registration == old:
            self._store.prolong(registration.endpointId, deadline)
        else:
            self._store.keep(registration, deadline)
            self._tell(registration)
        return registration

    def renew(self, endpointId: str, timeToLive: int) -> Registration:
        """
        Start an endpoint's time to live anew.

        @param timeToLive: seconds, which may be other than before.

        @raise KeyError: there is no such endpoint.
        """
        registration = self._byId[endpointId]
        deadline = self._clock.seconds() + timeToLive + GRACE
        self._expiry.set(endpointId, deadline)
        if registration.timeToLive == timeToLive:
            self._store.prolong(endpointId, deadline)
            return registration
        registration = replace(registration, timeToLive=timeToLive)
        self._byId[endpointId] = registration
        self._store.keep(registration, deadline)
        return registration

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
            or any(alias in self._byAlias for alias in registration.aliases)
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

    def _inTheWay(self, wanted: Registration) -> Collection[str]:
        own = (None, wanted.endpointId)
        taken = tuple(a for a in wanted.aliases if self._byAlias.get(a) not in own)
        addresses = [a for a in wanted.ownAddresses if self._bySignalling.get(a) not in own]
        others = [self._byAlias[a] for a in taken] + [self._bySignalling[a] for a in addresses]
        proved = {self._byId[each].authenticated for each in others}
        # What a password proved is replaced only by who knows the password.
        if self._config.aliasConflict is AliasConflict.REJECT or proved - {
            "",
            wanted.authenticated,
        }:
            if taken:
                raise AliasesTaken(taken)
            if addresses:
                raise AddressTaken
        return dict.fromkeys(others)

    def _index(self, registration: Registration) -> None:
        endpointId = registration.endpointId
        self._byId[endpointId] = registration
        for alias in registration.aliases:
            self._byAlias[alias] = endpointId
        for address in registration.ownAddresses:
            self._bySignalling[address] = endpointId
        if registration.protocol == "h323":
            self._bySource[registration.source] = endpointId

    def _unindex(self, registration: Registration) -> None:
        endpointId = registration.endpointId
        del self._byId[endpointId]
        for alias in registration.aliases:
            del self._byAlias[alias]
        for address in registration.ownAddresses:
            del self._bySignalling[address]
        if self._bySource.get(registration.source) == endpointId:
            del self._bySource[registration.source]

    def _expired(self, endpointId: str) -> None:
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
