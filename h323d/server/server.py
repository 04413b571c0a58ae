"""
Where the objects meet: one server, made of its parts.

Its surroundings - clock, chance, sockets, media - are a reactor's in service
(L{h323d.service}) and a simulation's in tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from operator import attrgetter

from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.task import deferLater
from twisted.logger import Logger

from h323d.call.applications import IGate
from h323d.call.callers import ANY_NAME
from h323d.call.legs import ILeg, IOriginator
from h323d.call.parts import Part
from h323d.call.policy import IFinder
from h323d.call.precedence import EQUALS
from h323d.call.surroundings import Surroundings
from h323d.conference.directory import RoomDirectory
from h323d.conference.host import ConferenceHost
from h323d.conference.watches import RoomWatches
from h323d.config.sections import Configuration, differences
from h323d.council.context import CouncilContext
from h323d.council.councils import Councils
from h323d.council.keeper import CouncilKeeper
from h323d.council.places import RegisteredPlaces
from h323d.errors import ResourceUnavailable
from h323d.events.server import ConfigurationReloaded
from h323d.gatekeeper.security.defence import Acquaintance
from h323d.gatekeeper.trunks.checking import Probe
from h323d.gatekeeper.trunks.config import TrunkProtocol
from h323d.gatekeeper.zone import Zone
from h323d.gateway.host import GatewayHost
from h323d.gateway.trunklines import NO_TRUNKS
from h323d.h323.calls.legtable import LegTable
from h323d.h323.ras.channel import DISCOVERY_GROUP
from h323d.inputs import Input
from h323d.operation.calling import Calling
from h323d.operation.councilkeeping import CouncilKeeping
from h323d.operation.defending import Defending
from h323d.operation.desk import Desk
from h323d.operation.gatekeeping import Gatekeeping
from h323d.operation.operator import Keeping, Operator
from h323d.operation.presence import Presence
from h323d.operation.vitals import Vitals
from h323d.operation.wirelog import WireLog
from h323d.server import assembly
from h323d.server.ground import Ground
from h323d.server.guarding import Guarded, Guarding, bridging, newGuard, withGuardians
from h323d.server.parts import RecordsPart, Sectioned
from h323d.server.witnessed import WitnessGate, WitnessPart, newWitness
from h323d.sip.endpoint import SIPEndpoint
from h323d.sounds.house import HouseSounds
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause

__all__ = ["Server"]

FAREWELL = 2.0  # seconds that calls get to end when the server is told to stop
FAREWELL_STEP = 0.05  # seconds between two looks whether they have ended
LAST_WORDS = 0.2  # seconds for peers to read why: what is sent to a closed socket resets it


class Server:
    """
    A gatekeeper and a conference server.

    @ivar configuration: what is in force.
    @ivar events: the facts.
    @ivar records: the call detail records.
    @ivar directory: the names of the rooms.
    @ivar conference: the rooms.
    @ivar councils: guardians who are called together; C{None} where there are none.
    @ivar sounds: what people hear of the server's own.
    @ivar gateway: the calls that go on from here.
    @ivar gates: what every call passes.
    @ivar zone: the gatekeeper; C{None} when switched off.
    @ivar switch: takes each call to where it belongs.
    @ivar locations: where SIP phones are; C{None} when they cannot register.
    @ivar sip: the SIP user agent; C{None} when switched off.
    @ivar h323: the H.323 endpoint; C{None} when switched off.
    @ivar operator: what an operator sees and does.
    @ivar desk: where operators' commands are given.
    """

    _log = Logger()

    def __init__(self, configuration: Configuration, surroundings: Surroundings) -> None:
        """
        @raise h323d.errors.ConfigurationError: a plug-in that is named cannot be used.
        """
        self._wire = WireLog(configuration.trace)
        self._witness = witness = newWitness(configuration.witness, surroundings)
        world, plugins = replace(surroundings, wire=self._wire), configuration.plugins
        if witness is not None:
            world = replace(world, witness=witness)
        self.configuration = configuration
        self._world = world
        self.events = world.events
        known: list[Acquaintance] = []
        self._ground = ground = Ground(configuration, world, known)
        self.records = assembly.newRecords(configuration.cdr, world)
        self.directory = directory = RoomDirectory(configuration.conference)
        self._guard = guard = newGuard(configuration, world, directory, self)
        first = (ground.sources,) if guard is None else (ground.sources, guard)
        self.gates = gates = assembly.newGates(plugins, world, first, self._witnessGates())
        self.sounds = HouseSounds(configuration.sounds, world.files)
        self._originators: dict[str, IOriginator] = {}
        legs, probes = LegTable(), dict[TrunkProtocol, Probe]()
        guarded = withGuardians(configuration, guard)
        self.zone = assembly.newZone(guarded, ground, directory, gates, legs, probes, known, guard)
        self.conference = self._newConference()
        self.councils = self._newCouncils()
        self.gateway = self._newGateway()
        self._onward = onward = assembly.newOnward(configuration.gateway, self.zone)
        hosts = (self.conference, self.gateway)
        self._parties = parties = assembly.newParties(
            *(configuration, world, ground.homes, directory, self.zone),
            None if guard is None else guard.chats,
        )
        self.switch = assembly.newSwitch(
            plugins, world, gates, (directory, onward), hosts, self.zone, parties
        )
        self.locations = assembly.newLocations(configuration, world, directory, gates, self.zone)
        self.sip = self._newSIP()
        self._pings = assembly.newPings(configuration, world, self.zone, self.sip)
        self._registrations = assembly.newTrunkRegistrations(world, self.zone, self.sip)
        self.h323 = assembly.newH323(configuration, ground, self.switch, self.zone, legs)
        assembly.enterOriginators(self._originators, self.h323, self.sip, world.names)
        assembly.enterProbes(probes, self.zone, self.sip, world.names)
        self.operator = self._newOperator()
        self.desk = Desk(world.clock, self.events, self.operator)
        self._parts = tuple(self._allParts())
        world.inputs.lead(Input.COMMAND, self.desk.ask)
        world.inputs.lead(Input.RELOAD, self.reload)
        world.inputs.lead(Input.LEAVE, self.leave)

    def _witnessGates(self) -> tuple[IGate, ...]:
        """
        Who has records of what passes; nobody, where no log is kept.
        """
        if self._witness is None:
            return ()
        required, world = self.configuration.witness.required, self._world
        return (WitnessGate(self._witness, required, world.clock, world.events),)

    @property
    def _finder(self) -> IFinder | None:
        """
        Who knows where names are; C{None} without a gatekeeper.
        """
        return None if self.zone is None else self.zone.finder

    def _newConference(self) -> ConferenceHost:
        return ConferenceHost(
            self.configuration.conference,
            self._world.clock,
            self.events,
            self._world.pool,
            self.gates,
            self._ground.sources,
            self.sounds,
            ANY_NAME if self.zone is None else self.zone.callers,
            EQUALS if self._guard is None else self._guard.precedence,
        )

    def _newCouncils(self) -> Councils | None:
        """
        @return: C{None} where there are no guardians.
        """
        guard, zone, world = self._guard, self.zone, self._world
        if guard is None or zone is None:
            return None
        context = CouncilContext(
            *(world.clock, world.rng, world.events, self._originators, self.gates),
            *(self.conference, guard, RegisteredPlaces(zone, guard)),
        )
        config = self.configuration.council
        path = world.pathOf(config.store)
        keeper = CouncilKeeper(path, world.files, world.clock, world.defer)
        return Councils(config, context, keeper)

    def _newGateway(self) -> GatewayHost:
        return GatewayHost(
            bridging(self.configuration),
            self._world,
            self._originators,
            self,
            ANY_NAME if self.zone is None else self.zone.callers,
            self._ground.sources,
            self._finder,
            NO_TRUNKS if self.zone is None else self.zone.trunks,
            self.sounds,
        )

    def _newSIP(self) -> SIPEndpoint | None:
        return assembly.newSIP(
            *(self.configuration, self._ground, self.switch, self.locations, self.zone),
            RoomWatches(self.conference, self.directory, self.events),
            self._parties,
        )

    def _newOperator(self) -> Operator:
        calling = Calling(
            self._originators,
            self._finder,
            self.conference,
            self.gateway,
            self.directory,
            self._ground.homes,
            self.gates,
            self._world.rng,
        )
        gatekeeping = Gatekeeping(self.zone, self._registrations)
        defending = Defending(self._ground.defence)
        return Operator(
            self._world,
            self.switch,
            self.conference,
            self.gateway,
            gatekeeping,
            defending,
            Keeping(calling, CouncilKeeping(self.councils, calling)),
            self._newVitals(gatekeeping, defending),
            self.records.latest,
        )

    def _newVitals(self, gatekeeping: Gatekeeping, defending: Defending) -> Vitals:
        return Vitals(
            self._world,
            Presence(self.switch, self.conference, self.gateway),
            self.gates,
            gatekeeping,
            defending,
            self.listeners,
            Guarded(self._guard, self._witness is not None and self.configuration.witness.required),
        )

    def _allParts(self) -> Iterator[Part[Configuration]]:
        """
        In the order in which they begin, and end.
        """
        conference, gateway = attrgetter("conference"), attrgetter("gateway")
        yield self._ground
        yield Sectioned(self.directory, conference)
        yield self.switch
        yield Sectioned(self.sounds, attrgetter("sounds"))
        if self.councils is not None:
            yield Sectioned(self.councils, attrgetter("council"))
        yield Sectioned(self.conference, conference)
        yield Sectioned(self._onward, gateway)
        yield Sectioned(self.gateway, bridging)
        if self.sip is not None:
            yield Sectioned(self.sip, attrgetter("sip"))
        if self.h323 is not None:
            yield Sectioned(self.h323, attrgetter("h323"))
        if self.zone is not None:
            yield self._zonePart(self.zone)
        if self._parties is not None:
            yield Sectioned(self._parties.lines, attrgetter("lines"))
            yield Sectioned(self._parties.texts, attrgetter("lines"))
        if self.locations is not None:
            yield self.locations
        if self._pings is not None:
            yield self._pings
        if self._registrations is not None:
            yield Sectioned(self._registrations, attrgetter("routing"))
        yield Sectioned(self._wire, attrgetter("trace"))
        yield RecordsPart(self.records)
        if self._witness is not None:
            yield WitnessPart(self._witness)

    def _zonePart(self, zone: Zone) -> Part[Configuration]:
        if self._guard is None:
            return Sectioned(zone, assembly.zoneSettings)
        return Guarding(self.configuration, self._world, self._guard, zone, self.operator)

    def legOffered(self, leg: ILeg) -> None:
        """
        Take a call that the gateway leads to (L{h323d.gateway.context.CallTaker}).
        """
        self.switch.legOffered(leg)

    def callPreempted(self, name: str) -> None:
        """
        End a call whose bandwidth is another's (L{h323d.guard.precedence.PrecedenceOwner}).
        """
        self.operator.end(name, Cause.PREEMPTION)

    def start(self) -> None:
        """
        Bind every listener.

        @raise ResourceUnavailable: one of them cannot be bound; none is.
        """
        try:
            for part in self._parts:
                part.start()
        except ResourceUnavailable:
            self.close()
            raise
        self._log.info("listening: {listeners}", listeners="; ".join(self._listening()))

    def listeners(self) -> dict[str, str]:
        """
        Where what is listened for, by name.
        """
        services = {"sip": self.sip, "h323": self.h323, "ras": self.zone}
        return {name: str(each.address) for name, each in services.items() if each is not None}

    def _listening(self) -> Iterator[str]:
        """
        What is listened for, and where, for people to read.
        """
        if self.sip is not None:
            transports = "UDP and TCP" if self.configuration.sip.tcp else "UDP"
            yield f"SIP, {transports} {self.sip.address}"
            secure = self.configuration.sip.tlsPort
            if secure and self._world.secureSIP is not None:
                yield f"SIP, TLS {TransportAddress(self._ground.homes.main.told, secure)}"
        if self.h323 is not None:
            yield f"H.323, TCP {self.h323.address}"
            secure = self.configuration.h323.tlsPort
            if secure and self._world.secure is not None:
                yield f"H.323, TLS {TransportAddress(self._ground.homes.main.told, secure)}"
        if self.zone is not None:
            yield f"RAS, UDP {self.zone.address}"
            if self.configuration.gatekeeper.multicast:
                yield f"discovery, UDP {DISCOVERY_GROUP}"

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
        clock, talking = self._world.clock, self._hasLegs()
        for part in self._parts:
            part.leave()
        waited = 0.0
        while waited < FAREWELL and (self._hasLegs() or self._isRegistered()):
            await deferLater(clock, FAREWELL_STEP)
            waited += FAREWELL_STEP
        if talking:
            await deferLater(clock, LAST_WORDS)
        await self.close()

    def _hasLegs(self) -> bool:
        return bool((self.sip and self.sip.legs) or (self.h323 and self.h323.legs))

    def _isRegistered(self) -> bool:
        """
        Whether somebody has yet to hear that we leave.
        """
        return self._registrations is not None and self._registrations.areLeaving

    def close(self) -> Deferred[None]:
        """
        Close every listener and connection, at once.

        @return: fires when all that outlives us is on the disk; never fails.
        """
        done = DeferredList([part.close() for part in self._parts])
        return done.addCallback(lambda results: None)

    def reload(self, configuration: Configuration) -> None:
        """
        Let a changed configuration take effect where it can; the log names
        what waits for a restart.

        @raise h323d.errors.ConfigurationError: something in it cannot be used: a format, a
            policy, a certificate, the file of a password; nothing is changed.
        """
        before, now = self.configuration, self.configuration.reloaded(configuration)
        for commit in [part.prepare(now) for part in self._parts]:
            commit.commit()
        self.configuration = now
        waiting = differences(now, configuration)
        if waiting:
            self._log.warn("changed, and waiting for a restart: {keys}", keys=", ".join(waiting))
        taken = tuple(dict.fromkeys(key.partition(".")[0] for key in differences(before, now)))
        self._log.info(
            "configuration reloaded; in force: {sections}", sections=taken or "nothing new"
        )
        self.events.publish(ConfigurationReloaded(self._world.clock.seconds(), taken))
