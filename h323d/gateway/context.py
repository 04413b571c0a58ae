"""
What all bridges share.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.callers import ICallerNames, partyOf
from h323d.call.inquiry import Inquiry
from h323d.call.legs import ILeg, IOriginator
from h323d.call.media import IMediaPool
from h323d.call.policy import IFinder
from h323d.call.ways import Way
from h323d.events.bus import EventBus
from h323d.gateway.bridgeside import BridgeSide
from h323d.gateway.config import GatewayConfig
from h323d.gateway.selection import Selection
from h323d.gateway.trunklines import NO_TRUNKS, TrunkLines
from h323d.sounds.house import QUIET, Sounds
from h323d.values.identifiers import CallID, LegID, newCallID, newLegID
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediaProfile

__all__ = ["BridgeContext", "CallTaker"]

Formats = tuple[MediaFormat, ...]


class CallTaker(Protocol):
    """
    Who takes a call that one of ours has led to, as if a peer had made it: the switch.
    """

    def legOffered(self, leg: ILeg) -> None:
        """Admit, route, hand over; or reject."""


@dataclass(frozen=True, slots=True)
class BridgeContext:
    """
    What they are made with.

    @ivar originators: by protocol.
    @ivar callers: knows who is registered.
    @ivar taker: takes calls that transfers lead to.
    @ivar finder: knows where somebody is to whom we are sent; C{None} if nobody does.
    @ivar trunks: those that calls leave by.
    @ivar sounds: what sides hear of the house's own.
    """

    config: GatewayConfig
    clock: IReactorTime
    rng: random.Random
    events: EventBus
    pool: IMediaPool
    originators: Mapping[str, IOriginator]
    callers: ICallerNames
    taker: CallTaker
    finder: IFinder | None = None
    trunks: TrunkLines = NO_TRUNKS
    sounds: Sounds = QUIET

    @property
    def selection(self) -> Selection:
        """
        Which formats come first.
        """
        config = self.config
        known = self.pool.formats
        chosen = Selection(known, config.codecPreference, config.maxBitRate, config.packetMs)
        return chosen.narrowed(config.audioFormats)

    def profile(self, protocol: str = "", other: BridgeSide | None = None) -> MediaProfile:
        """
        What a side may speak.

        @param protocol: of its leg.
        @param other: the other side; C{None} if nobody is heard there yet.
        """
        spoken = self._reaching(protocol, other) if other else None
        return self._within(self.selection.towards(spoken), spoken)

    def offer(self, protocol: str, caller: BridgeSide) -> MediaProfile:
        """
        What a called side is offered.

        @param protocol: of its leg.
        """
        spoken = self._reaching(protocol, caller)
        if caller.port is not None:  # which is answered already, if only early
            return self._within(self.selection.towards(spoken), spoken)
        return self._within(self.selection.onward(spoken), spoken)

    def _reaching(self, protocol: str, other: BridgeSide) -> Formats | None:
        """
        What a side speaks, so far as it can reach another: coded anew, or by a name that there is
        for it there too.

        @param protocol: of that other one's leg.
        """
        spoken, originator = other.speaks, self.originators.get(protocol)
        if spoken is None or originator is None:
            return spoken
        return tuple(
            each for each in spoken if originator.names(each) or self.selection.codes(each)
        )

    def _within(self, formats: Formats, spoken: Formats | None) -> MediaProfile:
        passed = self.selection.passed(spoken or ())
        return MediaProfile.audio(formats, self.config.packetMs, passed=passed)

    def joined(self, one: BridgeSide, other: BridgeSide) -> bool:
        """
        Whether two sides can hear each other, as things are.
        """
        if one.port is None or other.port is None:
            return True
        return self.selection.joins(one.port.stream, other.port.stream)

    def partyOf(self, leg: ILeg) -> str:
        """
        Who is at the other end: an endpoint identifier; empty if they are not registered.
        """
        return partyOf(leg, self.callers)

    def answersFor(self, caller: ILeg) -> bool:
        """
        Whether we can tell others for certain who calls.
        """
        return caller.vouched or bool(self.partyOf(caller))

    def knows(self, way: Way) -> bool:
        """
        Whether somebody who may call is at the end of a way.
        """
        there = way.destination
        if there is None:
            return False
        return bool(self.callers.nameOf(Inquiry(way.protocol, there, way.called, ())).party)

    def newIds(self) -> tuple[CallID, LegID]:
        """
        Of a call, and its first leg.
        """
        return newCallID(self.rng), newLegID(self.rng)
