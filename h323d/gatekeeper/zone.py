"""
A zone: all that one gatekeeper manages (H.323, 3.71), put together.

This is what the composition makes, and what operators ask and command.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred

from h323d.call.dialrule import DialRule
from h323d.call.gates import Gates
from h323d.call.homes import Homes
from h323d.call.parts import Change, Commit
from h323d.call.policy import IFinder
from h323d.call.shares import UNSHARED, ShareRule
from h323d.call.surroundings import Surroundings
from h323d.gatekeeper.admission import Admission, AdmissionTable
from h323d.gatekeeper.alternates import Elsewhere
from h323d.gatekeeper.bandwidth import Bandwidth
from h323d.gatekeeper.callers import Callers
from h323d.gatekeeper.dialbacks import DialBacks
from h323d.gatekeeper.identity import Identity, ILocalNumbers
from h323d.gatekeeper.maintenance import Maintenance
from h323d.gatekeeper.origins import Origins
from h323d.gatekeeper.partings import Partings
from h323d.gatekeeper.ras.admitting import Admitting
from h323d.gatekeeper.ras.demands import Demands
from h323d.gatekeeper.ras.dismissals import Dismissals
from h323d.gatekeeper.ras.enrolment import Enrolment
from h323d.gatekeeper.ras.indications import Indications
from h323d.gatekeeper.ras.leaving import Leaving
from h323d.gatekeeper.ras.locating import Locating
from h323d.gatekeeper.ras.ongoing import OngoingCalls
from h323d.gatekeeper.ras.refusals import Refusals
from h323d.gatekeeper.ras.reports import CallReports
from h323d.gatekeeper.ras.secureoffers import SecureOffers
from h323d.gatekeeper.ras.service import GatekeeperRAS
from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration, UnregisterReason
from h323d.gatekeeper.registry.store import RegistrationKeeper
from h323d.gatekeeper.routed.router import RoutedCalls
from h323d.gatekeeper.routing.assembly import ChoosePolicies, Routing
from h323d.gatekeeper.routing.chain import RoutingChain
from h323d.gatekeeper.routing.finder import Finder
from h323d.gatekeeper.security.authentication import Authentication
from h323d.gatekeeper.security.neighbours import NeighbourSecurity
from h323d.gatekeeper.security.passwords import Passwords, readPasswords
from h323d.gatekeeper.security.replays import Replays
from h323d.gatekeeper.settings import ZoneSettings
from h323d.gatekeeper.traversal import Reach
from h323d.gatekeeper.upkeep import Upkeep
from h323d.h323.ports import SIGNALLING_PORT
from h323d.h323.ras.channel import RASChannel
from h323d.h323.ras.messages import Fields, RASMessage
from h323d.h323.ras.transactions import RASAsked
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause

__all__ = ["Legs", "Place", "Zone"]


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where a zone is.

    @ivar homes: our addresses: to listen on, and to tell of; multicast is joined there too.
    @ivar signallingPort: where calls to our own numbers go.
    @ivar securePort: the same over TLS; 0 if there is none.
    """

    homes: Homes
    signallingPort: int = SIGNALLING_PORT
    securePort: int = 0


class Legs(Protocol):
    """
    The calls that end in this server.
    """

    def has(self, callIdentifier: bytes, hosts: Container[str]) -> bool:
        """
        Whether there is a leg with one of these hosts, of a call that H.323 calls so.
        """

    def hangup(
        self, callIdentifier: bytes, cause: Cause, hosts: Container[str] | None = None
    ) -> None:
        """
        End such legs; with C{None}, with any host.
        """


class NoLegs:
    """
    L{Legs} where no call ends.
    """

    def has(self, callIdentifier: bytes, hosts: Container[str]) -> bool:
        return False

    def hangup(
        self, callIdentifier: bytes, cause: Cause, hosts: Container[str] | None = None
    ) -> None:
        pass


@dataclass(frozen=True, slots=True)
class _Prepared:
    """
    What a zone goes by when its configuration has changed.
    """

    settings: ZoneSettings
    routes: Commit
    passwords: Passwords


