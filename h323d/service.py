"""
The Twisted service: a server on the real reactor, with its media thread and the
operator's doors.  L{makeService} is what C{twistd h323d} calls.
"""

from __future__ import annotations

import os
import random
import signal
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from twisted.application.service import Service
from twisted.conch.manhole_ssh import ConchFactory
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.threads import deferToThread
from twisted.logger import Logger
from twisted.python import usage

from h323d.call.media import IMediaPool
from h323d.call.surroundings import Surroundings
from h323d.call.transport import SecureStreams
from h323d.config.reading import load
from h323d.config.sections import Configuration
from h323d.control.manhole import MANHOLE, Shells, manholeFactory
from h323d.control.paths import hostKeyPath, socketPath, stateDirectory
from h323d.control.server import ControlServer
from h323d.dsp.libraries import Missing
from h323d.dsp.provisions import provisions
from h323d.errors import ConfigurationError, ResourceUnavailable
from h323d.events.bus import EventBus
from h323d.exposure import exposure
from h323d.h323.config import H323Config
from h323d.inputs import Input, Inputs
from h323d.media.launching import newRemoteService
from h323d.media.libsrtp import SUITES, libsrtp
from h323d.media.remotemedia import RemoteMedia
from h323d.media.shield import suitesWith
from h323d.media.thread import MediaThreads, newMediaService, prepareInterpreter
from h323d.net.datagram import Datagrams
from h323d.net.descriptors import raiseLimit
from h323d.net.files import Files
from h323d.net.http import Web, newAgent
from h323d.net.names import Names
from h323d.net.route import Routes
from h323d.net.stream import StreamListener, StreamOpener
from h323d.net.tls import Credentials, TLSListener, TLSOpener
from h323d.plugins import chooseCodecs
from h323d.server.server import Server
from h323d.sip.config import SIPConfig
from h323d.tracing import stateName
from h323d.values.tlspeer import ClientCertificates

__all__ = ["Options", "makeService"]


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


