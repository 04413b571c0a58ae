"""
Gateways: registered endpoints that serve all numbers with certain prefixes
(H.225.0, C{GatewayInfo}, C{supportedPrefixes}).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from zope.interface import implementer

from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routing.chain import Called, FoundWay, ICalledPolicy
from h323d.values.address import AddressKind

__all__ = ["GatewayPrefixes", "Prefixes"]


class Prefixes(Protocol):
    """
    Who knows which gateway serves a number: the registry.
    """

    def byPrefix(self, digits: str) -> Sequence[Registration]:
        """
        The gateways of the longest prefix that C{digits} has, those that have
        resources left first.
        """


@implementer(ICalledPolicy)
class GatewayPrefixes:
    """
    The gateways of the longest prefix, but never the one that the call comes
    from.
    """

    name = "prefix"

    def __init__(self, registry: Prefixes) -> None:
        self._registry = registry

    def find(self, called: Called) -> tuple[FoundWay, ...] | None:
        asker = None if called.caller is None else called.caller.endpointId
        for name in called.names:
            if name.kind not in (AddressKind.DIALLED_DIGITS, AddressKind.PARTY_NUMBER):
                continue
            serving = self._registry.byPrefix(name.value)
            found = [each for each in serving if each.endpointId != asker]
            if found:
                return tuple(
                    FoundWay("h323", address, registration=each)
                    for each in found
                    for address in each.signalling
                )
        return None
