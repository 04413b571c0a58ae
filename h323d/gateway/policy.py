"""
Whom the gateway calls on: parties that somebody here knows, for callers who may.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred
from zope.interface import implementer

from h323d.call.applications import Reason, Refusal
from h323d.call.callers import ICallerNames
from h323d.call.gates import SENT_BACK
from h323d.call.legs import IOffer
from h323d.call.parts import Change, Commit, Part
from h323d.call.policy import Found, IFinder, IRoutePolicy, Route
from h323d.gateway.config import GatewayConfig
from h323d.gateway.transferredleg import TransferredLeg, sourceOf
from h323d.values.cause import Cause

__all__ = ["Onward"]

NO_HOPS_LEFT = Refusal(Cause.EXCHANGE_ROUTING_ERROR, Reason.NOT_PERMITTED, "noHopsLeft")


@implementer(IRoutePolicy)
class Onward(Part[GatewayConfig]):
    """
    Asks a finder where the called party is.
    """

    name = "gateway"

    def __init__(
        self, config: GatewayConfig, finder: IFinder | None, callers: ICallerNames
    ) -> None:
        """
        @param finder: knows where parties are; C{None} if nobody does.
        @param callers: knows who is registered.
        """
        self._config = config
        self._finder = finder
        self._callers = callers

    def prepare(self, config: GatewayConfig) -> Commit:
        return Change(self, config)

    def reconfigure(self, config: GatewayConfig) -> None:
        """
        Let others call, from now on.
        """
        self._config = config

    def route(self, offer: IOffer) -> Route | Refusal | Deferred[Route | Refusal | None] | None:
        if self._finder is None:
            return None
        sponsor = offer.sponsor if isinstance(offer, TransferredLeg) else ""
        party = self._callers.nameOf(offer).party or sponsor
        if not (party or self._config.acceptUnregistered):
            return None
        found = self._finder.find(offer.calling, offer.called, sourceOf(offer))
        if isinstance(found, Deferred):
            return found.addCallback(_decided, offer.hops, party)
        return _decided(found, offer.hops, party)


def _decided(found: Found, hops: int | None, party: str) -> Route | Refusal | None:
    """
    What becomes of a call to whom was found.

    @param hops: over how many more servers it may go; over us, it goes over one.
    @param party: who calls, or answers for who calls; whom it does not go back to.
    """
    if isinstance(found, Refusal):
        return found
    if not found:
        return None
    if hops is not None and hops < 1:
        return NO_HOPS_LEFT
    onward = tuple(way for way in found if not way.parent or way.parent != party)
    return Route("gateway", ways=onward) if onward else SENT_BACK
