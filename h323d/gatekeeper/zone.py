"""
A zone: all that one gatekeeper manages (H.323, 3.71), put together.

This is what the composition makes, and what operators ask and command.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from twisted.internet.defer import Deferred

from h323d.call.gates import Gates
from h323d.call.parts import Change, Commit, Part
from h323d.call.policy import IFinder
from h323d.call.site import Site
from h323d.call.surroundings import Surroundings
from h323d.gatekeeper.admission import CallAdmission
from h323d.gatekeeper.alternates import Elsewhere
from h323d.gatekeeper.context import ZoneContext
from h323d.gatekeeper.dialbacks import DialBacks
from h323d.gatekeeper.identity import Identity, ILocalNumbers
from h323d.gatekeeper.parents.assembly import Parents
from h323d.gatekeeper.pings import RoundTrips
from h323d.gatekeeper.ras.assembly import RAS
from h323d.gatekeeper.ras.secureoffers import SecureOffers
from h323d.gatekeeper.reaching import Reaching
from h323d.gatekeeper.registry.registrations import Registration, UnregisterReason
from h323d.gatekeeper.routed.router import RoutedCalls
from h323d.gatekeeper.routing.assembly import ChoosePolicies, Routing
from h323d.gatekeeper.routing.chain import RoutingChain
from h323d.gatekeeper.routing.finder import Finder
from h323d.gatekeeper.security.assembly import Security
from h323d.gatekeeper.security.users import Users
from h323d.gatekeeper.settings import ZoneSettings
from h323d.gatekeeper.tables import Tables
from h323d.gatekeeper.traversal import Reach
from h323d.gatekeeper.trunks.checking import Probe
from h323d.gatekeeper.trunks.config import TrunkProtocol
from h323d.gatekeeper.trunks.probes import H323Probe
from h323d.gatekeeper.trunks.table import Trunks
from h323d.h323.gatekept import Gatekept
from h323d.h323.ras.messages import Fields, RASMessage
from h323d.h323.ras.transactions import RASAsked
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause

__all__ = ["Legs", "Zone"]

NO_PROBES: Mapping[TrunkProtocol, Probe] = MappingProxyType({})


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
    security: Commit
    parents: Commit


class Zone(Part[ZoneSettings]):
    """
    One gatekeeper.

    @ivar registry: who is registered.
    @ivar admissions: which calls are admitted.
    @ivar bandwidth: how much they use.
    @ivar callers: whose calls they are.
    @ivar demands: asks endpoints about them.
    @ivar dialBacks: calls that wait for their endpoint to connect.
    @ivar secureOffers: who takes calls over TLS.
    @ivar passwords: of endpoints, by name.
    @ivar users: of SIP.
    @ivar roundTrips: how long phones took to answer.
    @ivar routed: the calls whose signalling goes through us.
    @ivar parents: the gatekeepers that we are registered with.
    @ivar trunks: whom calls may leave by.
    @ivar probe: asks whether a trunk is there that speaks H.323.
    """

    def __init__(
        self,
        settings: ZoneSettings,
        world: Surroundings,
        site: Site,
        numbers: ILocalNumbers,
        gates: Gates,
        choosePolicies: ChoosePolicies | None = None,
        legs: Legs | None = None,
        probes: Mapping[TrunkProtocol, Probe] = NO_PROBES,
    ) -> None:
        """
        @param numbers: which numbers end here, in a room.
        @param gates: what calls pass that are routed through us.
        @param choosePolicies: picks the policies of the routing chain; without
            it, the configuration can only name what is built in.
        @param legs: the calls that end in this server; there are none, if not given.
        @param probes: how trunks are asked whether they are there, by protocol; looked for with
            each question.

        @raise h323d.errors.ConfigurationError: a policy, or a file of a password, cannot be used.
        """
        config = settings.gatekeeper
        self._legs: Legs = NoLegs() if legs is None else legs
        self._identity = _identity(settings, world, site)
        self.probe = H323Probe(
            self._identity, self, world.opener, site.homes, world.names, world.rng
        )
        self.trunks = Trunks(settings.routing.trunks, world, probes)
        self.roundTrips = RoundTrips()
        self.users = Users(settings.security, self.trunks, settings.keys)
        self._tables = Tables(config, world, site.shareRule, self, self.trunks, self.users)
        self.registry, self.admissions = self._tables.registry, self._tables.admissions
        self.bandwidth, self.callers = self._tables.bandwidth, self._tables.callers
        context = ZoneContext(
            world, site, self._identity, self._tables, numbers, gates, self.trunks
        )
        self.parents = Parents(config, context, self)
        self._routing = Routing(settings.routing, context, self, self.parents, choosePolicies)
        self._security = Security(
            settings.security, context, self._routing, self, self.users, settings.answerKey
        )
        self.passwords = self._security.passwords
        self._reaching = self._newReaching(settings, context)
        self.dialBacks, self.secureOffers = self._reaching.dialBacks, self._reaching.secureOffers
        self.routed = RoutedCalls(
            settings,
            context,
            self._routing.chain,
            self._reaching,
            self._security.origins,
            self.parents,
        )
        self._ras = RAS(
            config, context, self._routing, self.routed, self._reaching, self._security.ras, self
        )
        self.demands = self._ras.demands

    def _newReaching(self, settings: ZoneSettings, context: ZoneContext) -> Reaching:
        registry = self.registry
        dialBacks = DialBacks(
            settings.traversal,
            context.world.clock,
            self._signallingTowards,
            registry.bySignalling,
            self.ask,
            self._security.origins,
        )
        return Reaching(
            Reach(settings.traversal, context.site.dialRule),
            dialBacks,
            SecureOffers(registry, self._identity),
            self.reachedAt,
        )

    # The life of a part.

    def start(self) -> None:
        """
        Listen from now on, to those too who were registered before a restart.
        """
        self._ras.start()
        self._tables.start()
        self._security.start()
        self.parents.start()
        self.trunks.start()

    def prepare(self, settings: ZoneSettings) -> Commit:
        """
        Have a changed configuration ready.  Passwords are read anew, whatever
        else has changed.
        """
        return Change(
            self,
            _Prepared(
                settings,
                self._routing.prepare(settings.routing),
                self._security.prepare(settings.security),
                self.parents.prepare(settings.gatekeeper),
            ),
        )

    def reconfigure(self, prepared: _Prepared) -> None:
        """
        Go by another configuration from now on.
        """
        settings = prepared.settings
        self.trunks.reconfigure(settings.routing.trunks)
        prepared.routes.commit()
        self._tables.reconfigure(settings.gatekeeper)
        self._identity.others.reconfigure(settings.gatekeeper.alternates)
        self._ras.reconfigure(settings.gatekeeper)
        prepared.security.commit()
        prepared.parents.commit()
        self.routed.reconfigure(settings)
        self._reaching.reach.reconfigure(settings.traversal)
        self.dialBacks.reconfigure(settings.traversal)

    def leave(self) -> None:
        self.routed.leave()

    def close(self) -> Deferred[None]:
        """
        Stop listening; endpoints are not told, and are registered still when
        we are there again in time.
        """
        self.routed.close()
        self.parents.close()
        self.dialBacks.close()
        self._routing.close()
        self.trunks.close()
        self._ras.close()
        return self._tables.close()

    # What endpoints and operators ask.

    @property
    def address(self) -> TransportAddress:
        """
        Where RAS is listened for.
        """
        return self._ras.address

    @property
    def gatekept(self) -> Gatekept:
        """
        What we do for the calls of an endpoint of ours.
        """
        return Gatekept(self.routed, self.dialBacks, self.secureOffers.behind, self.reachedAt)

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
        return Finder(self._routing.chain)

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
        self._ras.dismiss(registration)
        self.registry.unregister(endpointId, UnregisterReason.OPERATOR)
        return True

    def knows(self, host: str) -> bool:
        """
        Whether there is somebody who is no stranger: who is registered, a trunk, a neighbour, or
        a gatekeeper that we are registered with.
        """
        source = TransportAddress(host, 0)
        if self.registry.isAt(host) or self.trunks.at(source) is not None:
            return True
        if self._routing.neighbourhood.at(source) is not None:
            return True
        return any(parent.isAt(host) for parent in self.parents)

    # Where we are to endpoints.

    def reachedAt(self, signalling: TransportAddress) -> str:
        """
        The address of ours that whoever is registered with that call signalling address
        sends its RAS to; empty if that is not known.
        """
        registration = self.registry.bySignalling(signalling)
        return "" if registration is None else self._ras.heardAt(registration.source)

    def _signallingTowards(self, peer: TransportAddress) -> TransportAddress:
        """
        Where we take calls, as an endpoint with that RAS address knows us.
        """
        identity = self._identity
        home = identity.homes.towards(peer.host, self._ras.heardAt(peer))
        return identity.told(identity.signalling, home)

    def ask(
        self,
        name: str,
        fields: Fields,
        destination: TransportAddress,
        answered: Callable[[RASMessage | None], None],
        interval: float,
    ) -> RASAsked:
        """
        Ask another gatekeeper or an endpoint, as L{RAS.ask}.
        """
        return self._ras.ask(name, fields, destination, answered, interval)

    # What the registry reports.

    def endpointExpires(self, registration: Registration) -> None:
        """
        Tell an endpoint whose time to live is over, so that it registers anew.
        """
        self._ras.expire(registration)

    def endpointGone(self, registration: Registration) -> None:
        """
        Clear up after an endpoint: it is admitted to no calls, and what it was told is
        not true any more.
        """
        self.admissions.endAll(registration.endpointId)
        self._security.endpointGone(registration)
        self._ras.forgetAnswers(registration)

    # Calls, wherever they are.

    def clear(self, callIdentifier: bytes, cause: Cause) -> None:
        """
        End a call that its endpoint does not have any more, as far as it is here.
        """
        self.routed.clear(callIdentifier, cause)
        self._legs.hangup(callIdentifier, cause)

    def holds(self, admission: CallAdmission) -> bool:
        """
        Whether the side of a call that an admission is for goes through us, or ends here.
        """
        call, endpointId, _ = admission.claim
        hosts = admission.hosts
        return self.routed.involves(call, endpointId, hosts) or self._legs.has(call, hosts)

    def endSide(self, admission: CallAdmission, cause: Cause) -> None:
        """
        End the call that an admission is for, as far as it is here.
        """
        call, endpointId, _ = admission.claim
        if self.routed.involves(call, endpointId, admission.hosts):
            self.routed.clear(call, cause)
        self._legs.hangup(call, cause, admission.hosts)


def _identity(settings: ZoneSettings, world: Surroundings, site: Site) -> Identity:
    config = settings.gatekeeper
    return Identity(
        config.gatekeeperIdentifier,
        site.homes,
        config.rasPort,
        settings.h323.port,
        0 if world.secure is None else settings.h323.tlsPort,
        Elsewhere(config.alternates),
    )
