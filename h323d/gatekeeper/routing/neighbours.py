"""
Neighbours: the gatekeepers of other zones, as they are configured.

They are asked for the names that they serve, and may ask us.
"""

from __future__ import annotations

from collections.abc import Iterable

from twisted.internet.defer import Deferred
from zope.interface import implementer

from h323d.gatekeeper.routing.chain import Called, Finding, ICalledPolicy
from h323d.gatekeeper.routing.config import NeighbourConfig
from h323d.gatekeeper.routing.inquiries import Gatekeeper, Inquiries
from h323d.gatekeeper.routing.prefixes import PrefixTable
from h323d.values.address import PartyAddress, TransportAddress

__all__ = ["Neighbourhood", "Neighbours"]


class Neighbourhood:
    """
    Who the neighbours are.
    """

    def __init__(self, neighbours: Iterable[NeighbourConfig]) -> None:
        self._serving: PrefixTable[NeighbourConfig] = PrefixTable()
        self._byHost: dict[str, list[NeighbourConfig]] = {}
        for neighbour in neighbours:
            self._byHost.setdefault(neighbour.ras.host, []).append(neighbour)
            for prefix in neighbour.prefixes:
                self._serving.add(prefix, neighbour)

    def at(self, source: TransportAddress) -> NeighbourConfig | None:
        """
        The neighbour that a message came from.  Of several at one host, that
        with the port; a neighbour need not ask from the port where it is asked.
        """
        known = self._byHost.get(source.host)
        if not known:
            return None
        return next((each for each in known if each.ras.port == source.port), known[0])

    def rounds(self, names: Iterable[PartyAddress]) -> list[list[Gatekeeper]]:
        """
        Whom to ask for any of some names, in which order: longer prefixes
        before shorter ones, then by priority.
        """
        ranks: dict[NeighbourConfig, tuple[int, int]] = {}
        for name in names:
            for prefix, neighbour in self._serving.matching(name.number):
                rank = (-len(prefix), neighbour.priority)
                ranks[neighbour] = min(ranks.get(neighbour, rank), rank)
        rounds: dict[tuple[int, int], list[Gatekeeper]] = {}
        for neighbour, rank in ranks.items():
            rounds.setdefault(rank, []).append(Gatekeeper(neighbour.ras, neighbour.timeout))
        return [rounds[rank] for rank in sorted(rounds)]


@implementer(ICalledPolicy)
class Neighbours:
    """
    Asks the neighbours.
    """

    name = "neighbours"

    def __init__(self, neighbourhood: Neighbourhood, inquiries: Inquiries, hopCount: int) -> None:
        """
        @param hopCount: how many gatekeepers a question of ours may pass; one
            that is passed on has fewer left.
        """
        self._neighbourhood = neighbourhood
        self._inquiries = inquiries
        self._hopCount = hopCount

    def find(self, called: Called) -> Deferred[Finding] | None:
        rounds = self._neighbourhood.rounds(called.names)
        if not rounds:
            return None
        return self._inquiries.ask(called.within(self._hopCount), rounds)
