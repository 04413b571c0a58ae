"""
A server that is entered in turns, with all that is its own, and what there is in the world left
outside.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from twisted.internet.defer import Deferred

from h323d.call.media import IMediaPool
from h323d.config.sections import Configuration
from h323d.control.paths import stateDirectory
from h323d.dsp.provisions import Provision
from h323d.events.bus import EventBus
from h323d.ha.processes import Pairs
from h323d.ha.surroundings import Place, Reached, throughTurns
from h323d.ha.turns import Turns
from h323d.house.handshakes import TurnedIdentity
from h323d.inputs import Input
from h323d.media.audio.codecs import Codecs
from h323d.media.dtls.certificate import newCertificate
from h323d.media.dtls.handshakes import KeyAgreements
from h323d.media.libsrtp import libsrtp
from h323d.media.remotemedia import RemoteMedia
from h323d.media.remotepool import newRemotePool
from h323d.media.shield import suitesWith
from h323d.plugins import chooseCodecs
from h323d.server.server import Server

__all__ = ["BEGIN", "START", "Inside"]

BEGIN = "begin"
"""
The input with which a server is made; its argument is the configuration.
"""

START = "start"
"""
That with which it begins to listen.
"""


class Inside:
    """
    @ivar server: once it is made.
    @ivar events: by which it tells facts.
    """

    server: Server

    def __init__(self, now: float, provided: Sequence[Provision]) -> None:
        """
        @param now: seconds since 1970.
        @param provided: codecs of this machine.
        """
        self.turns = Turns(now)
        self.reached = Reached(self.turns)
        self._provided = tuple(provided)
        self.events = EventBus()
        self.turns.receive(BEGIN, self._begin)
        self.turns.receive(START, self._start)

    def _begin(self, configuration: Configuration) -> None:
        rng = self.reached.chance()
        pool = self._newPool(configuration, rng)
        place = Place(
            stateDirectory(configuration.control),
            self._provided,
            bool(configuration.h323.certificate),
            configuration.sip.speaksTLS,
        )
        world = throughTurns(self.reached, rng, pool, self.events, place)
        self.server = Server(configuration, world)
        self.turns.receive(Input.LEAVE.value, self._leave)

    def _newPool(self, configuration: Configuration, rng: random.Random) -> IMediaPool:
        turns, config = self.turns, configuration.media
        names = configuration.plugins.codecs
        formats = Codecs(chooseCodecs(names, self._provided)).formats
        launcher = self.reached.processes
        self._media = RemoteMedia(config, names, formats, launcher, turns, rng, self.events)
        identity = TurnedIdentity(turns, newCertificate(rng, turns.seconds()))
        agreements = KeyAgreements(turns, identity, config.latchAnyHost)
        suites = suitesWith(libsrtp())
        inputs = self.reached.inputs
        return newRemotePool(config, self._media, Pairs(turns), agreements, suites, rng, inputs)

    def _start(self) -> None:
        self.server.start()
        self._media.start()

    def _leave(self) -> Deferred[None]:
        left: Deferred[Any] = self.server.leave()
        return left.addCallback(self._left)

    def _left(self, _: None) -> None:
        self._media.stop()