class Zone:
    """
    One gatekeeper.

    @ivar registry: who is registered.
    @ivar admissions: which calls are admitted.
    @ivar bandwidth: how much they use.
    @ivar callers: whose calls they are.
    @ivar demands: asks endpoints about them.
    @ivar dialBacks: calls that wait for their endpoint to connect.
    @ivar passwords: of endpoints, by name.
    @ivar routed: the calls whose signalling goes through us.
    @ivar secureOffers: who takes calls over TLS.
    """

    def __init__(
        self,
        settings: ZoneSettings,
        world: Surroundings,
        place: Place,
        numbers: ILocalNumbers,
        gates: Gates,
        dialRule: DialRule,
        choosePolicies: ChoosePolicies | None = None,
        legs: Legs | None = None,
        rule: ShareRule = UNSHARED,
    ) -> None:
        """
        @param numbers: which numbers end here, in a room.
        @param gates: what calls pass that are routed through us.
        @param dialRule: where peers may have us connect to.
        @param choosePolicies: picks the policies of the routing chain; without
            it, the configuration can only name what is built in.
        @param legs: the calls that end in this server; there are none, if not given.
        @param rule: how many registrations, admissions and routed calls one source may have.

        @raise h323d.errors.ConfigurationError: a file of a password cannot be
            read.
        """
        config, clock, events = settings.gatekeeper, world.clock, world.events
        self._legs: Legs = legs or NoLegs()
        self.bandwidth = Bandwidth(config)
        self.admissions = AdmissionTable(config, clock, events, self.bandwidth, self, rule)
        self._partings = Partings(clock, self)
        self._store = RegistrationKeeper(world.pathOf(config.store), clock, world.defer, events)
        self.registry = EndpointRegistry(config, clock, world.rng, events, self, self._store, rule)
        self.callers = Callers(self.registry, self.admissions)
        self._identity = Identity(
            config.gatekeeperIdentifier,
            place.homes,
            config.rasPort,
            place.signallingPort,
            place.securePort,
            Elsewhere(config.alternates),
        )
        self._routing = Routing(
            settings.routing,
            world,
            self._identity,
            numbers,
            self.registry,
            self,
            dialRule,
            choosePolicies,
        )
        self._reach = reach = Reach(settings.traversal, dialRule)
        self._origins = Origins(settings.security, self.admissions, self._routing, clock, events)
        self.dialBacks = DialBacks(
            settings.traversal,
            clock,
            self._signallingTowards,
            self.registry.bySignalling,
            self.ask,
            self._origins,
        )
        self.secureOffers = SecureOffers(self.registry, self._identity)
        self.routed = RoutedCalls(
            settings.routed,
            settings.h323,
            world,
            self._identity,
            self.registry,
            self._routing.chain,
            numbers,
            gates,
            self.dialBacks.summon,
            reach,
            self.secureOffers.towards,
            self.reachedAt,
            self.admissions.watch,
            self.callers,
            self._origins,
            dialRule,
            rule,
        )
        self._files = world.files
        self.passwords = readPasswords(settings.security, self._files)
        self._replays = Replays(clock, self._store)
        self._authentication = Authentication(
            settings.security,
            self.passwords,
            config.gatekeeperIdentifier,
            self.registry,
            self._replays,
            clock,
            world.rng,
            events,
        )
        self._admitting = Admitting(
            config,
            self._identity,
            self.registry,
            self.admissions,
            self._routing.chain,
            self.routed,
            self._partings,
            self.callers,
            dialRule,
            gates,
            clock,
            events,
        )
        self._ongoing = OngoingCalls(
            config, self._identity, self.registry, self.admissions, self._partings, gates, clock
        )
        reports = CallReports(self.admissions, clock)
        self._enrolment = Enrolment(
            config, self._identity, self.registry, self.admissions, numbers, reach, gates
        )
        locating = Locating(
            self._identity, self.registry, self._routing, self.routed, clock, events
        )
        self._neighbourSecurity = NeighbourSecurity(
            self._authentication,
            self._routing,
            settings.security,
            config.gatekeeperIdentifier,
            clock,
            world.rng,
            events,
        )
        ras = self._newRAS(world, locating, reports, gates)
        self._channel = RASChannel(
            world.datagrams,
            place.homes.binds,
            config.rasPort,
            Refusals(ras, clock, events),
            clock,
            world.rng,
            events,
            config.multicast,
            locating.replyTo,
            self._neighbourSecurity,
        )
        self._dismissals = Dismissals(self._channel, self._identity)
        self.demands = Demands(self._channel, self._identity, self.registry, self.admissions)
        self._upkeep = Upkeep(
            config, clock, events, self.admissions, self.demands, reports, self._clear
        )

    def _newRAS(
        self,
        world: Surroundings,
        locating: Locating,
        reports: CallReports,
        gates: Gates,
    ) -> GatekeeperRAS:
        """
        Whoever answers the requests, put together.
        """
        maintenance = Maintenance(
            gates,
            self._identity,
            self.registry,
            self.admissions,
            world.clock,
            world.events,
        )
        return GatekeeperRAS(
            self._enrolment,
            Leaving(self._identity, self.registry),
            self._admitting,
            self._ongoing,
            locating,
            maintenance,
            Indications(self.registry, reports),
            self.secureOffers,
        )

    def start(self) -> None:
        """
        Listen from now on, to those too who were registered before a restart.

        @raise h323d.errors.ResourceUnavailable: the RAS port cannot be bound.
        """
        self._channel.start()
        self._replays.recall(self._store.start(self.registry))

    @property
    def address(self) -> TransportAddress:
        """
        Where RAS is listened for.
        """
        return self._channel.address

    def reachedAt(self, signalling: TransportAddress) -> str:
        """
        The address of ours that whoever is registered with that call signalling address
        sends its RAS to; empty if that is not known.
        """
        registration = self.registry.bySignalling(signalling)
        return "" if registration is None else self._channel.heardAt(registration.source)

    def _signallingTowards(self, peer: TransportAddress) -> TransportAddress:
        """
        Where we take calls, as an endpoint with that RAS address knows us.
        """
        identity = self._identity
        home = identity.homes.towards(peer.host, self._channel.heardAt(peer))
        return identity.told(identity.signalling, home)

    def endpointExpires(self, registration: Registration) -> None:
        """
        Tell an endpoint whose time to live is over, so that it registers anew.
        """
        self._dismissals.expire(registration)

    def endpointGone(self, registration: Registration) -> None:
        """
        Clear up after an endpoint: it is admitted to no calls, and what it was told is
        not true any more.
        """
        self.admissions.endAll(registration.endpointId)
        self._authentication.endpointGone(registration)
        self._channel.forgetAnswers(registration.source)

    def prepare(self, settings: ZoneSettings) -> Commit:
        """
        Have a changed configuration ready.  Passwords are read anew, whatever
        else has changed.

        @param settings: those in force but for what can change while we run.

        @raise h323d.errors.ConfigurationError: a policy, or the file of a
            password, cannot be used.
        """
        routes = self._routing.prepare(settings.routing)
        passwords = readPasswords(settings.security, self._files)
        return Change(self, _Prepared(settings, routes, passwords))

    def reconfigure(self, prepared: _Prepared) -> None:
        """
        Go by another configuration from now on.
        """
        settings, gatekeeper = prepared.settings, prepared.settings.gatekeeper
        prepared.routes.commit()
        self.admissions.reconfigure(gatekeeper)
        self.registry.reconfigure(gatekeeper)
        self._identity.others.reconfigure(gatekeeper.alternates)
        self._enrolment.reconfigure(gatekeeper)
        self._admitting.reconfigure(gatekeeper)
        self._ongoing.reconfigure(gatekeeper)
        self._upkeep.reconfigure(gatekeeper)
        self._usePasswords(prepared.passwords)
        self._authentication.reconfigure(settings.security)
        self._neighbourSecurity.reconfigure(settings.security)
        self._origins.reconfigure(settings.security)
        self.routed.reconfigure(settings.routed, settings.h323)
        self._reach.reconfigure(settings.traversal)
        self.dialBacks.reconfigure(settings.traversal)

    def _usePasswords(self, passwords: Passwords) -> None:
        """
        Who has a name for which something else has to be proved now than
        before, has to register again.
        """
        names = self.passwords.differing(passwords)
        parties = [PartyAddress(kind, name) for name in names for kind in AddressKind]
        for party in parties:
            for registration in self.registry.allByAlias(party):
                self.unregister(registration.endpointId)
        self.passwords.use(passwords)

    @property
    def chain(self) -> RoutingChain:
        """
        Where calls to names go.
        """
        return self._routing.chain

    @property
    def finder(self) -> IFinder:
        """
        Where parties are, whatever they speak.
        """
        return Finder(self.registry, self._routing.chain)

    def registrations(self) -> tuple[Registration, ...]:
        """
        All endpoints, in the order they came.
        """
        return tuple(self.registry)

    def unregister(self, endpointId: str) -> bool:
        """
        End a registration, and tell the endpoint (URQ).

        @return: whether there was one.
        """
        registration = self.registry.byId(endpointId)
        if registration is None:
            return False
        self._dismissals.dismiss(registration)
        self.registry.unregister(endpointId, UnregisterReason.OPERATOR)
        return True

    def _clear(self, callIdentifier: bytes, cause: Cause) -> None:
        """
        End a call that its endpoint does not have any more, as far as it is here.
        """
        self.routed.clear(callIdentifier, cause)
        self._legs.hangup(callIdentifier, cause)

    def holds(self, admission: Admission) -> bool:
        """
        Whether the side of a call that an admission is for goes through us, or ends here.
        """
        call, endpointId, _ = admission.claim
        hosts = admission.hosts
        return self.routed.involves(call, endpointId, hosts) or self._legs.has(call, hosts)

    def endSide(self, admission: Admission, cause: Cause) -> None:
        """
        End the call that an admission is for, as far as it is here.
        """
        call, endpointId, _ = admission.claim
        if self.routed.involves(call, endpointId, admission.hosts):
            self.routed.clear(call, cause)
        self._legs.hangup(call, cause, admission.hosts)

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

    def close(self) -> Deferred[None]:
        """
        Stop listening; endpoints are not told, and are registered still when
        we are there again in time.

        @return: fires when the registrations are on the disk; never fails.
        """
        self.routed.close()
        self.dialBacks.close()
        self._routing.close()
        self._upkeep.stop()
        self._partings.close()
        self._channel.close()
        self.registry.close()
        return self._store.close()
