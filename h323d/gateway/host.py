"""
The gateway: the destination of calls that go on from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from zope.interface import implementer

from h323d.call.applications import Reason, Refusal
from h323d.call.callers import ANY_NAME, ICallerNames
from h323d.call.dialling import Dial
from h323d.call.legs import ILeg, IOriginator
from h323d.call.observer import SilentObserver
from h323d.call.parts import Change, Commit, Part
from h323d.call.policy import IDestination, IFinder, Route
from h323d.call.shares import UNSHARED, ShareRule, Shares
from h323d.call.surroundings import Surroundings
from h323d.call.ways import Way
from h323d.errors import ResourceUnavailable
from h323d.events.calls import CallRefused
from h323d.gateway.bridge import Bridge
from h323d.gateway.config import GatewayConfig
from h323d.gateway.context import BridgeContext, CallTaker
from h323d.gateway.joinedleg import JoinedLeg
from h323d.gateway.selection import Selection
from h323d.gateway.successor import Successor
from h323d.gateway.trunklines import NO_TRUNKS, TrunkLines
from h323d.sounds.house import QUIET, Sounds
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from h323d.values.media.discord import NONE

__all__ = ["GatewayHost"]

LOOP = Refusal.of(Reason.LOOP, "loop")
FULL = Refusal.of(Reason.CAPACITY_EXCEEDED, "gatewayFull")
NOT_ALLOWED = Refusal(Cause.INCOMPATIBLE_DESTINATION, Reason.NOT_PERMITTED, "formatsNotAllowed")


@implementer(IDestination)
class GatewayHost(Part[GatewayConfig]):
    """
    Makes a bridge of each call, and keeps to their limit.

    @ivar bridges: those that are not over, by call.
    """

    name = "gateway"

    def __init__(
        self,
        config: GatewayConfig,
        world: Surroundings,
        originators: Mapping[str, IOriginator],
        taker: CallTaker,
        callers: ICallerNames = ANY_NAME,
        rule: ShareRule = UNSHARED,
        finder: IFinder | None = None,
        trunks: TrunkLines = NO_TRUNKS,
        sounds: Sounds = QUIET,
    ) -> None:
        """
        @param taker: takes the calls that transfers lead to.
        @param callers: knows who is registered, and may transfer others.
        @param finder: knows where somebody is to whom a called side sends us; C{None} if nobody
            does.
        @param rule: how many of the calls may come from one source.
        @param trunks: those that calls leave by.
        @param sounds: what people hear of the house's own.
        @param originators: who makes calls, by protocol; asked with each call, as whoever takes
            calls is there before who makes them.
        """
        self.bridges: dict[CallID, Bridge] = {}
        self._signalled: dict[str, Bridge] = {}  # by what the protocols call the calls of ours
        self._shares = Shares(rule, self.name)
        self._clock = world.clock
        self._events = world.events
        self._context = BridgeContext(
            *(config, world.clock, world.rng, world.events, world.pool, originators),
            *(callers, taker, finder, trunks, sounds),
        )

    def prepare(self, config: GatewayConfig) -> Commit:
        return Change(self, config)

    def reconfigure(self, config: GatewayConfig) -> None:
        """
        Keep to other limits, with calls from now on.
        """
        self._context = replace(self._context, config=config)

    @property
    def selection(self) -> Selection:
        """
        Which formats come first, in calls from now on.
        """
        return self._context.selection

    def accept(self, leg: ILeg, route: Route) -> None:
        """
        Call on by the ways of the route; or reject the leg.
        """
        refusal = self.refusal(route) or self._refusalOf(leg)
        if refusal is not None:
            self._tellRefusal(leg, refusal)
            leg.reject(refusal.cause, refusal.reason)
            return
        lack = self.selection.lackOf(leg.speaks)
        if lack is not NONE:
            self._tellRefusal(leg, NOT_ALLOWED)
            leg.reject(NOT_ALLOWED.cause, NOT_ALLOWED.reason, lack)
            return
        self._shares.take(leg.peer.host)
        self._begin(leg, route.ways)

    def _tellRefusal(self, leg: ILeg, refusal: Refusal) -> None:
        now = self._clock.seconds()
        self._events.publish(CallRefused(now, leg.callId, leg.legId, refusal.cause, refusal.word))

    def join(self, first: Dial, ways: tuple[Way, ...]) -> LegID:
        """
        Call two parties: the second as soon as the first has answered.

        @param ways: to the second, in the order in which they are to be tried, with the names
            to be called there.

        @return: the leg to the first.

        @raise ResourceUnavailable: there are as many calls as there may be.
        """
        if self._isFull:
            raise ResourceUnavailable(FULL.word, FULL.cause)
        leg = first.begin(self._context.profile(), SilentObserver())
        self._begin(leg, ways)
        legId: LegID = leg.legId
        return legId

    def _begin(self, leg: ILeg, ways: tuple[Way, ...]) -> None:
        bridge = self.bridges[leg.callId] = Bridge(self, self._context, leg, ways)
        bridge.begin()

    def refusal(self, route: Route) -> Refusal | None:
        return FULL if self._isFull else None

    @property
    def _isFull(self) -> bool:
        return len(self.bridges) >= self._context.config.maxCalls

    def _refusalOf(self, leg: ILeg) -> Refusal | None:
        """
        Why this call is not taken: it is one of ours that has come back for the same party, or
        nobody there may make one more.
        """
        before = self._signalled.get(leg.application().callIdentifier)
        if before is not None and not set(before.caller.leg.called).isdisjoint(leg.called):
            return LOOP
        if self._shares.mayTake(leg.peer.host, self._context.config.maxCalls):
            return None
        return Refusal.of(Reason.CAPACITY_EXCEEDED, "share")

    def bridgeCalled(self, bridge: Bridge, leg: ILeg) -> None:
        identifier = leg.application().callIdentifier
        if identifier:
            bridge.signalled.append(identifier)
            self._signalled[identifier] = bridge

    def bridgeYielded(self, successor: Successor, joined: JoinedLeg, way: Way) -> None:
        leg = successor.leg
        self._shares.take(leg.peer.host)
        bridge = self.bridges[leg.callId] = Bridge(self, self._context, leg, ())
        bridge.join(successor, joined, way)

    def bridgeClosed(self, bridge: Bridge) -> None:
        for identifier in bridge.signalled:
            self._signalled.pop(identifier, None)
        if bridge.source is not None:
            self._shares.giveBack(bridge.source)
        self.bridges.pop(bridge.caller.leg.callId, None)

    def leave(self) -> None:
        for bridge in tuple(self.bridges.values()):
            bridge.clear(Cause.NORMAL_CALL_CLEARING)
