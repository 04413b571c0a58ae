"""
What all bridges share.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.callers import ICallerNames
from h323d.call.inquiry import Inquiry
from h323d.call.legs import ILeg, IOriginator, namesOf
from h323d.call.media import IMediaPool
from h323d.call.policy import IFinder
from h323d.call.ways import Way
from h323d.events.bus import EventBus
from h323d.gateway.config import GatewayConfig
from h323d.gateway.selection import Selection
from h323d.gateway.trunklines import NO_TRUNKS, TrunkLines
from h323d.sounds.house import QUIET, Sounds
from h323d.values.identifiers import CallID, LegID, newCallID, newLegID
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediaProfile

__all__ = ["BridgeContext", "CallTaker"]


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
        return Selection(
            self.pool.formats, config.codecPreference, config.maxBitRate, config.packetMs
        )

    def profile(self, spoken: Collection[MediaFormat] | None = None) -> MediaProfile:
        """
        What a side may speak.

        @param spoken: what the other side speaks; C{None} if that is not known.
        """
        return MediaProfile.audio(self.selection.towards(spoken), self.config.packetMs)

    def partyOf(self, leg: ILeg) -> str:
        """
        Who is at the other end: an endpoint identifier; empty if they are not registered.
        """
        who = Inquiry(leg.protocol, leg.peer, namesOf(leg), (), leg.displayName)
        return self.callers.nameOf(who).party

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
