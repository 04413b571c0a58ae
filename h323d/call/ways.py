"""
A way to a party: how somebody can be called.

Whoever knows where parties are (L{h323d.call.policy.IFinder}) finds ways, in the order in which
they are to be tried; whoever makes calls (L{h323d.call.legs.IOriginator}) takes one of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from h323d.values.address import PartyAddress, TransportAddress

__all__ = ["LAST_RANK", "MAX_HOPS", "Way", "inRanks", "rankOf"]

MAX_HOPS = 70  # that a call may take, if nobody says fewer (RFC 3261, 8.1.1.6)

LAST_RANK = 1000  # that of a contact whose q is 0


@dataclass(frozen=True, slots=True)
class Way:
    """
    By which protocol somebody is called, where, and as whom.

    @ivar protocol: C{"h323"} or C{"sip"}.
    @ivar destination: where the signalling goes, whatever the names say; C{None} leaves
        that to them.
    @ivar called: the names that the party is to be called there, best first; empty if they
        are those that it was looked for by.
    @ivar rank: of several places of one party: those next to each other that have the same are
        called at the same time, as the contacts of one q are (RFC 3261, 16.6); C{None} for a
        way that is taken alone.
    @ivar contact: the URI that they are to be asked for by at C{destination}, where that is not
        one of C{called}: the contact of an address of record (RFC 3261, 16.5).
    @ivar path: the proxies on the way to C{contact}, URIs, nearest first (RFC 3327).
    @ivar parent: the name of another gatekeeper that is asked for the call before it begins, and
        says where it goes; empty if none is.
    @ivar trunk: the name of the trunk that it leads by; empty if it is none.
    """

    protocol: str
    destination: TransportAddress | None = None
    called: tuple[PartyAddress, ...] = ()
    rank: int | None = None
    contact: str = ""
    path: tuple[str, ...] = ()
    parent: str = ""
    trunk: str = ""


def rankOf(q: float) -> int:
    """
    The rank of a contact.

    @param q: how much its owner prefers it, 0 to 1 in thousandths (RFC 3261, 20.10).
    """
    return round((1 - q) * LAST_RANK)


def inRanks(ways: Iterable[Way]) -> tuple[tuple[Way, ...], ...]:
    """
    Ways, put together that are taken at the same time; in their order.
    """
    numbered = enumerate(ways)
    groups = groupby(numbered, lambda each: (each[1].rank, each[0] if each[1].rank is None else 0))
    return tuple(tuple(way for _, way in group) for _, group in groups)
