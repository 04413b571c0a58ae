"""
A share for each source: how much of a table of ours - connections, calls, registrations -
one host may take, so that the others find place too.

Whether somebody may have more is a rule's to say, one for all tables; this is the counting.
"""

from __future__ import annotations

import ipaddress
from typing import Protocol

__all__ = ["UNSHARED", "ShareRule", "Shares", "sourceOf"]

NETWORK_BITS = 64  # of an IPv6 address: whoever has one has all 2^64 behind these (RFC 4291, 2.5.1)


class ShareRule(Protocol):
    """
    Who may have how much.
    """

    def mayHold(self, table: str, host: str, held: int, total: int) -> bool:
        """
        Whether another place goes to somebody who has some.

        @param table: what they are places of, as L{h323d.events.doors.SourceRefused} calls it.
        @param host: whose.
        @param held: how many places its source has.
        @param total: how many there are.
        """


class _Unshared:
    """
    Anybody may have everything.
    """

    def mayHold(self, table: str, host: str, held: int, total: int) -> bool:
        return True


UNSHARED: ShareRule = _Unshared()


class Shares:
    """
    Who has how many places of one table.  Nothing is kept of those who have none.
    """

    def __init__(self, rule: ShareRule, table: str) -> None:
        self._rule = rule
        self._table = table
        self._held: dict[str, int] = {}

    def __len__(self) -> int:
        """
        How many sources have a place.
        """
        return len(self._held)

    def hasTaken(self, host: str) -> bool:
        """
        Whether C{host}, or its network, has a place.
        """
        return sourceOf(host) in self._held

    def mayTake(self, host: str, total: int, freed: int = 0) -> bool:
        """
        Whether there is a place for C{host}.

        @param total: of all places.
        @param freed: how many of its own it gives back for it.
        """
        held = self._held.get(sourceOf(host), 0) - freed
        return self._rule.mayHold(self._table, host, held, total)

    def take(self, host: str) -> None:
        """
        Count a place; one that was there before us is counted too, whatever the rule.
        """
        source = sourceOf(host)
        self._held[source] = self._held.get(source, 0) + 1

    def giveBack(self, host: str) -> None:
        """
        Count it no more.

        @raise KeyError: it has none.
        """
        source = sourceOf(host)
        held = self._held[source] - 1
        if held:
            self._held[source] = held
        else:
            del self._held[source]


def sourceOf(host: str) -> str:
    """
    What counts as one: an IPv4 host, or a network of IPv6.

    @param host: a literal address.
    """
    if ":" not in host:
        return host
    address = ipaddress.IPv6Address(host.partition("%")[0])
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, NETWORK_BITS), strict=False))
