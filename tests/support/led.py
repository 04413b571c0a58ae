"""
A server of the simulation that is led in turns: L{tests.support.turns} inside, the simulated
network outside.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from zope.interface import implementer

from h323d.call.surroundings import Surroundings
from h323d.call.transport import IDatagramUser, IStream, IStreamUser
from h323d.config.sections import Configuration
from h323d.events.bus import EventBus, Fact
from h323d.inputs import Input
from h323d.media.audio.crossing import Crossing
from h323d.media.audio.plane import MediaPlane
from h323d.media.config import MediaConfig
from h323d.media.door import PlaneDoor
from h323d.media.packets import IPortPair
from h323d.media.pool import MediaPool
from h323d.media.relay.pool import RelayCommand, RelayPool
from h323d.media.relay.stepped import SteppedRelays
from h323d.media.relay.table import Reader, RelayTable, Sender
from h323d.media.stepped import SteppedMedia
from h323d.net.datagram import Datagrams
from h323d.net.stream import StreamListener, StreamOpener
from h323d.server.server import Server
from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat
from tests.support.handshakes import newAgreements
from tests.support.network import SimulatedHost
from tests.support.networkmedia import NetworkPacketIO, NetworkPair, NetworkPorts, NetworkRelayIO
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.turns import Lines, Output, Pair, Pairs, Ports, TurnedInputs, Turns

__all__ = ["Inside", "LedServer"]


class _Names:
    """
    The commands of a plane, each of which is its name here.
    """

    def __getattr__(self, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        return name


class _Plane:
    """
    What a pool needs to know of a plane that is elsewhere.
    """

    commands = _Names()

    def __init__(self, formats: tuple[MediaFormat, ...]) -> None:
        self.formats = formats


class _Door(PlaneDoor):
    """
    A door whose commands leave in turns.
    """

    def __init__(self, turns: Turns, number: int, plane: Any) -> None:
        # Any: the part of a plane.
        super().__init__(plane)
        self._turns = turns
        self._number = number

    def command(self, method: Any, *arguments: Any) -> None:  # Any: a name here
        self._turns.emit("media", self._number, method, arguments)


class _Relaying:
    """
    Lets the commands of relays leave in turns.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def command(self, command: RelayCommand) -> None:
        self._turns.emit("relay", command)


class Inside:
    """
    All that is a server's, and can be written down.

    @ivar facts: all that it told.
    """

    def __init__(
        self,
        turns: Turns,
        configuration: Configuration,
        rng: random.Random,
        table: RelayTable,
        formats: tuple[MediaFormat, ...],
    ) -> None:
        self.turns = turns
        self.facts: list[Fact] = []
        pairs, lines, inputs = Pairs(turns), Lines(turns), TurnedInputs(turns)
        relays = RelayPool(table, pairs, rng, _Relaying(turns).command)
        doors = [
            _Door(turns, number, _Plane(formats)) for number in range(configuration.media.threads)
        ]
        pool = MediaPool(configuration.media, doors, pairs, relays, newAgreements(turns))
        inputs.lead(Input.HEARD, pool.deliver)
        inputs.lead(Input.RELAYED, relays.deliver)
        events = EventBus()
        events.subscribe(Fact, self.facts.append)
        world = Surroundings(
            turns, rng, Ports(turns), lines, lines, pool, events, _noDisk, inputs=inputs
        )
        self.server = Server(configuration, world)


def _noDisk(*_: object) -> Deferred[Any]:
    raise AssertionError("nothing is kept here")


