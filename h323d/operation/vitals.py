"""
How the server fares: its figures, each of which is had here and nowhere else, whichever door shows
it.

Nothing is changed by asking, and but for L{Vitals.standing} nobody else is asked.  So whoever is
no part of the server may look at any time between two of its inputs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Protocol

from h323d import __version__
from h323d.call.gates import Gates
from h323d.call.protection import Standing
from h323d.call.surroundings import Surroundings
from h323d.operation.defending import Defending
from h323d.operation.gatekeeping import Gatekeeping
from h323d.operation.health import HealthView, healthOf
from h323d.operation.measures import Measures
from h323d.operation.opinions import opinionsOf
from h323d.operation.presence import Presence
from h323d.operation.protecting import Protecting
from h323d.operation.quality import Qualities
from h323d.operation.statusviews import StatusView
from h323d.operation.tallies import Tallies

__all__ = ["UNGUARDED", "Guarding", "Vitals"]


class Guarding(Protocol):
    """
    What is demanded of those who call, as far as figures tell of it.
    """

    @property
    def mustKeep(self) -> bool:
        """Whether calls are refused while the witness's log cannot be written."""

    def bandwidths(self) -> Mapping[str, int]:
        """Bit/s that each guardian has, by terminal_id; of all that are in the registry."""


class _Unguarded:
    mustKeep = False

    def bandwidths(self) -> Mapping[str, int]:
        return {}


UNGUARDED: Guarding = _Unguarded()
"""
Nothing is.
"""


class Vitals:
    """
    @ivar protecting: how the server is protected.
    @ivar qualities: how good the sound of legs is.
    """

    def __init__(
        self,
        world: Surroundings,
        presence: Presence,
        gates: Gates,
        gatekeeping: Gatekeeping,
        defending: Defending,
        listeners: Callable[[], dict[str, str]],
        guarding: Guarding = UNGUARDED,
    ) -> None:
        """
        @param presence: who is there.
        @param listeners: says where what is listened for, by name.
        @param guarding: what is demanded of those who call.
        """
        self._clock = world.clock
        self._pool = world.pool
        self._witness = world.witness
        self._protection = world.protection
        self._presence = presence
        self.qualities = Qualities(world.clock, world.events, presence)
        self._gates = gates
        self._gatekeeping = gatekeeping
        self._defending = defending
        self._listeners = listeners
        self._guarding = guarding
        self.protecting = Protecting(world.protection, world.events)
        self._startedAt = world.clock.seconds()
        self._tallies = Tallies(world.events)

    def standing(self) -> Standing:
        """
        How the server is protected: a question to the world, and so for inputs only.
        """
        standing: Standing = self._protection.standing()
        return standing

    @property
    def calls(self) -> int:
        """
        How many calls there are, but for those that do not come by here.
        """
        return len(self._presence) + self._gatekeeping.routed

    def health(self, standing: Standing) -> HealthView:
        """
        Whether it does what it is there for.
        """
        return healthOf(
            self._gates.shut, standing, self._witness.isWritable, self._guarding.mustKeep
        )

    def status(self, standing: Standing) -> StatusView:
        """
        The server at a glance.
        """
        host = self._presence.host
        return StatusView(
            version=__version__,
            uptime=round(self._clock.seconds() - self._startedAt, 3),
            listeners=self._listeners(),
            shut=None if self._gates.shut is None else self._gates.shut.word,
            calls=self.calls,
            rooms=len(host.rooms),
            participants=host.participants,
            **dataclasses.asdict(self._gatekeeping.figures()),
            **dataclasses.asdict(self._defending.figures()),
            media=dict(self._pool.figures()),
            facts=dict(sorted(self._tallies.facts.items())),
            witness=dict(self._witness.figures()) or None,
            ha=dict(self.protecting.figures(standing)) or None,
        )

    def measures(self, standing: Standing) -> Measures:
        """
        All that a monitor wants to know.
        """
        tallies = self._tallies
        return Measures(
            health=self.health(standing),
            status=self.status(standing),
            media=self._pool.totals(),
            admitted=tallies.admitted,
            refused=dict(tallies.refused),
            badInput=dict(tallies.badInput),
            takeOvers=tallies.takeOvers.now(),
            opinions=opinionsOf(self.qualities.all()),
            gates={name: each.now() for name, each in self._gates.seconds.items()},
            registered=self._gatekeeping.registered(),
            guardians=self._guarding.bandwidths(),
        )
