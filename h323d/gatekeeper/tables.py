"""
The tables of a zone: who is registered, and which calls are admitted.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.defer import Deferred

from h323d.call.parts import Part
from h323d.call.shares import ShareRule
from h323d.call.surroundings import Surroundings
from h323d.gatekeeper.admission import AdmissionTable, CallsHere
from h323d.gatekeeper.bandwidth import Bandwidth
from h323d.gatekeeper.callers import Callers, CallingTrunks
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.parents.sentcalls import SentCalls
from h323d.gatekeeper.registry.registration import RegistryObserver
from h323d.gatekeeper.registry.registrations import EndpointRegistry
from h323d.gatekeeper.registry.store import RegistrationKeeper
from h323d.gatekeeper.security.users import Users
from h323d.h323.security.freshness import Past

__all__ = ["Tables", "TablesOwner"]


class TablesOwner(CallsHere, RegistryObserver, Protocol):
    """
    Who has the calls, and clears up after endpoints: the zone.
    """


class Tables(Part[GatekeeperConfig]):
    """
    Both, and what is kept of them.

    @ivar bandwidth: how much the calls use.
    @ivar admissions: which are admitted.
    @ivar registry: who is registered.
    @ivar sent: which a gatekeeper has sent that we are registered with.
    @ivar callers: whose calls they are.
    @ivar store: what outlives us.
    @ivar past: what endpoints had shown before, once this is started.
    """

    def __init__(
        self,
        config: GatekeeperConfig,
        world: Surroundings,
        rule: ShareRule,
        owner: TablesOwner,
        trunks: CallingTrunks,
        users: Users,
    ) -> None:
        """
        @param rule: how many registrations and admissions one source may have.
        @param trunks: whose calls are let in, too.
        @param users: who may prove to have which names.
        """
        clock, events = world.clock, world.events
        self.bandwidth = Bandwidth(config)
        self.admissions = AdmissionTable(config, clock, events, self.bandwidth, owner, rule)
        self.store = RegistrationKeeper(world.pathOf(config.store), clock, world.defer, events)
        self.registry = EndpointRegistry(config, clock, world.rng, events, owner, self.store, rule)
        self.sent = SentCalls()
        self.callers = Callers(self.registry, self.admissions, self.sent, trunks, users)
        self.past = Past()

    def start(self) -> None:
        """
        Serve those too who were registered before a restart.
        """
        self.past = self.store.start(self.registry)

    def reconfigure(self, config: GatekeeperConfig) -> None:
        """
        Have other limits from now on.
        """
        self.admissions.reconfigure(config)
        self.registry.reconfigure(config)

    def close(self) -> Deferred[None]:
        self.registry.close()
        return self.store.close()
