"""
Where a 3xx sends us: RFC 3261, 8.1.3.4 and 21.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from h323d.call.dialrule import DialGuard
from h323d.call.homes import Homes
from h323d.call.ways import Way, rankOf
from h323d.sip.calls.parties import partiesOf
from h323d.sip.dialogs.routing import literal, protocolOf
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import SIPURI, URI
from h323d.sip.ports import defaultPort
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = ["MAX_CONTACTS", "REDIRECTIONS", "waysOf"]

REDIRECTIONS = (300, 301, 302)
"""
Those whose contacts are the called party's: a 305 names a proxy, and a 380 another service.
"""

MAX_CONTACTS = 10  # of one response


def waysOf(contacts: Iterable[NameAddr], guard: DialGuard, homes: Homes) -> tuple[Way, ...]:
    """
    The ways that the contacts of a response name, best first; without those that cannot be
    called, or that its sender may not have us call.

    @param guard: knows where that may be.
    @param homes: our addresses: who is named there is to be found by their name.
    """
    ranked = sorted(((_rankOf(each), each.uri) for each in contacts), key=lambda each: each[0])
    found = (_wayTo(uri, rank, guard, homes) for rank, uri in ranked[:MAX_CONTACTS])
    return tuple(way for way in found if way is not None)


def _rankOf(contact: NameAddr) -> int:
    try:
        q = float(contact.parameter("q") or 1)
    except ValueError:
        return rankOf(1)
    return rankOf(q) if 0 <= q <= 1 else rankOf(0)


def _wayTo(uri: URI, rank: int, guard: DialGuard, homes: Homes) -> Way | None:
    names = partiesOf(uri)
    if not isinstance(uri, SIPURI):
        return Way("sip", None, names, rank) if uri.user else None
    if not literal(uri.host) or homes.owns(uri.host):
        return Way("sip", None, names, rank)
    there = TransportAddress(uri.host, uri.port or defaultPort(protocolOf(uri)))
    if not guard.mayName("sip", there, "Contact"):
        return None
    whole = PartyAddress(AddressKind.URL, str(replace(uri, headers=())))
    return Way("sip", there, tuple(dict.fromkeys((whole, *names))), rank)
