"""
What all councils share.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.gates import Gates
from h323d.call.legs import IOriginator
from h323d.call.ways import Way
from h323d.conference.host import ConferenceHost
from h323d.events.bus import EventBus
from h323d.guard.guard import Guard
from h323d.guard.registry.guardian import Guardian

__all__ = ["CouncilContext", "Places"]


class Places(Protocol):
    """
    Knows where guardians are.
    """

    def ways(self, guardian: Guardian) -> tuple[Way, ...]:
        """To all places where one has registered, by whichever protocol; none, if nowhere."""


@dataclass(frozen=True, slots=True)
class CouncilContext:
    """
    What they are made with.

    @ivar originators: who makes calls, by protocol; asked with each call, as whoever rings is there
        before who makes calls.
    @ivar gates: what our calls pass.
    @ivar host: has the rooms.
    @ivar guard: knows who the guardians are, and who of them has which call.
    """

    clock: IReactorTime
    rng: random.Random
    events: EventBus
    originators: Mapping[str, IOriginator]
    gates: Gates
    host: ConferenceHost
    guard: Guard
    places: Places
