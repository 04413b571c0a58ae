"""
Where parties are, for whoever calls on: a registered SIP phone by SIP, anybody else as a
call that the gatekeeper routes would go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from twisted.internet.defer import Deferred
from zope.interface import implementer

from h323d.call.applications import Refusal
from h323d.call.policy import Found, IFinder
from h323d.call.ways import Way
from h323d.gatekeeper.registry.registrations import Contact, Registration
from h323d.gatekeeper.routing.chain import Called, Decision, FoundWay, RoutingChain
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = ["Finder", "waysTo"]


@implementer(IFinder)
class Finder:
    """
    Asks the routing chain.
    """

    def __init__(self, chain: RoutingChain) -> None:
        self._chain = chain

    def find(
        self,
        calling: tuple[PartyAddress, ...],
        called: tuple[PartyAddress, ...],
        source: TransportAddress | None = None,
    ) -> Found | Deferred[Found]:
        decision = self._chain.find(Called(called, calling=calling, source=source, bridged=True))
        if isinstance(decision, Deferred):
            return decision.addCallback(_found)
        return _found(decision)


def _found(decision: Decision) -> Found:
    """
    What the chain has found, for who calls on: all contacts of the phones, which it finds behind
    us, among the other places of the party by their rank; the trunks, which it finds there, too;
    and the gatekeepers that are asked.
    """
    if decision is None or isinstance(decision, Refusal):
        return decision
    ways: list[Way] = []
    for isRanked, some in groupby(decision, lambda each: each.rank is not None):
        each = [way for found in some for way in _waysOf(found)]
        ways += sorted(each, key=lambda way: way.rank or 0) if isRanked else each
    return tuple(ways)


def _waysOf(found: FoundWay) -> Iterable[Way]:
    if found.parent:
        return (Way(found.protocol, None, found.called, parent=found.parent),)
    if found.onward is not None:
        return (found.onward,)
    phone = found.registration
    if found.protocol != "sip" or phone is None:
        return (found,)
    return waysTo(phone)


def waysTo(phone: Registration) -> list[Way]:
    """
    All places where a SIP phone is.
    """
    name = _addressOfRecord(phone)
    return [
        Way("sip", address, (name,), contact.rank, contact.uri, contact.path)
        for address, contact in _places(phone)
    ]


def _places(phone: Registration) -> Iterator[tuple[TransportAddress, Contact]]:
    """
    Where a phone is; of the ways that one user agent keeps open (RFC 5626) that which it renewed
    last, as it would take a second call for the same.
    """
    known: set[str] = set()
    for address, contact in zip(phone.signalling, phone.contacts, strict=True):
        if not contact.flow or contact.instance not in known:
            yield address, contact
        if contact.flow:
            known.add(contact.instance)


def _addressOfRecord(registration: Registration) -> PartyAddress:
    """
    What a phone has registered; where it is to be called at, the originator knows.
    """
    for alias in registration.aliases:
        if alias.kind is AddressKind.URL:
            return alias
    return PartyAddress(AddressKind.URL, registration.contacts[0].uri)
