"""
Where the objects meet: one server, and the Twisted service that runs it.

L{Server} is put together from a configuration and its surroundings - clock,
chance, sockets, media - which are a reactor's in service and a simulation's in
tests.  L{makeService} is what C{twistd h323d} calls.
"""

from __future__ import annotations

import random
import signal
import sys
from dataclasses import fields, replace
from pathlib import Path
from types import FrameType
from typing import Any

from twisted.application.service import Service
from twisted.conch.manhole_ssh import ConchFactory
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python import usage
from zope.interface import implementer

from h323d.call.policy import IAdmissionPolicy, IDestination, IRoutePolicy
from h323d.call.surroundings import Surroundings
from h323d.call.switch import Switch
from h323d.conference.directory import RoomDirectory
from h323d.conference.host import ConferenceHost
from h323d.config import Configuration, load
from h323d.control.manhole import manholeFactory
from h323d.control.operator import Operator
from h323d.control.paths import hostKeyPath, socketPath
from h323d.control.server import ControlServer
from h323d.dsp.codec import ICodec
from h323d.errors import ConfigurationError, ResourceUnavailable
from h323d.events import ConfigurationReloaded, EventBus
from h323d.gatekeeper.routing import ILocalNumbers
from h323d.gatekeeper.zone import Zone
from h323d.h323.endpoint import H323Endpoint, Host
from h323d.media.codecs import BUILT_IN
from h323d.media.thread import SWITCH_INTERVAL, newMediaService
from h323d.net.datagram import Datagrams
from h323d.net.route import advertisedAddress
from h323d.net.stream import StreamListener, StreamOpener
from h323d.plugins import CODECS, DESTINATIONS, POLICIES, choose
from h323d.sip.endpoint import SIPEndpoint
from h323d.tracing import stateName
from h323d.values.address import PartyAddress, TransportAddress

__all__ = ["Options", "Server", "Surroundings", "makeService"]

FAREWELL = 2.0  # seconds that calls get to end when the server is told to stop
FAREWELL_STEP = 0.05  # seconds between two looks whether they have ended
RELOADABLE = frozenset({"conference"})


