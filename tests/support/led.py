"""
A server of the simulation that is led in turns: L{h323d.ha} inside, the simulated network outside;
and one that follows what was logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from twisted.internet.defer import Deferred

from h323d.config.sections import Configuration
from h323d.events.bus import EventBus, Fact
from h323d.ha import records
from h323d.ha.following import Following
from h323d.ha.leading import Leading
from h323d.ha.processes import Pairs
from h323d.ha.records import InputRecord, Record
from h323d.ha.surroundings import Place, Reached, throughTurns
from h323d.ha.turns import Turns
from h323d.inputs import IInputs, Input
from h323d.media.audio.codecs import Codecs
from h323d.media.children import ILauncher
from h323d.media.config import MediaConfig
from h323d.media.remotemedia import RemoteMedia
from h323d.media.remotepool import RemotePool, newRemotePool
from h323d.media.shield import EVERYWHERE
from h323d.server.server import Server
from h323d.values.media.formats import MediaFormat
from tests.support.handshakes import newAgreements
from tests.support.kernel import Kernel
from tests.support.simulation import COARSE, SimulatedServer, Simulation
from tests.support.written import write

__all__ = ["Inside", "LedServer", "Moment", "follow"]


@dataclass(frozen=True)
class Moment:
    """
    When a server was written down.

    @ivar turn: the last that had happened.
    @ivar records: how many were logged before.
    """

    turn: int
    records: int
    written: bytes


class Inside:
    """
    All that is a server's, and can be written down.

    @ivar facts: all that it told.
    """

    server: Server
    media: RemoteMedia
    pool: RemotePool

    def __init__(self, now: float, formats: tuple[MediaFormat, ...]) -> None:
        """
        @param formats: that media processes can mix.
        """
        self.turns = Turns(now)
        self.reached = Reached(self.turns)
        self.facts: list[Fact] = []
        self._formats = formats
        self.events = EventBus()
        self.events.subscribe(Fact, self.facts.append)
        self.turns.receive("begin", self._begin)
        self.turns.receive("start", self._start)

    def _begin(self, configuration: Configuration) -> None:
        turns, reached = self.turns, self.reached
        rng, config = reached.chance(), _remote(configuration.media)
        launcher: ILauncher = reached.processes
        self.media = RemoteMedia(config, (), self._formats, launcher, turns, rng, self.events)
        self.pool = newRemotePool(
            config, self.media, Pairs(turns), newAgreements(turns), EVERYWHERE, rng, reached.inputs
        )
        place = Place(secureCalls=bool(configuration.h323.certificate))
        self.server = Server(
            configuration, throughTurns(reached, rng, self.pool, self.events, place)
        )
        turns.receive(Input.LEAVE.value, self._leave)

    def _start(self) -> None:
        self.server.start()
        self.media.start()

    def _leave(self) -> Deferred[None]:
        return self.server.leave().addCallback(self._left)

    def _left(self, _: None) -> None:
        self.media.stop()


def _remote(config: MediaConfig) -> MediaConfig:
    """
    The same, in a process of its own.
    """
    if config.processes:
        return config
    return replace(config, processes=1, spareProcesses=0)


class LedServer(SimulatedServer):
    """
    One server, led in turns, all of which are logged.

    @ivar inside: what it is made of.
    @ivar leading: it leads.
    @ivar log: all records, as they are written.
    """

    def __init__(
        self,
        world: Simulation,
        address: str,
        configuration: Configuration | None = None,
        others: Sequence[str] = (),
    ) -> None:
        given = configuration or Configuration()
        if given.media == MediaConfig():
            given = replace(given, media=COARSE)
        if not others:
            given = replace(given, server=replace(given.server, bind=address))
        self.address = address
        self.log: list[bytes] = []
        self._codecs = world.codecs
        self.kernel = Kernel(world, address, others)
        self.began = world.clock.seconds()
        self.inside = self.newInside()
        self.facts = self.inside.facts
        self.leading = Leading(self.inside.turns, self.kernel, self)
        self.kernel.leader = self.leading
        self.inputs: IInputs = self.inside.reached.inputs
        self.inside.reached.inputs.entrance = self.kernel
        self.kernel.arrive("begin", given)
        self.server = self.inside.server
        media: Any = SimpleNamespace(pool=self.inside.pool, doors=self.inside.media.doors)
        self.media = media  # Any: as far as tests look at it
        self.kernel.arrive("start")

    def newInside(self) -> Inside:
        """
        What another server would be made of, which has not begun.
        """
        return Inside(self.began, Codecs(self._codecs).formats)

    def note(self, record: Record) -> None:
        """
        As L{h323d.ha.leading.Log}.
        """
        self.log.append(records.encode(record))
        if isinstance(record, InputRecord):
            self.kernel.taken()

    def moment(self) -> Moment:
        """
        Write it down.
        """
        written = write(self.inside, {})
        return Moment(self.leading.turn, len(self.log), written)

    def stop(self) -> Deferred[None]:
        leaving: Any = self.inputs.enter(Input.LEAVE)  # Any: inputs say nothing of their answers
        done: Deferred[None] = leaving
        return done


def follow(inside: Inside, log: Sequence[bytes], turn: int = 0) -> Following:
    """
    Do what was logged.

    @param turn: the last that has happened before.

    @raise h323d.ha.following.Diverged: something else came of it.
    """
    following = Following(inside.turns, turn)
    for each in log:
        following.take(records.decode(each))
    return following
