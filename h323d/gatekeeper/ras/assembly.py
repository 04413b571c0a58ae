"""
The RAS of a zone, put together: the channel, who answers requests, and who asks endpoints.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred, succeed

from h323d.call.parts import Part
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.context import ZoneContext
from h323d.gatekeeper.maintenance import Maintenance
from h323d.gatekeeper.partings import CallKeeper, Partings
from h323d.gatekeeper.ras.admitting import Admitting, CallRouting
from h323d.gatekeeper.ras.demands import Demands
from h323d.gatekeeper.ras.dismissals import Dismissals
from h323d.gatekeeper.ras.enrolment import Enrolment
from h323d.gatekeeper.ras.indications import Indications
from h323d.gatekeeper.ras.leaving import Leaving
from h323d.gatekeeper.ras.locating import Locating
from h323d.gatekeeper.ras.ongoing import OngoingCalls
from h323d.gatekeeper.ras.refusals import Refusals
from h323d.gatekeeper.ras.reports import CallReports
from h323d.gatekeeper.ras.senders import Senders
from h323d.gatekeeper.ras.service import GatekeeperRAS
from h323d.gatekeeper.reaching import Reaching
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routing.assembly import Routing
from h323d.gatekeeper.upkeep import Upkeep
from h323d.h323.ras.channel import RASChannel
from h323d.h323.ras.messages import Fields, RASMessage
from h323d.h323.ras.security import RASSecurity
from h323d.h323.ras.transactions import RASAsked
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause

__all__ = ["RAS", "RASCalls"]


class RASCalls(CallKeeper, Protocol):
    """
    Who has the calls that RAS speaks of: the zone.
    """

    def clear(self, callIdentifier: bytes, cause: Cause) -> None:
        """End one that its endpoint does not have any more, as far as it is here."""


class RAS(Part[GatekeeperConfig]):
    """
    All that speaks it.

    @ivar demands: asks endpoints about their calls.
    """

    def __init__(
        self,
        config: GatekeeperConfig,
        context: ZoneContext,
        routing: Routing,
        routed: CallRouting,
        reaching: Reaching,
        security: RASSecurity,
        calls: RASCalls,
    ) -> None:
        """
        @param routed: the calls whose signalling goes through us.
        @param security: judges what arrives.
        """
        world, tables, identity = context.world, context.tables, context.identity
        gates, clock, events = context.gates, world.clock, world.events
        registry, admissions = tables.registry, tables.admissions
        self._partings = Partings(clock, calls)
        self._admitting = Admitting(config, context, routing.chain, routed, self._partings)
        self._ongoing = OngoingCalls(
            config, identity, registry, admissions, self._partings, gates, clock
        )
        self._enrolment = Enrolment(
            config, identity, registry, admissions, context.numbers, reaching.reach, gates
        )
        locating = Locating(identity, registry, routing, routed, clock, events)
        reports = CallReports(admissions, clock)
        service = GatekeeperRAS(
            self._enrolment,
            Leaving(identity, registry),
            self._admitting,
            self._ongoing,
            locating,
            Maintenance(gates, identity, registry, admissions, clock, events),
            Indications(registry, reports),
            reaching.secureOffers,
            Senders(gates, registry),
        )
        self._channel = RASChannel(
            world,
            identity.homes.binds,
            identity.rasPort,
            Refusals(service, clock, events),
            config.multicast,
            locating.replyTo,
            security,
        )
        self._dismissals = Dismissals(self._channel, identity)
        self.demands = Demands(self._channel, identity, registry, admissions)
        self._upkeep = Upkeep(config, clock, events, admissions, self.demands, reports, calls.clear)

    @property
    def address(self) -> TransportAddress:
        """
        Where requests are listened for.
        """
        return self._channel.address

    def start(self) -> None:
        self._channel.start()

    def reconfigure(self, config: GatekeeperConfig) -> None:
        """
        Answer by another configuration from now on.
        """
        self._enrolment.reconfigure(config)
        self._admitting.reconfigure(config)
        self._ongoing.reconfigure(config)
        self._upkeep.reconfigure(config)

    def close(self) -> Deferred[None]:
        self._upkeep.stop()
        self._partings.close()
        self._channel.close()
        return succeed(None)

    def ask(
        self,
        name: str,
        fields: Fields,
        destination: TransportAddress,
        answered: Callable[[RASMessage | None], None],
        interval: float,
    ) -> RASAsked:
        """
        Ask another gatekeeper or an endpoint, as L{RASChannel.request}.
        """
        return self._channel.request(name, fields, destination, answered, interval)

    def heardAt(self, peer: TransportAddress) -> str:
        """
        The address of ours that a peer sent its RAS to; empty if that is not known.
        """
        return self._channel.heardAt(peer)

    def dismiss(self, registration: Registration) -> None:
        """
        Tell an endpoint that the operator has ended its registration (URQ).
        """
        self._dismissals.dismiss(registration)

    def expire(self, registration: Registration) -> None:
        """
        Tell an endpoint that its time to live is over, so that it registers anew.
        """
        self._dismissals.expire(registration)

    def forgetAnswers(self, registration: Registration) -> None:
        """
        What an endpoint was told is not true any more.
        """
        self._channel.forgetAnswers(registration.source)
