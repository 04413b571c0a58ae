"""
The further ways to a called party, as a confirm tells them: C{alternateEndpoints} of
ACF and LCF (H.225.0, 7.11.2 and 7.13.2, C{Endpoint}).

Who asked calls the first way itself, and these if that one fails.  A way that goes
through us is not told: whoever took it would go past us.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from h323d.gatekeeper.registry.registrations import EndpointRegistry
from h323d.gatekeeper.routed.config import CallModel
from h323d.gatekeeper.routing.chain import Called, FoundWay
from h323d.h323.ras.messages import Fields
from h323d.h323.signalling.addresses import aliasesFromParties, transportToValue

__all__ = ["MAX_OTHER_WAYS", "OtherWays"]

MAX_OTHER_WAYS = 4  # that are told of


class ChoosesModel(Protocol):
    """
    What is asked of the calls whose signalling goes through us.
    """

    def modelFor(self, called: Called, way: FoundWay) -> CallModel:
        """How much of such a call goes through us."""


class OtherWays:
    """
    Tells of them.
    """

    def __init__(self, registry: EndpointRegistry, models: ChoosesModel) -> None:
        self._registry = registry
        self._models = models

    def told(self, called: Called, ways: Sequence[FoundWay], canMapAlias: bool = True) -> Fields:
        """
        @param ways: all of them, of which the first is told otherwise.
        @param canMapAlias: whether who asked may be told to call by another name.

        @return: the field to add to the confirm; empty if there is none.
        """
        if len(ways) < 2:
            return {}
        first, seen, others = ways[0], {ways[0].destination}, list[Fields]()
        for way in ways[1:]:
            if len(others) == MAX_OTHER_WAYS:
                break
            if way.destination in seen or not self._isOpen(called, way):
                continue
            seen.add(way.destination)
            other: Fields = {
                "callSignalAddress": [transportToValue(way.destination)],
                "priority": len(others),
            }
            # Where the first has another name, silence would mean that name.
            names = way.called or (called.names if first.called else ())
            if names and canMapAlias:
                other["aliasAddress"] = aliasesFromParties(names)
            others.append(other)
        return {"alternateEndpoints": others} if others else {}

    def _isOpen(self, called: Called, way: FoundWay) -> bool:
        """
        Whether it leads somewhere, and not through us.
        """
        there = way.registration
        if there is not None and self._registry.byId(there.endpointId) is None:
            return False  # it left while others were asked
        return self._models.modelFor(called, way) is CallModel.DIRECT
