"""
The Twisted service: a server on the real reactor, with its media thread and the
operator's doors.  L{makeService} is what C{twistd h323d} calls.
"""

from __future__ import annotations

import os
import signal
import socket
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from twisted.application.service import Service
from twisted.conch.manhole_ssh import ConchFactory
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.logger import Logger
from twisted.python import usage

from h323d.call.protection import Standing
from h323d.config.reading import load
from h323d.config.sections import Configuration
from h323d.control.manhole import MANHOLE, Shells, manholeFactory
from h323d.control.paths import hostKeyPath, socketPath
from h323d.control.server import ControlServer
from h323d.dsp.libraries import Missing
from h323d.dsp.provisions import provisions
from h323d.errors import ConfigurationError, ResourceUnavailable
from h323d.exposure import exposure
from h323d.house.lone import LoneHouse
from h323d.house.observed import ObservedHouse
from h323d.house.protected import ProtectedHouse
from h323d.house.sealing import sealed, secureStreams
from h323d.inputs import IInputs, Input
from h323d.keeper.asking import DOORS
from h323d.media.libsrtp import SUITES, libsrtp
from h323d.media.thread import prepareInterpreter
from h323d.net.binding import cannotBind, listenStreams
from h323d.net.descriptors import raiseLimit
from h323d.server.server import Server
from h323d.tracing import stateName
from h323d.values.address import TransportAddress
from h323d.web.config import WebConfig
from h323d.web.observing import Observing
from h323d.web.site import WebSite

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


class House(Protocol):
    """
    A server, and what it needs to be there.
    """

    @property
    def server(self) -> Server:
        """It."""

    @property
    def inputs(self) -> IInputs:
        """By which operators' commands enter."""

    def standing(self) -> Standing:
        """How it is protected, for whoever asks from outside."""

    def start(self) -> None:
        """Listen; ResourceUnavailable, or ConfigurationError, if something is not to be had."""

    def protect(self) -> None:
        """Others can see that we are there."""

    def stop(self) -> Deferred[None]:
        """Hang up, and leave."""


class H323dService(Service):
    """
    Runs a L{Server} on the real reactor, with the operator's doors.
    """

    _log = Logger()

    def __init__(self, options: Options, reactor: Any) -> None:
        # Any: a reactor of many interfaces.
        self._options = options
        self._reactor = reactor
        self._provided = provisions()
        self._house = self._newHouse(options.configuration)

    @property
    def server(self) -> Server:
        """
        The server.
        """
        return self._house.server

    def _newHouse(self, configuration: Configuration) -> House:
        arguments = (
            configuration,
            self._reactor,
            self._provided,
            secureStreams(configuration, self._reactor),
        )
        if configuration.ha.enabled:
            return ProtectedHouse(*arguments)
        if DOORS in os.environ:
            raise ConfigurationError("ha.enabled", "has to be true where a keeper begins a server")
        return LoneHouse(*arguments)

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
            self._house.start()
            self._openDoors()
        except (ResourceUnavailable, ConfigurationError) as error:
            raise CannotStart(str(error)) from None
        self._tellExposure()
        self._tellMissing()
        self._house.protect()

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
        return self._house.stop()

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

    def _openDoors(self) -> None:
        self._openWeb(self.server.configuration.web)
        control = self.server.configuration.control
        ControlServer(self._house.inputs, socketPath(control)).listen(self._reactor)
        if control.manhole:
            namespace = {
                "server": self.server,
                "state": stateName,
                **self.server.desk.spoken(MANHOLE),
            }
            keys = Path(control.manholeAuthorizedKeys).expanduser()
            shells = Shells(self._house.inputs, namespace)
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

    def _openWeb(self, config: WebConfig) -> None:
        if not config.enabled:
            return
        observed = ObservedHouse(self._house, self._reactor)
        observing = Observing(config, observed, socket.gethostname())
        site = WebSite(config, observing.endpoints, self._reactor)
        address = TransportAddress(config.bind, config.port)
        try:
            listenStreams(self._reactor, address, sealed(config, site, self._reactor))
        except (CannotListenError, OSError) as error:
            raise cannotBind("TCP", address, error) from error

    def _hangupSignal(self, number: int, frame: FrameType | None) -> None:
        self._reactor.callFromThread(self._reload)

    def _reload(self) -> None:
        try:
            self._house.inputs.enter(Input.RELOAD, self._options.read())
        except ConfigurationError as error:
            self._log.error("not reloaded: {reason}", reason=str(error))
        else:
            self._tellExposure()


def makeService(options: Options) -> H323dService:
    """
    Called by C{twistd h323d}.
    """
    from twisted.internet import reactor  # twistd chooses which one it is

    try:
        return H323dService(options, reactor)
    except ConfigurationError as error:
        raise SystemExit(f"h323d: {error}") from None
