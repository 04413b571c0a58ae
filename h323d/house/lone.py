"""
What a service runs where no other process follows it: a server with its media, in threads
or in processes of their own.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread

from h323d.call.media import IMediaPool
from h323d.call.protection import UNPROTECTED, Standing
from h323d.call.surroundings import Surroundings
from h323d.call.transport import SecureStreams
from h323d.config.sections import Configuration
from h323d.control.paths import stateDirectory
from h323d.dsp.provisions import Provision
from h323d.events.bus import EventBus
from h323d.ha.doors import Security
from h323d.inputs import Input, Inputs
from h323d.media.launching import newRemoteService
from h323d.media.libsrtp import libsrtp
from h323d.media.remotemedia import RemoteMedia
from h323d.media.shield import suitesWith
from h323d.media.thread import MediaThreads, newMediaService
from h323d.net.datagram import Datagrams
from h323d.net.files import Files
from h323d.net.http import Web, newAgent
from h323d.net.names import Names
from h323d.net.route import Routes
from h323d.net.stream import StreamListener, StreamOpener
from h323d.plugins import chooseCodecs
from h323d.server.server import Server

__all__ = ["LoneHouse"]


class LoneHouse:
    """
    A server that is alone (L{h323d.service.House}).
    """

    def __init__(
        self,
        configuration: Configuration,
        reactor: Any,
        provided: tuple[Provision, ...],
        secure: Mapping[Security, SecureStreams],
    ) -> None:
        """
        @param reactor: Any, of many interfaces.

        @raise ConfigurationError: something that is plugged in cannot be used.
        """
        self._reactor = reactor
        self._provided = provided
        self.inputs = Inputs()
        rng = random.SystemRandom()
        events = EventBus()
        pool, self._media = self._newMedia(configuration, rng, events)
        routing = configuration.routing
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
            Names(reactor, routing.nameServers, routing.dnsTimeout),
            Web(newAgent(reactor), reactor),
            secure.get(Security.CALLS),
            secure.get(Security.SIP),
            Routes(),
            Files(),
            self.inputs,
            provided,
        )
        self.server = Server(configuration, surroundings)

    def _newMedia(
        self, configuration: Configuration, rng: random.Random, events: EventBus
    ) -> tuple[IMediaPool, MediaThreads | RemoteMedia]:
        names, suites = configuration.plugins.codecs, suitesWith(libsrtp())
        codecs = chooseCodecs(names, self._provided)
        reactor, media = self._reactor, configuration.media
        if media.processes:
            return newRemoteService(media, rng, reactor, self.inputs, events, names, codecs, suites)
        return newMediaService(
            media, rng, reactor, self.inputs, reactor.callFromThread, codecs, suites
        )

    def standing(self) -> Standing:
        """
        Nobody is to follow.
        """
        return UNPROTECTED

    def start(self) -> None:
        """
        Listen.

        @raise ResourceUnavailable: something is not to be had.
        """
        self.server.start()

    def protect(self) -> None:
        """
        There is nobody who follows.
        """
        self._media.start()

    def stop(self) -> Deferred[None]:
        """
        Hang up, and leave.
        """
        leaving: Any = self.inputs.enter(Input.LEAVE)  # Any: inputs say nothing of their answers
        done: Deferred[None] = leaving.addCallback(self._left)
        return done

    def _left(self, _: None) -> None:
        self._media.stop()