class Server:
    """
    A gatekeeper and a conference server.

    @ivar events: the facts.
    @ivar host: the rooms.
    @ivar sip: the SIP user agent; C{None} when switched off.
    @ivar h323: the H.323 endpoint; C{None} when switched off.
    @ivar zone: the gatekeeper, once started; C{None} when switched off.
    @ivar operator: what an operator sees and does, once started.
    """

    _log = Logger()
    operator: Operator

    def __init__(self, configuration: Configuration, surroundings: Surroundings) -> None:
        """
        @raise ConfigurationError: a plug-in that is named cannot be used.
        """
        self.configuration = configuration
        self._surroundings = surroundings
        self._bind = configuration.server.bind
        self._advertise = configuration.server.advertise or advertisedAddress(self._bind)
        self.events = surroundings.events
        self.directory = RoomDirectory(configuration.conference)
        self.host = ConferenceHost(
            configuration.conference, surroundings.clock, self.events, surroundings.pool
        )
        self.switch = self._newSwitch(configuration)
        self.sip = self._newSIP() if configuration.sip.enabled else None
        self.h323 = self._newH323() if configuration.h323.enabled else None
        self.zone: Zone | None = None

    def start(self) -> None:
        """
        Bind every listener.

        @raise ResourceUnavailable: one of them cannot be bound; none is.
        """
        listeners = {}
        try:
            if self.sip is not None:
                listeners["sip"] = str(self.sip.start())
            if self.h323 is not None:
                self.h323.start()
                listeners["h323"] = str(self.h323.address)
                if self.configuration.gatekeeper.enabled:
                    self.zone = self._newZone(self.h323.address)
                    listeners["ras"] = str(self.zone.address)
        except ResourceUnavailable:
            self.close()
            raise
        self.operator = Operator(
            self._surroundings.clock,
            self.events,
            self.switch,
            self.host,
            self._surroundings.pool,
            None if self.zone is None else self.zone.registry,
            listeners,
        )
        self._log.info("listening: {listeners}", listeners=listeners)

    async def stop(self) -> None:
        """
        Take no more calls, hang up on everybody, and leave when they are gone
        or have had their time.
        """
        self.switch.close()
        self.host.close()
        waited = 0.0
        while waited < FAREWELL and self._hasLegs():
            await deferLater(self._surroundings.clock, FAREWELL_STEP)
            waited += FAREWELL_STEP
        self.close()

    def _hasLegs(self) -> bool:
        return bool((self.sip and self.sip.legs) or (self.h323 and self.h323.legs))

    def close(self) -> None:
        """
        Close every listener and connection, at once.
        """
        if self.sip is not None:
            self.sip.stop()
        if self.h323 is not None:
            self.h323.close()
        if self.zone is not None:
            self.zone.close()

    def reload(self, configuration: Configuration) -> None:
        """
        Let a changed configuration take effect where it can; the log names
        what waits for a restart.
        """
        changed = [
            each.name
            for each in fields(configuration)
            if getattr(configuration, each.name) != getattr(self.configuration, each.name)
        ]
        waiting = [name for name in changed if name not in RELOADABLE]
        if waiting:
            self._log.warn("changed, and waiting for a restart: {sections}", sections=waiting)
        if "conference" in changed:
            self.directory.reconfigure(configuration.conference)
            self.host.reconfigure(configuration.conference)
        self.configuration = replace(self.configuration, conference=configuration.conference)
        taken = tuple(name for name in changed if name in RELOADABLE)
        self._log.info(
            "configuration reloaded; in force: {sections}", sections=taken or "nothing new"
        )
        self.events.publish(ConfigurationReloaded(self._surroundings.clock.seconds(), taken))

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
        gates: tuple[IAdmissionPolicy, ...] = choose(
            plugins.gates, {}, POLICIES, IAdmissionPolicy, "plugins.gates", world
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
            world.clock, self.events, gates, routes, {each.name: each for each in destinations}
        )

    def _newSIP(self) -> SIPEndpoint:
        world = self._surroundings
        return SIPEndpoint(
            world.clock,
            world.rng,
            world.datagrams,
            world.listener,
            world.opener,
            world.pool,
            self.switch,
            self.events,
            self.configuration.sip,
            self._bind,
            self._advertise,
        )

    def _newH323(self) -> H323Endpoint:
        world = self._surroundings
        return H323Endpoint(
            world.clock,
            world.rng,
            self.events,
            self.configuration.h323,
            world.pool,
            world.listener,
            world.opener,
            Host(self._bind, self._advertise),
            self.switch,
        )

    def _newZone(self, signalling: TransportAddress) -> Zone:
        world = self._surroundings
        return Zone(
            self.configuration.gatekeeper,
            world.datagrams,
            self._bind,
            self._advertise,
            signalling,
            LocalRooms(self.directory),
            world.clock,
            world.rng,
            self.events,
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


class Options(usage.Options):
    """
    The command line of C{twistd h323d}.
    """

    longdesc = "An H.323 gatekeeper, and a conference server for H.323 and SIP."
    optParameters = [
        ["config", "c", None, "A configuration file (TOML); every key has a default."],
        ["bind", "b", None, "The address of every listener, instead of the file's server.bind."],
    ]
    configuration: Configuration

    def read(self) -> Configuration:
        """
        The configuration that the options name.

        @raise ConfigurationError: there is something wrong with it.
        """
        configuration = load(self["config"]) if self["config"] else Configuration()
        if self["bind"]:
            try:
                server = replace(configuration.server, bind=self["bind"])
            except ValueError as error:
                raise ConfigurationError("--bind", str(error).removeprefix("bind: ")) from error
            configuration = replace(configuration, server=server)
        return configuration

    def parseOptions(self, options: list[str] | None = None) -> None:
        """
        Read the command line, and end the process with one line where it
        cannot be used: C{twistd} would print all its help before it.
        """
        try:
            super().parseOptions(options)
        except usage.UsageError as error:
            raise SystemExit(f"h323d: {error}") from None

    def postOptions(self) -> None:
        try:
            self.configuration = self.read()
        except ConfigurationError as error:
            raise usage.UsageError(str(error)) from error


class H323dService(Service):
    """
    Runs a L{Server} on the real reactor, with the media thread and the
    operator's doors.
    """

    _log = Logger()

    def __init__(self, options: Options, reactor: Any) -> None:
        # Any: a reactor of many interfaces.
        self._options = options
        self._reactor = reactor
        configuration = options.configuration
        rng = random.SystemRandom()
        codecs: tuple[ICodec, ...] = choose(
            configuration.plugins.codecs,
            {codec.name: codec for codec in BUILT_IN},
            CODECS,
            ICodec,
            "plugins.codecs",
        )
        pool, self._media = newMediaService(
            configuration.media, rng, reactor.callFromThread, codecs
        )
        bind = configuration.server.bind
        surroundings = Surroundings(
            reactor,
            rng,
            Datagrams(reactor),
            StreamListener(reactor),
            StreamOpener(reactor, "" if bind in ("0.0.0.0", "::") else bind),
            pool,
            EventBus(),
        )
        self.server = Server(configuration, surroundings)

    def startService(self) -> None:
        """
        Start; a port that is taken ends the process with a clear message.
        """
        super().startService()
        sys.setswitchinterval(SWITCH_INTERVAL)
        try:
            self.server.start()
            self._openDoors()
        except (ResourceUnavailable, ConfigurationError) as error:
            raise SystemExit(f"h323d: {error}") from None
        self._media.start()
        signal.signal(signal.SIGHUP, self._hangupSignal)

    def stopService(self) -> Deferred[None]:
        """
        Hang up and leave.
        """
        super().stopService()
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        await self.server.stop()
        self._media.stop()

    def _openDoors(self) -> None:
        control = self.server.configuration.control
        ControlServer(self.server.operator, socketPath(control)).listen(self._reactor)
        if control.manhole:
            operator = self.server.operator
            namespace = {
                "server": self.server,
                "state": stateName,
                "calls": operator.calls,
                "rooms": operator.rooms,
                "registrations": operator.registrations,
                "hangup": operator.hangup,
            }
            keys = Path(control.manholeAuthorizedKeys).expanduser()
            factory = manholeFactory(namespace, keys, hostKeyPath(control))
            self._listenForShells(control.manholePort, factory)

    def _listenForShells(self, port: int, factory: ConchFactory) -> None:
        try:
            self._reactor.listenTCP(port, factory, interface="127.0.0.1")
        except CannotListenError as error:
            reason = error.socketError.strerror
            raise ResourceUnavailable(
                f"manhole: cannot bind TCP 127.0.0.1:{port}: {reason}"
            ) from error

    def _hangupSignal(self, number: int, frame: FrameType | None) -> None:
        self._reactor.callFromThread(self._reload)

    def _reload(self) -> None:
        try:
            self.server.reload(self._options.read())
        except ConfigurationError as error:
            self._log.error("not reloaded: {reason}", reason=str(error))


def makeService(options: Options) -> H323dService:
    """
    Called by C{twistd h323d}.
    """
    from twisted.internet import reactor  # twistd chooses which one it is

    try:
        return H323dService(options, reactor)
    except ConfigurationError as error:
        raise SystemExit(f"h323d: {error}") from None
