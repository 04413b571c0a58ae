"""
The whole house in virtual time: servers and telephones on one simulated network.

Nothing here stands in for our own code: a server is a L{h323d.server.server.Server} with its media
plane, a telephone is made of the same stack, and only the sockets and the time are simulated.
Everything that is drawn comes from one seed, so that a run can be repeated exactly.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import LogLevel, formatEvent, globalLogPublisher
from zope.interface import implementer

from h323d.call.legs import ILeg
from h323d.call.media import ISampleSink, PortStatistics
from h323d.call.surroundings import Surroundings
from h323d.config.sections import Configuration
from h323d.dsp.codec import ICodec
from h323d.dsp.tones import levelsAt
from h323d.events.bus import EventBus, Fact
from h323d.inputs import IInputs, Input, Inputs
from h323d.media.audio.codecs import BUILT_IN
from h323d.media.audio.plane import MediaPlane
from h323d.media.config import MediaConfig
from h323d.media.door import PlaneDoor
from h323d.media.pool import MediaPool
from h323d.media.stepped import SteppedMedia
from h323d.net.datagram import Datagrams
from h323d.net.files import Files
from h323d.net.stream import StreamListener, StreamOpener
from h323d.server.server import Server
from tests.support.handshakes import newAgreements
from tests.support.lookups import FakeNames, FakeWeb
from tests.support.network import Conditions, SimulatedHost, SimulatedNetwork
from tests.support.networkmedia import NetworkPacketIO, NetworkPorts, newRelays
from tests.support.seal import aside
from tests.support.sealed import sealedStreams
from tests.support.tracerecorder import TraceRecorder
from tests.support.virtualclock import VirtualClock

__all__ = [
    "AUDIBLE",
    "START",
    "Media",
    "Recording",
    "SimulatedServer",
    "Simulation",
    "StartsAndStops",
]

S = TypeVar("S", bound="SimulatedServer")

START = 1_800_000_000  # seconds since 1970: the date on which every simulation begins
SAMPLE_RATE = 8000  # Hz, of what is recorded
AUDIBLE = -40.0  # dBov: a tone of -16 dBov that came through is far above, noise far below
PATIENCE = 1.0  # seconds that telephones get to hang up and to unregister
FAREWELL = 3.0  # seconds that servers get


@implementer(ISampleSink)
class Recording:
    """
    Keeps what is played to it, since its rate was another.

    @ivar sampleRate: Hz.
    """

    def __init__(self) -> None:
        self._pieces: list[npt.NDArray[np.int16]] = []
        self.sampleRate = SAMPLE_RATE

    def write(self, samples: npt.NDArray[np.int16], sampleRate: int) -> None:
        if sampleRate != self.sampleRate:
            self._pieces.clear()
            self.sampleRate = sampleRate
        self._pieces.append(samples.copy())

    def last(self, seconds: float) -> npt.NDArray[np.int16]:
        """
        The sound of the last C{seconds}.
        """
        count = int(seconds * self.sampleRate)
        pieces: list[npt.NDArray[np.int16]] = []
        while count > 0 and len(pieces) < len(self._pieces):
            piece = self._pieces[-1 - len(pieces)]
            pieces.insert(0, piece)
            count -= len(piece)
        return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)

    def heard(self, frequencies: Sequence[int], seconds: float = 0.3) -> list[int]:
        """
        Which of some tones were in it lately.
        """
        levels = levelsAt(self.last(seconds), frequencies, self.sampleRate)
        return [each for each, level in zip(frequencies, levels, strict=True) if level > AUDIBLE]


class Media:
    """
    A host's media: the plane of the house, ticked in virtual time over the network.

    @ivar pool: what signalling sees of it.
    @ivar doors: of its planes, as many as C{media.threads} says.
    """

    def __init__(
        self,
        config: MediaConfig,
        host: SimulatedHost,
        rng: random.Random,
        clock: Clock,
        only: str = "",
        inputs: IInputs | None = None,
        codecs: Sequence[ICodec] = BUILT_IN,
    ) -> None:
        """
        @param only: the address of all its ports, if that is another than signalling has.
        @param inputs: where reports enter; one of its own, if nothing else enters.
        """
        inputs = inputs or Inputs()
        planes = [
            MediaPlane(config, rng, codecs=codecs, number=number)
            for number in range(config.threads)
        ]
        self.doors = [PlaneDoor(plane) for plane in planes]
        ports = NetworkPorts(host, only)
        relays = newRelays(config, ports, rng, clock, inputs)
        self.pool = MediaPool(config, self.doors, ports, relays, newAgreements(clock))
        inputs.lead(Input.HEARD, self.pool.deliver)
        self._drivers = [
            SteppedMedia(plane, NetworkPacketIO(), config.tickMs / 1000, clock, inputs, number)
            for number, plane in enumerate(planes)
        ]

    def start(self) -> None:
        """
        Begin to tick.
        """
        for driver in self._drivers:
            driver.start()

    def stop(self) -> None:
        """
        Close what is to be closed, and tick no more.
        """
        for driver in self._drivers:
            driver.stop()


COARSE = MediaConfig(tickMs=20)
"""
Media that is looked after 50 times a second, not 200.
"""


class SimulatedServer:
    """
    One server, as C{twistd h323d} runs it.

    @ivar facts: all that it told.
    @ivar inputs: by which commands and configurations are given to it.
    """

    def __init__(
        self,
        world: Simulation,
        address: str,
        configuration: Configuration | None = None,
        others: Sequence[str] = (),
    ) -> None:
        """
        @param configuration: its address is replaced by C{address}, unless there are others; the
            default of its media by L{COARSE}.
        @param others: more addresses that the machine has.
        """
        given = configuration or Configuration()
        if given.media == MediaConfig():
            given = replace(given, media=COARSE)
        host = world.network.host(address, *others)
        rng = world.chance(address)
        self.address = address
        self.inputs: IInputs = Inputs()
        self.media = Media(
            given.media, host, rng, world.clock, inputs=self.inputs, codecs=world.codecs
        )
        self.server = Server(
            given if others else replace(given, server=replace(given.server, bind=address)),
            Surroundings(
                world.clock,
                rng,
                Datagrams(host),
                StreamListener(host),
                StreamOpener(host),
                self.media.pool,
                EventBus(),
                aside,
                names=world.names,
                web=world.web,
                secure=sealedStreams(host) if given.h323.certificate else None,
                routes=host,
                files=Files(),
                inputs=self.inputs,
            ),
        )
        self.facts: list[Fact] = []
        self.server.events.subscribe(Fact, self.facts.append)
        world.trace.follow(address, self.server.events)
        self.server.start()
        self.media.start()

    def told(self, kind: type[Fact]) -> list[Any]:
        """
        The facts of one kind.  Any: they have fields of their own.
        """
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def kinds(self) -> list[str]:
        """
        The names of all facts, in order.
        """
        return [type(fact).__name__ for fact in self.facts]

    @property
    def legs(self) -> list[ILeg]:
        """
        All calls of the server.
        """
        rooms = self.server.conference.rooms.values()
        return [each.leg for room in rooms for each in room.participants.values()]

    def statistics(self) -> list[PortStatistics]:
        """
        How the media of each participant fares.
        """
        rooms = self.server.conference.rooms.values()
        return [
            each.port.statistics()
            for room in rooms
            for each in room.participants.values()
            if each.port is not None
        ]

    def stop(self) -> Deferred[None]:
        """
        Leave, as at SIGTERM.
        """
        leaving: Any = self.inputs.enter(Input.LEAVE)  # Any: inputs say nothing of their answers
        done: Deferred[None] = leaving.addCallback(self.left)
        return done

    def left(self, _: None) -> None:
        """
        The server has left, and its media may end.
        """
        self.media.stop()


class StartsAndStops(Protocol):
    """
    Something that a simulation stops in its end: a telephone.
    """

    def stop(self) -> None:
        """
        Begin to leave.
        """

    def close(self) -> None:
        """
        Free everything.
        """


class Simulation:
    """
    A network and whoever is on it, for C{with}: in the end everybody has left.

    @ivar network: its conditions can be changed at any time.
    @ivar trace: what happened.
    @ivar failures: what was logged as an error; a peer must not be able to cause one.
    @ivar codecs: what everybody's media can speak, best first.
    @ivar names: the DNS of all servers.
    @ivar web: what every URL answers them.
    @cvar kind: what its servers are.
    """

    kind: Callable[..., SimulatedServer] = SimulatedServer

    def __init__(
        self,
        seed: int = 1,
        conditions: Conditions | None = None,
        codecs: Sequence[ICodec] = BUILT_IN,
    ) -> None:
        self.seed = seed
        self.codecs = codecs
        self._time = VirtualClock()
        self.clock: Clock = self._time
        self.clock.advance(START)
        self.network = SimulatedNetwork(
            self.clock, self.chance("network"), conditions or Conditions()
        )
        self.trace = TraceRecorder(self.clock, self.network)
        self.failures: list[str] = []
        self.names = FakeNames()
        self.web = FakeWeb()
        self._servers: list[SimulatedServer] = []
        self._others: list[StartsAndStops] = []
        self._happened = 0
        self._every = 0

    def __enter__(self) -> Simulation:
        globalLogPublisher.addObserver(self._logged)  # type: ignore[arg-type]  # zope does not see that a method is callable
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        globalLogPublisher.removeObserver(self._logged)  # type: ignore[arg-type]  # zope does not see that a method is callable
        self.trace.close()

    def chance(self, who: str) -> random.Random:
        """
        A source of chance of its own for each user, so that one who draws more does not
        change what another draws.
        """
        return random.Random(f"{self.seed} {who}")

    def server(
        self,
        address: str,
        configuration: Configuration | None = None,
        others: Sequence[str] = (),
    ) -> SimulatedServer:
        """
        Start a server.
        """
        return self.started(type(self).kind(self, address, configuration, others))

    def started(self, server: S) -> S:
        """
        Stop C{server} too when everybody leaves.
        """
        self._servers.append(server)
        return server

    def add(self, other: StartsAndStops) -> None:
        """
        Stop C{other} too when everybody leaves.
        """
        self._others.append(other)

    def run(self, seconds: float) -> None:
        """
        Let time pass, from one thing that is due to the next.
        """
        end = self.clock.seconds() + seconds
        while (due := self._time.nextDue()) is not None and due <= end:
            self._goOnTo(due)
        self._goOnTo(end)

    def until(self, reached: Callable[[], object], seconds: float = 10.0) -> None:
        """
        Let time pass until something is so.

        @raise AssertionError: it is not so after C{seconds}.
        """
        end = self.clock.seconds() + seconds
        while not reached():
            due = self._time.nextDue()
            assert due is not None, "nothing is going to happen any more"
            assert due <= end, f"not so after {seconds} s"
            self._goOnTo(due)

    def leave(self, patience: float = PATIENCE) -> None:
        """
        Let everybody hang up and stop: first the others, then the servers.

        @param patience: seconds that the others get; where messages are lost, they need more.
        """
        for other in self._others:
            other.stop()
        self.run(patience)
        for other in self._others:
            other.close()
        for server in self._servers:
            server.stop()  # which may take its time, but not for ever
        end = self.clock.seconds() + FAREWELL
        while (due := self._time.nextDue()) is not None and due <= end:
            self._goOnTo(due)

    def leftOver(self) -> list[str]:
        """
        What is still there and should not be, once everybody has left.
        """
        network = self.network
        return [
            *(f"timer {call}" for call in self.clock.getDelayedCalls()),
            *(f"udp {here}" for here in network.udp),
            *(f"group {group}" for group, members in network.groups.items() if members),
            *(f"tcp {here}" for here in network.tcp),
            *(f"stream {stream.here} to {stream.there}" for stream in network.streams),
            *(f"room {name}" for each in self._servers for name in each.server.conference.rooms),
            *(
                f"bridge {each}"
                for server in self._servers
                for each in server.server.gateway.bridges
            ),
            *(f"leg {leg.legId}" for each in self._servers for leg in each.legs),
            *(f"failure {failure}" for failure in self.failures),
        ]

    def watch(self, look: Callable[[], None], every: int) -> None:
        """
        Have a look between two things that are due, after C{every} such things.
        """
        self._look, self._every = look, every

    def _goOnTo(self, due: float) -> None:
        self.clock.advance(max(0.0, due - self.clock.seconds()))
        self._happened += 1
        if self._every and self._happened % self._every == 0:
            self._look()

    def _logged(self, event: dict[str, Any]) -> None:
        if event["log_level"] >= LogLevel.error:
            failure = event.get("log_failure")
            self.failures.append(formatEvent(event) + ("" if failure is None else f": {failure}"))