class _Outside:
    """
    The world as it is: a host of the simulated network.

    @ivar table: of the relays.
    @ivar planes: of the media.
    """

    def __init__(self, world: Simulation, host: SimulatedHost, config: MediaConfig) -> None:
        rng = world.chance(f"{host.address} outside")
        self.table = RelayTable(config.latchAnyHost)
        numbers = range(config.threads)
        self.planes = [MediaPlane(config, rng, number=number) for number in numbers]
        self._crossing = Crossing()
        self.turns = Turns(self.begin(world, host))
        inputs = TurnedInputs(self.turns)
        self._relays = SteppedRelays(self.table, _RelayIO(self._pairs), world.clock, inputs)
        tick = config.tickMs / 1000
        self.media = [
            SteppedMedia(plane, NetworkPacketIO(), tick, world.clock, inputs, number)
            for number, plane in enumerate(self.planes)
        ]

    def begin(self, world: Simulation, host: SimulatedHost) -> _Outside:
        """
        Be there, before turns are.
        """
        self._clock = world.clock
        self._wake: IDelayedCall | None = None
        self._there: dict[int, Any] = {}  # Any: ports, listeners and connections by number
        self._pairs: dict[int, IPortPair] = {}
        self._datagrams = Datagrams(host)
        self._listener, self._opener = StreamListener(host), StreamOpener(host)
        self._ports = NetworkPorts(host)
        return self

    # What turns ask.

    def seconds(self) -> float:
        return float(self._clock.seconds())

    def wakeAt(self, due: float | None) -> None:
        if self._wake is not None and self._wake.active():
            self._wake.cancel()
        if due is not None:
            self._wake = self._clock.callLater(max(0.0, due - self.seconds()), self._tick)

    def _tick(self) -> None:
        self.turns.lead("tick")

    def ask(self, question: str, *arguments: Any) -> object:
        return getattr(self, question)(*arguments)

    def bind(self, number: int, address: TransportAddress) -> TransportAddress:
        port = self._datagrams.bind(address, _Datagrams(self.turns, number))
        self._there[number] = port
        bound: TransportAddress = port.address
        return bound

    def bindMulticast(
        self, number: int, group: TransportAddress, interface: str
    ) -> TransportAddress:
        user = _Datagrams(self.turns, number)
        self._there[number] = self._datagrams.bindMulticast(group, interface, user)
        return group

    def listen(self, number: int, address: TransportAddress) -> TransportAddress:
        accepting = functools.partial(self._accepted, number)
        listening = self._listener.listen(address, accepting)
        self._there[number] = listening
        bound: TransportAddress = listening.address
        return bound

    def _accepted(self, listening: int, peer: TransportAddress) -> IStreamUser | None:
        number = self.turns.lead("accepted", listening, peer)
        return None if number is None else _Stream(self.turns, number, self._there)

    def bindPair(self, number: int, host: str) -> tuple[TransportAddress, TransportAddress]:
        pair = self._pairs[number] = self._ports.bind(host)
        return pair.rtp, pair.rtcp

    # What leaves.

    def carryOut(self, output: Output) -> None:
        getattr(self, f"_{output[0]}")(*output[1:])

    def _send(self, number: int, *arguments: Any) -> None:
        if number in self._there:
            self._there[number].send(*arguments)

    def _unbind(self, number: int) -> None:
        self._there.pop(number).close()

    def _stopListening(self, number: int) -> None:
        self._there.pop(number).stop()

    def _open(self, number: int, address: TransportAddress, *how: Any) -> None:
        timeout, local, ports = how
        user = _Stream(self.turns, number, self._there)
        opening = self._opener.open(address, user, timeout, local, ports)
        self._there.setdefault(number, opening)

    def _write(self, number: int, data: bytes) -> None:
        if number in self._there:
            self._there[number].write(data)

    def _close(self, number: int) -> None:
        if number in self._there:
            self._there[number].close()

    def _abort(self, number: int) -> None:
        if number in self._there:
            self._there[number].abort()

    def _cancel(self, number: int) -> None:
        opening: Any = self._there.get(number)  # Any: or a connection, which is open
        if hasattr(opening, "cancel"):
            opening.cancel()

    def _media(self, number: int, name: str, arguments: tuple[Any, ...]) -> None:
        real = [self._real(each) for each in arguments]
        plane = self.planes[number]
        command = getattr(plane.commands, name)
        plane.inbox.append(lambda packets: command(packets, *real))

    def _real(self, argument: Any) -> Any:  # Any: as commands differ
        match argument:
            case Pair():
                return self._pairs[argument.number]
            case Crossing():
                return self._crossing
        return argument

    def _relay(self, command: RelayCommand) -> None:
        self._relays.command(command)

    def _closePair(self, number: int) -> None:
        self._pairs[number].close()


class _RelayIO(NetworkRelayIO):
    """
    The ports of relays, by the pairs that stand for them inside.
    """

    def __init__(self, pairs: dict[int, IPortPair]) -> None:
        self._pairs = pairs

    def add(self, pair: IPortPair, rtp: Reader, rtcp: Reader) -> tuple[Sender, Sender]:
        return super().add(self._real(pair), rtp, rtcp)

    def prefixed(self, pair: IPortPair, control: bool, prefix: bytes) -> Sender:
        return super().prefixed(self._real(pair), control, prefix)

    def remove(self, pair: IPortPair) -> None:
        super().remove(self._real(pair))

    def _real(self, pair: IPortPair) -> IPortPair:
        assert isinstance(pair, Pair)
        real = self._pairs[pair.number]
        assert isinstance(real, NetworkPair)
        return real


@implementer(IDatagramUser)
class _Datagrams:
    def __init__(self, turns: Turns, number: int) -> None:
        self._turns = turns
        self._number = number

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self._turns.lead("datagram", self._number, bytes(data), source)


@implementer(IStreamUser)
class _Stream:
    def __init__(self, turns: Turns, number: int, there: dict[int, Any]) -> None:
        self._turns = turns
        self._number = number
        self._there = there

    def streamOpened(self, stream: IStream) -> None:
        self._there[self._number] = stream
        self._turns.lead("opened", self._number, stream.local, stream.peer)

    def streamReceived(self, data: bytes) -> None:
        self._turns.lead("received", self._number, bytes(data))

    def streamClosed(self, reason: str) -> None:
        self._there.pop(self._number, None)
        self._turns.lead("closed", self._number, reason)


class LedServer(SimulatedServer):
    """
    One server, led in turns.

    @ivar inside: what it is made of.
    @ivar table: of the relays, which is outside.
    """

    def __init__(
        self,
        world: Simulation,
        address: str,
        configuration: Configuration | None = None,
        others: Sequence[str] = (),
    ) -> None:
        given = configuration or Configuration()
        given = replace(given, server=replace(given.server, bind=address))
        outside = _Outside(world, world.network.host(address), given.media)
        rng = world.chance(address)
        self.address = address
        self.turns, self.table = outside.turns, outside.table
        self.inputs = TurnedInputs(self.turns)
        formats = outside.planes[0].formats
        self.inside: Inside = self.turns.lead(
            "begin", functools.partial(Inside, self.turns, given, rng, self.table, formats)
        )
        self.server = self.inside.server
        self.facts = self.inside.facts
        self.turns.lead("begin", self.server.start)
        self._drivers = outside.media
        for driver in self._drivers:
            driver.start()

    def left(self, _: None) -> None:
        for driver in self._drivers:
            driver.stop()
