"""
For whose calls a rule is.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Protocol

from h323d.gatekeeper.routing.chain import Called
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import PartyAddress

__all__ = ["CallerRule", "callersOf"]


class CallerRule(Protocol):
    """
    Some of those who call.
    """

    def include(self, called: Called) -> bool:
        """Whether who asks for somebody is one of them."""


@dataclass(frozen=True, slots=True)
class _Everybody:
    def include(self, called: Called) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class _Named:
    name: PartyAddress

    def include(self, called: Called) -> bool:
        return called.caller is not None and self.name in called.caller.aliases


@dataclass(frozen=True, slots=True)
class _Within:
    network: ipaddress.IPv4Network | ipaddress.IPv6Network

    def include(self, called: Called) -> bool:
        source = called.source
        return source is not None and ipaddress.ip_address(source.host) in self.network


def callersOf(text: str) -> CallerRule:
    """
    @param text: a network (C{10.1.0.0/16}), an address, or a name that the
        calling endpoint has registered: one that it only claims does not
        count.  Empty for everybody.
    """
    if not text:
        return _Everybody()
    try:
        return _Within(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return _Named(partyFromText(text))
