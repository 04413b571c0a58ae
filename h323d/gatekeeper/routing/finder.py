"""
Where parties are, for whoever calls on: a registered SIP phone by SIP, anybody else as a
call that the gatekeeper routes would go.
"""

from __future__ import annotations

from typing import cast

from twisted.internet.defer import Deferred
from zope.interface import implementer

from h323d.call.policy import Found, IFinder
from h323d.call.ways import Way
from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration
from h323d.gatekeeper.routing.chain import Called, RoutingChain
from h323d.values.address import AddressKind, PartyAddress

__all__ = ["Finder"]


@implementer(IFinder)
class Finder:
    """
    Asks the registry, then the routing chain.
    """

    def __init__(self, registry: EndpointRegistry, chain: RoutingChain) -> None:
        self._registry = registry
        self._chain = chain

    def find(
        self, calling: tuple[PartyAddress, ...], called: tuple[PartyAddress, ...]
    ) -> Found | Deferred[Found]:
        for name in called:
            phone = self._phone(name)
            if phone is not None:
                return (Way("sip", None, (_addressOfRecord(phone),)),)
        # What the chain finds are ways, but a Deferred of them is of nothing else to mypy.
        return cast(Found | Deferred[Found], self._chain.find(Called(called, calling=calling)))

    def _phone(self, name: PartyAddress) -> Registration | None:
        """
        The SIP phone of that name: what one dials may have been registered as a name or a URI.
        """
        for kind in (name.kind, *AddressKind):
            found = self._registry.byAlias(PartyAddress(kind, name.value))
            if found is not None:
                return found if found.protocol == "sip" else None
        return None


def _addressOfRecord(registration: Registration) -> PartyAddress:
    """
    What a phone has registered; where it is to be called at, the originator knows.
    """
    for alias in registration.aliases:
        if alias.kind is AddressKind.URL:
            return alias
    return PartyAddress(AddressKind.URL, registration.contacts[0])