class CannotStart(SystemExit, Exception):
    """
    What ends the process with one line.

    It is an C{Exception} too, because that is what C{twistd} waits for: only then does it
    remove its pid file, and have the process that was started from the shell, and waits for
    this one, end as well.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.code = f"h323d: {reason}"


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
        self._inputs = Inputs()
        self._provided = provisions()
        events = EventBus()
        pool, self._media = self._newMedia(rng, events)
        surroundings = Surroundings(
            reactor,
            rng,
            Datagrams(reactor),
            StreamListener(reactor),
            StreamOpener(reactor),
            pool,
            events,
            deferToThread,
            stateDirectory(configuration.control),
            Names(reactor, configuration.routing.nameServers, configuration.routing.dnsTimeout),
            Web(newAgent(reactor), reactor),
            _secureCalls(configuration.h323, bool(configuration.guard.registry), reactor),
            _secureSIP(configuration.sip, reactor),
            Routes(),
            Files(),
            self._inputs,
            self._provided,
        )
        self.server = Server(configuration, surroundings)

    def _newMedia(
        self, rng: random.Random, events: EventBus
    ) -> tuple[IMediaPool, MediaThreads | RemoteMedia]:
        """
        In threads, or in processes of their own.
        """
        configuration = self._options.configuration
        names, suites = configuration.plugins.codecs, suitesWith(libsrtp())
        codecs = chooseCodecs(names, self._provided)
        reactor, media = self._reactor, configuration.media
        if media.processes:
            return newRemoteService(
                media, rng, reactor, self._inputs, events, names, codecs, suites
            )
        return newMediaService(
            media, rng, reactor, self._inputs, reactor.callFromThread, codecs, suites
        )

    def startService(self) -> None:
        """
        Start.

        @raise CannotStart: a port, or a file, is not to be had.
        """
        super().startService()
        prepareInterpreter()
        self._rise()
        self._takeDescriptors()
        # Before anybody can see that we are there: unheeded, it would end the process.
        signal.signal(signal.SIGHUP, self._hangupSignal)
        try:
            self.server.start()
            self._openDoors()
        except (ResourceUnavailable, ConfigurationError) as error:
            raise CannotStart(str(error)) from None
        self._media.start()
        self._tellExposure()
        self._tellMissing()

    def _rise(self) -> None:
        """
        Take the configured priority; threads that start later have it too.
        """
        try:
            os.setpriority(os.PRIO_PROCESS, 0, self.server.configuration.server.niceness)
        except OSError as error:
            self._log.info("the priority stays as it is: {reason}", reason=error.strerror)

    def _takeDescriptors(self) -> None:
        try:
            raiseLimit()
        except OSError as error:
            self._log.info("the limit of file descriptors stays: {reason}", reason=str(error))

    def stopService(self) -> Deferred[None]:
        """
        Hang up and leave.
        """
        super().stopService()
        leaving: Any = self._inputs.enter(Input.LEAVE)  # Any: inputs say nothing of their answers
        done: Deferred[None] = leaving.addCallback(self._left)
        return done

    def _tellMissing(self) -> None:
        missing = [
            f"{each.format.name} ({each.missing})" for each in self._provided if each.missing
        ]
        if missing:
            self._log.info("codecs that are not offered: {missing}", missing=", ".join(missing))
        found = libsrtp()
        if isinstance(found, Missing):
            suites = ", ".join(sorted(each.value for each in SUITES))
            self._log.info("SRTP is without {suites}: {found}", suites=suites, found=found)

    def _tellExposure(self) -> None:
        self._log.info("open: {exposure}", exposure=exposure(self.server.configuration))

    def _left(self, _: None) -> None:
        self._media.stop()

    def _openDoors(self) -> None:
        control = self.server.configuration.control
        ControlServer(self._inputs, socketPath(control)).listen(self._reactor)
        if control.manhole:
            namespace = {
                "server": self.server,
                "state": stateName,
                **self.server.desk.spoken(MANHOLE),
            }
            keys = Path(control.manholeAuthorizedKeys).expanduser()
            shells = Shells(self._inputs, namespace)
            factory = manholeFactory(shells, keys, hostKeyPath(control))
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
            self._inputs.enter(Input.RELOAD, self._options.read())
        except ConfigurationError as error:
            self._log.error("not reloaded: {reason}", reason=str(error))
        else:
            self._tellExposure()


def _secureCalls(config: H323Config, isGuarded: bool, reactor: Any) -> SecureStreams | None:
    """
    @param isGuarded: whether callers may prove by their keys who they are.
    """
    if not config.certificate:
        return None
    clients = ClientCertificates.ANY if isGuarded else ClientCertificates.NONE
    if config.verifyPeers:
        clients = ClientCertificates.SIGNED
    return _secureStreams(
        reactor,
        Credentials(
            config.certificate, config.privateKey, config.authorities, clients, config.tlsPeers
        ),
    )


def _secureSIP(config: SIPConfig, reactor: Any) -> SecureStreams | None:
    if not config.speaksTLS:
        return None
    return _secureStreams(
        reactor,
        Credentials(
            config.certificate,
            config.privateKey,
            config.authorities,
            config.clientCertificates,
            config.tlsPeers,
            "sip",
            config.otherCertificates,
        ),
    )


def _secureStreams(reactor: Any, credentials: Credentials) -> SecureStreams:
    opener = TLSOpener(reactor, credentials)
    return SecureStreams(TLSListener(reactor, credentials), opener, credentials.prepare)


def makeService(options: Options) -> H323dService:
    """
    Called by C{twistd h323d}.
    """
    from twisted.internet import reactor  # twistd chooses which one it is

    try:
        return H323dService(options, reactor)
    except ConfigurationError as error:
        raise SystemExit(f"h323d: {error}") from None
