"""
Where parties are, for whoever calls on: a registered SIP phone by SIP, anybody else as a
call that the gatekeeper routes would go.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred
from zope.interface import implementer

from h323d.call.applications import Refusal
from h323d.call.policy import Found, IFinder
from h323d.call.ways import Way
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routing.chain import Called, Decision, RoutingChain
from h323d.values.address import AddressKind, PartyAddress

__all__ = ["Finder"]


@implementer(IFinder)
class Finder:
    """
    Asks the routing chain.
    """

    def __init__(self, chain: RoutingChain) -> None:
        self._chain = chain

    def find(
        self, calling: tuple[PartyAddress, ...], called: tuple[PartyAddress, ...]
    ) -> Found | Deferred[Found]:
        decision = self._chain.find(Called(called, calling=calling))
        if isinstance(decision, Deferred):
            return decision.addCallback(_found)
        return _found(decision)


def _found(decision: Decision) -> Found:
    """
    What the chain has found, for who calls on: the phones themselves, which it finds behind us.
    """
    if decision is None or isinstance(decision, Refusal):
        return decision
    return tuple(
        _wayToPhone(each.registration) if each.protocol == "sip" and each.registration else each
        for each in decision
    )


def _wayToPhone(phone: Registration) -> Way:
    return Way("sip", None, (_addressOfRecord(phone),))


def _addressOfRecord(registration: Registration) -> PartyAddress:
    """
    What a phone has registered; where it is to be called at, the originator knows.
    """
    for alias in registration.aliases:
        if alias.kind is AddressKind.URL:
            return alias
    return PartyAddress(AddressKind.URL, registration.contacts[0])
