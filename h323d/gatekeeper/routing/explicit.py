"""
Routes that the operator wrote down: certain names and numbers go to certain
addresses, or are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zope.interface import implementer

from h323d.call.applications import Reason, Refusal
from h323d.gatekeeper.routing.callers import CallerRule, callersOf
from h323d.gatekeeper.routing.chain import Called, FoundWay, ICalledPolicy
from h323d.gatekeeper.routing.config import StaticRoute, literalAddress
from h323d.gatekeeper.routing.prefixes import PrefixTable
from h323d.values.address import AddressKind, PartyAddress

__all__ = ["CatchAll", "ExplicitRoutes"]

FORBIDDEN = Refusal.of(Reason.NOT_PERMITTED, "routeRejects")

_Entry = tuple[CallerRule, tuple[FoundWay, ...]]


@implementer(ICalledPolicy)
class ExplicitRoutes:
    """
    Takes the route for a whole name, else that with the longest prefix; where
    two are as long, one for certain callers before one for all.
    """

    name = "explicit"

    def __init__(self, routes: Iterable[StaticRoute]) -> None:
        self._names: dict[str, list[_Entry]] = {}
        self._prefixes: PrefixTable[_Entry] = PrefixTable()
        routes = tuple(routes)
        self._idle = not routes
        for route in sorted(routes, key=lambda each: not each.caller):
            entry = (callersOf(route.caller), tuple(_destination(each) for each in route.to))
            if route.name:
                self._names.setdefault(route.name, []).append(entry)
            else:
                self._prefixes.add(route.prefix, entry)

    def find(self, called: Called) -> tuple[FoundWay, ...] | Refusal | None:
        if self._idle:
            return None
        for callers, destinations in self._fitting(called.names):
            if callers.include(called):
                return destinations or FORBIDDEN
        return None

    def _fitting(self, names: tuple[PartyAddress, ...]) -> Iterator[_Entry]:
        for name in names:
            yield from self._names.get(name.value, ())
        for name in names:
            if name.kind in (AddressKind.DIALLED_DIGITS, AddressKind.PARTY_NUMBER):
                for _, entry in self._prefixes.matching(name.value):
                    yield entry


@implementer(ICalledPolicy)
class CatchAll:
    """
    One address for all calls that nothing else knows.

    A neighbour that asks is told nothing of it: who takes everything would win
    every race against those who know.
    """

    name = "catchAll"

    def __init__(self, address: str) -> None:
        self._found = (_destination(address),) if address else None

    def find(self, called: Called) -> tuple[FoundWay, ...] | None:
        return None if called.locating or not called.names else self._found


def _destination(text: str) -> FoundWay:
    address = literalAddress(text)
    assert address is not None  # the configuration was checked
    if "@" not in text:
        return FoundWay("h323", address)
    return FoundWay("h323", address, called=(PartyAddress(AddressKind.URL, _url(text)),))


def _url(text: str) -> str:
    return text if text.startswith("h323:") else f"h323:{text}"
