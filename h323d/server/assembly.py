"""
How the services of a server are made from its configuration, each with what it needs of the
others.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from dataclasses import dataclass

from zope.interface import implementer

from h323d.call.applications import IGate
from h323d.call.callers import ANY_NAME
from h323d.call.gates import Gates
from h323d.call.homes import Homes
from h323d.call.legs import IOriginator
from h323d.call.lookups import INames
from h323d.call.policy import IDestination, IRoutePolicy
from h323d.call.replacing import ALONE
from h323d.call.surroundings import Surroundings
from h323d.call.switch import Switch
from h323d.call.texts import TextRule
from h323d.call.watching import Conferences
from h323d.conference.directory import RoomDirectory
from h323d.config.sections import Configuration, PluginConfig
from h323d.errors import ConfigurationError
from h323d.gatekeeper.identity import ILocalNumbers
from h323d.gatekeeper.lines.lines import PartyLines
from h323d.gatekeeper.lines.mailboxes import PartyMailboxes
from h323d.gatekeeper.lines.names import PartyNames
from h323d.gatekeeper.lines.texts import PartyTexts
from h323d.gatekeeper.pings import Pings, SIPContacts
from h323d.gatekeeper.registrar import LocationService
from h323d.gatekeeper.routing.chain import ICalledPolicy
from h323d.gatekeeper.security.answers import AnswerKey
from h323d.gatekeeper.security.defence import Acquaintance
from h323d.gatekeeper.settings import ZoneSettings
from h323d.gatekeeper.trunks.checking import Probe
from h323d.gatekeeper.trunks.config import TrunkProtocol
from h323d.gatekeeper.trunks.probes import SIPPlaces, SIPProbe
from h323d.gatekeeper.trunks.registrations import SIPRegistrants, TrunkRegistrations
from h323d.gatekeeper.zone import Zone
from h323d.gateway.config import GatewayConfig
from h323d.gateway.policy import Onward
from h323d.guard.guard import Guard
from h323d.h323.calls.legtable import LegTable
from h323d.h323.endpoint import H323Endpoint
from h323d.h323.gatekept import NOT_GATEKEPT
from h323d.plugins import CALLED, DESTINATIONS, POLICIES, choose
from h323d.server.ground import Ground
from h323d.sip.calls.originator import SIPOriginator
from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.events.conferenceinfo import ConferencePackage
from h323d.sip.events.dialoginfo import DialogPackage
from h323d.sip.events.messagesummary import SummaryNotices, SummaryPackage
from h323d.sip.locating import Locator
from h323d.sip.outside import OutsideRequests, Services
from h323d.sip.texts import TextRelay
from h323d.values.address import PartyAddress
from h323d.witness.config import CDRConfig
from h323d.witness.records import CallRecords

__all__ = [
    "Parties",
    "LocalRooms",
    "enterOriginators",
    "enterProbes",
    "newGates",
    "newH323",
    "newLocations",
    "newOnward",
    "newParties",
    "newPings",
    "newRecords",
    "newSIP",
    "newSwitch",
    "newTrunkRegistrations",
    "newZone",
    "zoneSettings",
]


@implementer(ILocalNumbers)
class LocalRooms:
    """
    Tells the gatekeeper which names end in a room here.
    """

    def __init__(self, directory: RoomDirectory) -> None:
        self._directory = directory

    def serves(self, address: PartyAddress) -> bool:
        return self._directory.serves(address)


@dataclass(frozen=True, slots=True)
class Parties:
    """
    What can be seen of those who are registered here, or users.

    @ivar lines: their calls.
    @ivar mailboxes: whether messages wait for them.
    @ivar texts: those that they send each other.
    """

    lines: PartyLines
    mailboxes: PartyMailboxes
    texts: PartyTexts


@dataclass(frozen=True, slots=True)
class _CalledPolicies:
    """
    Chooses the policies of the routing chain, built in or plugged in.
    """

    world: Surroundings

    def __call__(
        self, names: Sequence[str], builtIns: Mapping[str, ICalledPolicy]
    ) -> tuple[ICalledPolicy, ...]:
        policies: tuple[ICalledPolicy, ...] = choose(
            names, builtIns, CALLED, ICalledPolicy, "routing.policies", self.world
        )
        return policies


def newRecords(config: CDRConfig, world: Surroundings) -> CallRecords:
    return CallRecords(
        world.clock,
        world.events,
        world.defer,
        world.pathOf(config.file),
        world.pathOf(config.database),
        config.recent,
        config.log,
    )


def newGates(
    config: PluginConfig,
    world: Surroundings,
    first: Sequence[IGate],
    witnessed: Sequence[IGate] = (),
) -> Gates:
    """
    @param first: are asked before all that are configured.
    @param witnessed: are asked after them.
    """
    gates: tuple[IGate, ...] = choose(config.gates, {}, POLICIES, IGate, "plugins.gates", world)
    return Gates(world.clock, world.events, (*first, *gates, *witnessed), world.wire)


def newSwitch(
    config: PluginConfig,
    world: Surroundings,
    gates: Gates,
    policies: Sequence[IRoutePolicy],
    hosts: Sequence[IDestination],
    zone: Zone | None,
    parties: Parties | None,
) -> Switch:
    """
    @param policies: those that are built in.
    @param hosts: the destinations that are.
    """
    routes: tuple[IRoutePolicy, ...] = choose(
        config.routes,
        {each.name: each for each in policies},
        POLICIES,
        IRoutePolicy,
        "plugins.routes",
        world,
    )
    destinations: tuple[IDestination, ...] = choose(
        config.destinations,
        {each.name: each for each in hosts},
        DESTINATIONS,
        IDestination,
        "plugins.destinations",
        world,
    )
    return Switch(
        world.clock,
        world.events,
        gates,
        routes,
        {each.name: each for each in destinations},
        ANY_NAME if zone is None else zone.callers,
        ALONE if parties is None else parties.lines,
    )


def zoneSettings(configuration: Configuration, guard: Guard | None = None) -> ZoneSettings:
    """
    The sections that a zone is made of.

    @param guard: judges by keys, and has one; C{None} if nobody does.
    """
    answerKey = None
    if guard is not None and guard.key is not None:
        answerKey = AnswerKey(guard.key, configuration.guard.name, guard)
    return ZoneSettings(
        configuration.gatekeeper,
        configuration.routing,
        configuration.security,
        configuration.traversal,
        configuration.routed,
        configuration.h323,
        guard,
        answerKey,
    )


def newZone(
    configuration: Configuration,
    ground: Ground,
    directory: RoomDirectory,
    gates: Gates,
    legs: LegTable,
    probes: Mapping[TrunkProtocol, Probe],
    acquaintances: MutableSequence[Acquaintance],
    guard: Guard | None,
) -> Zone | None:
    """
    @param probes: ask trunks whether they are there.
    @param acquaintances: know who is no stranger: the zone will be among them.
    @param guard: as L{zoneSettings} has it.

    @return: C{None} if there is no gatekeeper.
    """
    if not (configuration.h323.enabled and configuration.gatekeeper.enabled):
        return None
    if configuration.h323.port == 0:
        raise ConfigurationError("h323.port", "a gatekeeper announces it, so it cannot be 0")
    world = ground.byRAS()
    zone = Zone(
        zoneSettings(configuration, guard),
        world,
        ground.site,
        LocalRooms(directory),
        gates,
        _CalledPolicies(world),
        legs,
        probes,
    )
    acquaintances.append(zone)
    return zone


def newLocations(
    configuration: Configuration,
    world: Surroundings,
    directory: RoomDirectory,
    gates: Gates,
    zone: Zone | None,
) -> LocationService | None:
    """
    @return: C{None} if SIP phones cannot register.
    """
    sip = configuration.sip
    if zone is None or not (sip.enabled and sip.registrar):
        return None
    rooms = LocalRooms(directory)
    return LocationService(zone.registry, rooms, world.clock, gates, zone.passwords, zone.users)


def newPings(
    configuration: Configuration, world: Surroundings, zone: Zone | None, sip: SIPEndpoint | None
) -> Pings | None:
    """
    @return: C{None} where no phone can register.
    """
    if zone is None or sip is None:
        return None
    return Pings(
        configuration.sip.pingInterval,
        zone.registry,
        zone.roundTrips,
        SIPContacts(sip),
        world.clock,
        world.events,
    )


def newTrunkRegistrations(
    world: Surroundings, zone: Zone | None, sip: SIPEndpoint | None
) -> TrunkRegistrations | None:
    """
    @return: C{None} where there can be none.
    """
    if zone is None or sip is None:
        return None
    places = SIPPlaces(Locator(sip, world.names))
    return TrunkRegistrations(zone.trunks, SIPRegistrants(sip, places), world)


def newParties(
    configuration: Configuration,
    world: Surroundings,
    homes: Homes,
    directory: RoomDirectory,
    zone: Zone | None,
    chats: TextRule | None,
) -> Parties | None:
    """
    @param directory: the rooms, which are no parties.
    @param chats: cut out of texts what is not to be seen; C{None} cuts nothing.

    @return: C{None} without a gatekeeper: nobody is known.
    """
    if zone is None:
        return None
    names = PartyNames(zone.registry, zone.users, homes, configuration.sip.domains)
    config, callers = configuration.lines, zone.callers
    return Parties(
        PartyLines(config, names, callers, world.events),
        PartyMailboxes(names, callers, zone.trunks),
        PartyTexts(config, names, callers, LocalRooms(directory), world.clock, world.wire, chats),
    )


def _services(conferences: Conferences, homes: Homes, parties: Parties | None) -> Services:
    conference = ConferencePackage(conferences, homes)
    if parties is None:
        return Services((conference,))
    packages = conference, DialogPackage(parties.lines, homes), SummaryPackage(parties.mailboxes)
    outside: dict[str, OutsideRequests] = {
        "NOTIFY": SummaryNotices(parties.mailboxes),
        "MESSAGE": TextRelay(parties.texts),
    }
    return Services(packages, outside)


def newSIP(
    configuration: Configuration,
    ground: Ground,
    switch: Switch,
    locations: LocationService | None,
    zone: Zone | None,
    conferences: Conferences,
    parties: Parties | None,
) -> SIPEndpoint | None:
    """
    @param conferences: those that can be watched.
    @param parties: what can be seen of those who are registered; C{None} if nothing can.

    @return: C{None} when switched off.
    """
    config = configuration.sip
    if not config.enabled:
        return None
    world = ground.bySIP(config.maxConnections)
    site = ground.site
    services = _services(conferences, site.homes, parties)
    known = (config, world, site, switch, locations, switch)
    if zone is None:
        return SIPEndpoint(*known, services=services)
    return SIPEndpoint(*known, zone.users, zone.trunks, services)


def newH323(
    configuration: Configuration,
    ground: Ground,
    switch: Switch,
    zone: Zone | None,
    legs: LegTable,
) -> H323Endpoint | None:
    """
    @return: C{None} when switched off.
    """
    config = configuration.h323
    if not config.enabled:
        return None
    world = ground.byH225(config.maxConnections)
    if zone is None:
        return H323Endpoint(config, world, ground.site, switch, NOT_GATEKEPT, legs=legs)
    return H323Endpoint(config, world, ground.site, switch, zone.gatekept, zone.parents, legs=legs)


def newOnward(config: GatewayConfig, zone: Zone | None) -> Onward:
    """
    Without a gatekeeper, it knows nobody.
    """
    if zone is None:
        return Onward(config, None, ANY_NAME)
    return Onward(config, zone.finder, zone.callers)


def enterOriginators(
    originators: MutableMapping[str, IOriginator],
    h323: H323Endpoint | None,
    sip: SIPEndpoint | None,
    names: INames,
) -> None:
    """
    Enter who makes calls, by protocol.

    @param names: where they look up who is called.
    """
    if h323 is not None:
        originators["h323"] = h323.originator
    if sip is not None:
        originators["sip"] = SIPOriginator(sip, names)


def enterProbes(
    probes: MutableMapping[TrunkProtocol, Probe],
    zone: Zone | None,
    sip: SIPEndpoint | None,
    names: INames,
) -> None:
    """
    Enter who finds trunks and asks them whether they are there, by protocol.
    """
    if zone is not None:
        probes[TrunkProtocol.H323] = zone.probe
    if sip is not None:
        probes[TrunkProtocol.SIP] = SIPProbe(sip, SIPPlaces(Locator(sip, names)))
