"""
By which names a party is known here: all that it has registered, whichever of them is said.

A name with a domain that is not ours is another party's than the same name without.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from h323d.call.homes import Homes
from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration
from h323d.gatekeeper.security.users import Users
from h323d.sip.calls.parties import targetOf
from h323d.sip.dialogs.routing import literal
from h323d.values.address import PartyAddress, TransportAddress

__all__ = ["PartyNames", "plain"]


def plain(name: str) -> str:
    """
    A name as it is compared: a number without its plus sign, a URI without its scheme.
    """
    return name.removeprefix("sip:").removeprefix("+")


class PartyNames:
    """
    Finds them.
    """

    def __init__(
        self, registry: EndpointRegistry, users: Users, homes: Homes, domains: Collection[str]
    ) -> None:
        """
        @param homes: our addresses.
        @param domains: ours, too; where none is given, all are (C{sip.domains}).
        """
        self._registry = registry
        self._users = users
        self._homes = homes
        self._domains = frozenset(each.lower() for each in domains)

    def of(self, names: tuple[PartyAddress, ...]) -> frozenset[str]:
        """
        All names of the party that has these.
        """
        said = self._said(names)
        found = frozenset(plain(each.value) for each in said)
        for registration in self._registered(said):
            found |= _namesOf(registration)
        return found

    def areOurs(self, names: tuple[PartyAddress, ...]) -> bool:
        """
        Whether somebody is registered by them, or they are a user's.
        """
        said = self._said(names)
        return any(True for _ in self._registered(said)) or bool(self._users.holderOf(said))

    def registered(self, names: tuple[PartyAddress, ...]) -> tuple[Registration, ...]:
        """
        Who is registered by them, each once.
        """
        found = {each.endpointId: each for each in self._registered(self._said(names))}
        return tuple(found.values())

    def ofParty(self, party: str) -> frozenset[str]:
        """
        @param party: as L{h323d.call.callers.CallerName} has it.

        @return: all names; none, if it is nobody of ours.
        """
        registration = self._registry.byId(party)
        if registration is not None:
            return _namesOf(registration) | self._ofUser(registration.authenticated)
        return self._ofUser(party.removeprefix("user ")) if party.startswith("user ") else _NONE

    def at(self, signalling: TransportAddress | None) -> frozenset[str]:
        """
        The names of who is called there; none, if nobody of ours is.
        """
        found = None if signalling is None else self._registry.bySignalling(signalling)
        return _NONE if found is None else _namesOf(found)

    def _ofUser(self, name: str) -> frozenset[str]:
        user = self._users.of(name)
        return _NONE if user is None else frozenset(map(plain, (user.name, *user.names)))

    def _registered(self, names: tuple[PartyAddress, ...]) -> Iterable[Registration]:
        return (found for each in names for found in self._registry.allByAlias(each))

    def _said(self, names: tuple[PartyAddress, ...]) -> tuple[PartyAddress, ...]:
        """
        Those that say who it is: where one has a domain that is not ours, that alone.
        """
        foreign = tuple(each for each in names if self._isForeign(each)) if self._domains else ()
        return foreign or names

    def _isForeign(self, name: PartyAddress) -> bool:
        uri = targetOf(name)
        if uri is None:
            return False
        host = uri.host.lower()
        isHere = literal(host) and self._homes.owns(host)
        return not (isHere or host in self._domains)


_NONE: frozenset[str] = frozenset()


def _namesOf(registration: Registration) -> frozenset[str]:
    return frozenset(plain(each.value) for each in registration.aliases)
