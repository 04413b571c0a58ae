"""
Where the objects meet: one server, put together from a configuration.

Its surroundings - clock, chance, sockets, media - are a reactor's in service
(L{h323d.service}) and a simulation's in tests.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace

from twisted.internet.defer import Deferred, DeferredList, succeed
from twisted.internet.task import deferLater
from twisted.logger import Logger
from zope.interface import implementer

from h323d.call.advertising import Advertising
from h323d.call.applications import IGate
from h323d.call.callers import ANY_NAME
from h323d.call.dialrule import DialRule
from h323d.call.gates import Gates
from h323d.call.homes import Homes
from h323d.call.legs import IOriginator
from h323d.call.media import MediaNetworks
from h323d.call.parts import Change, Commit
from h323d.call.policy import IDestination, IRoutePolicy
from h323d.call.surroundings import Surroundings
from h323d.call.switch import Switch
from h323d.call.transport import SecureStreams
from h323d.conference.directory import RoomDirectory
from h323d.conference.host import ConferenceHost
from h323d.config.sections import Configuration, differences
from h323d.door import Input
from h323d.errors import ConfigurationError, ResourceUnavailable
from h323d.events.server import ConfigurationReloaded
from h323d.gatekeeper.identity import ILocalNumbers
from h323d.gatekeeper.registrar import LocationService
from h323d.gatekeeper.routing.chain import ICalledPolicy
from h323d.gatekeeper.security.sources import Sources
from h323d.gatekeeper.settings import ZoneSettings
from h323d.gatekeeper.zone import Place, Zone
from h323d.h323.endpoint import H323Endpoint
from h323d.operation.calling import Calling
from h323d.operation.desk import Desk
from h323d.operation.gatekeeping import Gatekeeping
from h323d.operation.operator import Operator
from h323d.plugins import CALLED, DESTINATIONS, POLICIES, choose
from h323d.sip.calls.originator import SIPOriginator
from h323d.sip.endpoint import SIPEndpoint
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.networks import Networks
from h323d.witness.records import CallRecords

__all__ = ["Server"]

FAREWELL = 2.0  # seconds that calls get to end when the server is told to stop
FAREWELL_STEP = 0.05  # seconds between two looks whether they have ended
LAST_WORDS = 0.2  # seconds for peers to read why: what is sent to a closed socket resets it


class Server:
    """
    A gatekeeper and a conference server.

    @ivar events: the facts.
    @ivar records: the call detail records.
    @ivar host: the rooms.
    @ivar sip: the SIP user agent; C{None} when switched off.
    @ivar h323: the H.323 endpoint; C{None} when switched off.
    @ivar gates: what every call passes.
    @ivar zone: the gatekeeper; C{None} when switched off.
    @ivar locations: where SIP phones are; C{None} when they cannot register.
    @ivar operator: what an operator sees and does.
    @ivar desk: where operators' commands are given.
    """

    _log = Logger()

    def __init__(self, configuration: Configuration, surroundings: Surroundings) -> None:
        """
        @raise ConfigurationError: a plug-in that is named cannot be used.
        """
        self.configuration = configuration
        self._surroundings = surroundings
        self._homes = Homes(configuration.server.binds, surroundings.routes)
        self._advertising = Advertising(self._homes, surroundings.names, surroundings.clock)
        self._dialRule = DialRule(self._homes, Networks(configuration.security.thirdParties))
        self.events = surroundings.events
        surroundings.pool.reconfigure(_mediaNetworks(configuration))
        self.records = self._newRecords()
        self.directory = RoomDirectory(configuration.conference)
        self._sources = Sources(configuration.security, surroundings.clock, self.events)
        self.gates = self._newGates(configuration)
        self.host = ConferenceHost(
            configuration.conference,
            surroundings.clock,
            self.events,
            surroundings.pool,
            self.gates,
            self._sources,
        )
        both = configuration.h323.enabled and configuration.gatekeeper.enabled
        self.zone = self._newZone() if both else None
        self.switch = self._newSwitch(configuration)
        self.locations = self._newLocations()
        self.sip = self._newSIP() if configuration.sip.enabled else None
        self.h323 = self._newH323() if configuration.h323.enabled else None
        self._listeners: dict[str, str] = {}
        self.operator = self._newOperator()
        self.desk = Desk(surroundings.clock, self.events, self.operator)
        surroundings.door.lead(Input.COMMAND, self.desk.ask)
        surroundings.door.lead(Input.RELOAD, self.reload)
        surroundings.door.lead(Input.LEAVE, self.leave)

    def start(self) -> None:
        """
        Bind every listener.

        @raise ResourceUnavailable: one of them cannot be bound; none is.
        """
        listeners = self._listeners
        self._advertising.reconfigure(self.configuration.server.advertisements)
        try:
            if self.sip is not None:
                listeners["sip"] = str(self.sip.start())
            if self.h323 is not None:
                self.h323.start()
                listeners["h323"] = str(self.h323.address)
            if self.zone is not None:
                self.zone.start()
                listeners["ras"] = str(self.zone.address)
            if self.locations is not None:
                self.locations.start()
        except ResourceUnavailable:
            self.close()
            raise
        self._log.info("listening: {listeners}", listeners="; ".join(self._listening()))

    def _listening(self) -> Iterator[str]:
        """
        What is listened for, and where, for people to read.
        """
        if self.sip is not None:
            transports = "UDP and TCP" if self.configuration.sip.tcp else "UDP"
            yield f"SIP, {transports} {self.sip.address}"
        if self.h323 is not None:
            yield f"H.323, TCP {self.h323.address}"
            secure = self.configuration.h323.tlsPort
            if secure and self._surroundings.secure is not None:
                yield f"H.323, TLS {TransportAddress(self._homes.main.told, secure)}"
        if self.zone is not None:
            yield f"RAS, UDP {self.zone.address}"
            if self.configuration.gatekeeper.multicast:
                yield "discovery, UDP 224.0.1.41:1718"

    def leave(self) -> Deferred[None]:
        """
        L{stop}.
        """
        return Deferred.fromCoroutine(self.stop())

    async def stop(self) -> None:
        """
        Take no more calls, hang up on everybody, and leave when they are gone
        or have had their time.
        """
        talking = self._hasLegs()
        self.switch.close()
        self.host.close()
        if self.zone is not None:
            self.zone.routed.close()
        waited = 0.0
        while waited < FAREWELL and self._hasLegs():
            await deferLater(self._surroundings.clock, FAREWELL_STEP)
            waited += FAREWELL_STEP
        if talking:
            await deferLater(self._surroundings.clock, LAST_WORDS)
        await self.close()

    def _hasLegs(self) -> bool:
        return bool((self.sip and self.sip.legs) or (self.h323 and self.h323.legs))

    def close(self) -> Deferred[None]:
        """
        Close every listener and connection, at once.

        @return: fires when all that outlives us is on the disk; never fails.
        """
        self._advertising.close()
        if self.sip is not None:
            self.sip.stop()
        if self.locations is not None:
            self.locations.close()
        if self.h323 is not None:
            self.h323.close()
        kept = succeed(None) if self.zone is None else self.zone.close()
        done = DeferredList([kept, self.records.close()])
        return done.addCallback(lambda results: None)

    def reload(self, configuration: Configuration) -> None:
        """
        Let a changed configuration take effect where it can; the log names
        what waits for a restart.

        @raise ConfigurationError: something in it cannot be used: a format, a
            policy, a certificate, the file of a password; nothing is changed.
        """
        before, now = self.configuration, self.configuration.reloaded(configuration)
        for each in self._prepared(now):
            each.commit()
        self.configuration = now
        waiting = differences(now, configuration)
        if waiting:
            self._log.warn("changed, and waiting for a restart: {keys}", keys=", ".join(waiting))
        taken = tuple(dict.fromkeys(key.partition(".")[0] for key in differences(before, now)))
        self._log.info(
            "configuration reloaded; in force: {sections}", sections=taken or "nothing new"
        )
        self.events.publish(ConfigurationReloaded(self._surroundings.clock.seconds(), taken))

    def _prepared(self, now: Configuration) -> list[Commit]:
        """
        Another configuration, made ready in every part before any is changed.
        """
        commits = [self.directory.prepare(now.conference), self.host.prepare(now.conference)]
        commits.append(self._advertising.prepare(now.server.advertisements))
        commits.append(Change(self._surroundings.pool, _mediaNetworks(now)))
        if self._surroundings.secure is not None:
            commits.append(self._surroundings.secure.prepare())
        if now.security != self.configuration.security:  # or everybody had all turns again
            commits.append(self._sources.prepare(now.security))
            commits.append(Change(self._dialRule, Networks(now.security.thirdParties)))
        if self.h323 is not None:
            commits.append(self.h323.prepare(now.h323))
        if self.zone is not None:
            commits.append(self.zone.prepare(_zoneSettings(now)))
        return commits

    def _newRecords(self) -> CallRecords:
        world, config = self._surroundings, self.configuration.cdr
        return CallRecords(
            world.clock,
            world.events,
            world.defer,
            world.pathOf(config.file),
            world.pathOf(config.database),
            config.recent,
            config.log,
        )

    def _newGates(self, configuration: Configuration) -> Gates:
        world = self._surroundings
        gates: tuple[IGate, ...] = choose(
            configuration.plugins.gates, {}, POLICIES, IGate, "plugins.gates", world
        )
        return Gates(world.clock, self.events, (self._sources, *gates))

    def _newSwitch(self, configuration: Configuration) -> Switch:
        world, plugins = self._surroundings, configuration.plugins
        routes: tuple[IRoutePolicy, ...] = choose(
            plugins.routes,
            {self.directory.name: self.directory},
            POLICIES,
            IRoutePolicy,
            "plugins.routes",
            world,
        )
        destinations: tuple[IDestination, ...] = choose(
            plugins.destinations,
            {self.host.name: self.host},
            DESTINATIONS,
            IDestination,
            "plugins.destinations",
            world,
        )
        return Switch(
            world.clock,
            self.events,
            self.gates,
            routes,
            {each.name: each for each in destinations},
            ANY_NAME if self.zone is None else self.zone.callers,
        )

    def _newSIP(self) -> SIPEndpoint:
        world = self._surroundings
        return SIPEndpoint(
            world.clock,
            world.rng,
            self._sources.sipDatagrams(world.datagrams),
            self._sources.listener("sip", world.listener, self.configuration.sip.maxConnections),
            world.opener,
            world.pool,
            self.switch,
            self.events,
            self.configuration.sip,
            self._homes,
            self.locations,
            self.switch,
            self._sources,
            self._dialRule,
        )

    def _newOperator(self) -> Operator:
        return Operator(
            self._surroundings.clock,
            self.events,
            self.gates,
            self.switch,
            self.host,
            self._surroundings.pool,
            Gatekeeping(self.zone),
            self._newCalling(),
            self._listeners,
            self.records.latest,
        )

    def _newCalling(self) -> Calling:
        originators: dict[str, IOriginator] = {}
        if self.h323 is not None:
            originators["h323"] = self.h323
        if self.sip is not None:
            locate = None if self.locations is None else self.locations.located
            originators["sip"] = SIPOriginator(self.sip, locate=locate)
        return Calling(
            originators,
            None if self.zone is None else self.zone.finder,
            self.host,
            self.directory,
            self._homes,
            self.gates,
            self._surroundings.rng,
        )

    def _newLocations(self) -> LocationService | None:
        sip = self.configuration.sip
        if self.zone is None or not (sip.enabled and sip.registrar):
            return None
        return LocationService(
            self.zone.registry,
            LocalRooms(self.directory),
            self._surroundings.clock,
            self.gates,
            self.zone.passwords,
        )

    def _newH323(self) -> H323Endpoint:
        world = self._surroundings
        return H323Endpoint(
            world.clock,
            world.rng,
            self.events,
            self.configuration.h323,
            world.pool,
            self._sources.listener("h225", world.listener, self.configuration.h323.maxConnections),
            world.opener,
            self._homes,
            self.switch,
            None if self.zone is None else self.zone.routed,
            dialBacks=None if self.zone is None else self.zone.dialBacks,
            secure=self._secureStreams(),
            secureAddressOf=None if self.zone is None else self.zone.secureOffers.behind,
            rule=self._sources,
            dialRule=self._dialRule,
            reachedAt=None if self.zone is None else self.zone.reachedAt,
        )

    def _secureStreams(self) -> SecureStreams | None:
        secure = self._surroundings.secure
        if secure is None:
            return None
        maximum = self.configuration.h323.maxConnections
        return replace(secure, listener=self._sources.listener("h225", secure.listener, maximum))

    def _newZone(self) -> Zone:
        world, configuration = self._surroundings, self.configuration
        if configuration.h323.port == 0:
            raise ConfigurationError("h323.port", "a gatekeeper announces it, so it cannot be 0")
        return Zone(
            _zoneSettings(configuration),
            replace(world, datagrams=self._sources.rasDatagrams(world.datagrams)),
            Place(
                self._homes,
                configuration.h323.port,
                0 if world.secure is None else configuration.h323.tlsPort,
            ),
            LocalRooms(self.directory),
            self.gates,
            self._dialRule,
            self._calledPolicies,
            LocalLegs(self),
            self._sources,
        )

    def _calledPolicies(
        self, names: Sequence[str], builtIns: Mapping[str, ICalledPolicy]
    ) -> tuple[ICalledPolicy, ...]:
        policies: tuple[ICalledPolicy, ...] = choose(
            names, builtIns, CALLED, ICalledPolicy, "routing.policies", self._surroundings
        )
        return policies


def _zoneSettings(configuration: Configuration) -> ZoneSettings:
    return ZoneSettings(
        configuration.gatekeeper,
        configuration.routing,
        configuration.security,
        configuration.traversal,
        configuration.routed,
        configuration.h323,
    )


class LocalLegs:
    """
    Tells the gatekeeper of the calls that end here.
    """

    def __init__(self, server: Server) -> None:
        self._server = server

    def has(self, callIdentifier: bytes, hosts: Container[str]) -> bool:
        h323 = self._server.h323
        return h323 is not None and h323.has(callIdentifier, hosts)

    def hangup(
        self, callIdentifier: bytes, cause: Cause, hosts: Container[str] | None = None
    ) -> None:
        if self._server.h323 is not None:
            self._server.h323.hangup(callIdentifier, cause, hosts)


def _mediaNetworks(configuration: Configuration) -> MediaNetworks:
    return MediaNetworks(
        Networks(configuration.security.thirdParties),
        Networks(configuration.traversal.privateNetworks),
    )


@implementer(ILocalNumbers)
class LocalRooms:
    """
    Tells the gatekeeper which names end in a room here.
    """

    def __init__(self, directory: RoomDirectory) -> None:
        self._directory = directory

    def serves(self, address: PartyAddress) -> bool:
        return self._directory.serves(address)
