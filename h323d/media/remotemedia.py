"""
The media processes of a server, and what becomes of calls when one dies.

What they are told is remembered for as long as it holds.  A spare has everything loaded, and waits:
when a process dies, the kernel says so at once, and the spare is told all that the dead one was,
with the sockets, which signalling has kept too.  Streams go on as the same sources
(L{h323d.media.positions}); who talks to whom, and what was negotiated, is not touched at all.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.call.media import PortStatistics
from h323d.call.ports import IPortPair
from h323d.events.bus import EventBus
from h323d.events.server import MediaProcessLost
from h323d.media.children import Child, Children, ILauncher
from h323d.media.config import MediaConfig
from h323d.media.progress import Progress, RelayCounts, newProgress
from h323d.media.relay.pool import RelayCommand
from h323d.media.relay.reports import RelayClosed, RelayReport, RelaysSurveyed
from h323d.media.relay.table import RelayEnd
from h323d.media.remembered import Remembered
from h323d.media.remotedoor import RemoteDoor
from h323d.media.reports import (
    Closed,
    Departed,
    DigitBegun,
    DigitOver,
    Heard,
    Report,
    Surveyed,
)
from h323d.media.wire import VERSION
from h323d.values.media.formats import MediaFormat

__all__ = ["Loss", "RemoteMedia"]


@dataclass(slots=True)
class Loss:
    """
    What a process that died would have had to report: what it was told to let go, it has.

    @ivar reports: by the number of the plane.
    """

    reports: dict[int, list[Report]] = field(default_factory=dict)
    relays: list[RelayReport] = field(default_factory=list)


class RemoteMedia:
    """
    The processes, and what they were told.

    @ivar doors: of their planes: those of the first process first.
    """

    _log = Logger()

    def __init__(
        self,
        config: MediaConfig,
        codecs: Sequence[str],
        formats: tuple[MediaFormat, ...],
        launcher: ILauncher,
        clock: IReactorTime,
        rng: random.Random,
        events: EventBus,
    ) -> None:
        """
        @param codecs: the names that the configuration has.
        @param formats: what can be mixed by these.
        @param rng: draws what streams begin with; must not be guessed.
        """
        greeting = ("begin", VERSION, config, tuple(codecs))
        self._children = Children(launcher, clock, greeting, config.spareProcesses, self._fill)
        self._formats = formats
        self._clock = clock
        self._rng = rng
        self._events = events
        self._threads = config.threads
        self._remembered = Remembered()
        self._progress: dict[int, Progress] = {}
        self._relayCounts = RelayCounts()
        self._serving: list[Child | None] = [None] * config.processes
        self._isRunning = False
        planes = range(config.processes * config.threads)
        self.doors = [RemoteDoor(formats, number, self) for number in planes]

    # What the pool tells

    def command(self, number: int, name: str, arguments: tuple[Any, ...]) -> None:
        """
        Tell a plane something.

        @param arguments: Any, as commands differ.
        """
        if name == "arrive":
            self._arrive(number, arguments[0])
            return
        if name == "depart":  # to wherever: planes of two processes share nothing
            name, arguments = "dismiss", arguments[:1]
        self._remembered.note(number, name, arguments)
        if name == "openPort":
            portId = arguments[0]
            self._progress[portId] = newProgress(self._rng, self._clock.seconds())
            self._open(portId)
        elif not self._remembered.defers(name, arguments):
            self._tell(number, name, arguments)
            for digit in self._remembered.owed(name, arguments):
                self._tell(number, *digit)

    def _arrive(self, number: int, portId: int) -> None:
        port = self._remembered.ports.get(portId)
        if port is not None:
            port.door, port.leaves = number, ""
            self._open(portId)

    def _open(self, portId: int) -> None:
        """
        Have a port where it is to be, and as it was.
        """
        port = self._remembered.ports[portId]
        child = self._childOf(port.door)
        if child is not None:
            pair, position = port.pair, self._progress[portId].position
            opening = "openPort", (portId, pair.rtp, pair.rtcp, position)
            child.say("plane", port.door % self._threads, *opening, pairs=(pair,))
        for name, arguments in (*port.commands.values(), *port.sending(portId)):
            self._tell(port.door, name, arguments)

    def _tell(self, number: int, name: str, arguments: tuple[Any, ...]) -> None:
        child = self._childOf(number)
        if child is None:
            return  # it will be, as it is remembered
        if name == "attach":
            *whose, source, sink = arguments
            arguments = (*whose, source is not None, sink is not None)
        child.say("plane", number % self._threads, name, arguments)

    def _childOf(self, number: int) -> Child | None:
        return self._serving[number // self._threads]

    def relay(self, command: RelayCommand) -> None:
        """
        Tell the relays something; all processes have some.
        """
        name, arguments = command.method.__name__, command.arguments
        for place in self._placesOf(name, *arguments):
            self._remembered.noteRelay(place, name, arguments)
            self._tellRelays(place, name, arguments)

    def _placesOf(self, name: str, first: Any, *rest: Any) -> Iterable[int]:
        """
        Where a command about relays belongs.

        A new relay goes to the process that has the fewest; but whoever shares its ports with
        others has to be where they are, and its two ends may be shared with different ones.
        """
        places = range(len(self._serving))
        known = self._remembered.relays
        if name == "know":
            return places
        if name != "open":
            return (known[first].place,) if first in known else ()
        if any(end.multiplexID is not None for end in rest[0]):
            return (0,)
        taken = Counter(each.place for each in known.values())
        return (min(places, key=taken.__getitem__),)

    def _tellRelays(self, place: int, name: str, arguments: tuple[Any, ...]) -> None:
        child = self._serving[place]
        if child is None:
            return
        pairs: list[IPortPair] = []
        if name == "open":
            relayId, ends = arguments
            arguments = relayId, [_placeOf(each) for each in ends]
            pairs = [each.pair for each in ends]
        child.say("relay", name, arguments, pairs=pairs)

    def statisticsOf(self, portId: int) -> PortStatistics | None:
        """
        A port's figures; C{None} if there are none.
        """
        progress = self._progress.get(portId)
        return None if progress is None else progress.statistics(portId)

    # What processes tell

    def heard(self, number: int, message: int, commands: int) -> bool:
        """
        A process says something.

        @param message: its number.
        @param commands: how many the process has heard.

        @return: whether it is something new, and not what was said to one who died over it.
        """
        return self._children.heard(number, message, commands)

    def serves(self, number: int) -> int | None:
        """
        @param number: of a process.
        @return: the number of its first plane; C{None} if it has none.
        """
        for place, child in enumerate(self._serving):
            if child is not None and child.number == number:
                return place * self._threads
        return None

    def ready(self, number: int, formats: Sequence[MediaFormat]) -> None:
        """
        A process has begun.
        """
        self._children.ready(number)
        if tuple(formats) != self._formats:
            self._log.error("a media process has other codecs: {formats}", formats=formats)

    def noted(self, reports: Iterable[Report]) -> None:
        """
        Learn what a plane has to report.
        """
        now = self._clock.seconds()
        for report in reports:
            match report:
                case Surveyed(survey, _, shields):
                    for portId in survey.rows:
                        if portId in self._progress:
                            self._progress[portId].surveyed(
                                survey, shields.get(portId, (None, None))
                            )
                case Heard() | DigitBegun() | DigitOver():
                    self._remembered.learn(report)
                case Departed(portId, position):
                    if portId in self._progress:
                        self._progress[portId].departed(portId, position, now)
                case Closed(portId):
                    self._closed(portId)

    def _closed(self, number: int) -> None:
        """
        A port has closed, or a party is detached.
        """
        self._remembered.parties.pop(number, None)
        port = self._remembered.ports.pop(number, None)
        if port is not None:
            port.pair.close()
            del self._progress[number]

    def relaysNoted(self, reports: Iterable[RelayReport]) -> list[RelayReport]:
        """
        Learn what the relays have to report.

        @return: what they have, in all processes that they were in.
        """
        found: list[RelayReport] = []
        for report in reports:
            match report:
                case RelaysSurveyed(figures):
                    report = RelaysSurveyed(self._relayCounts.surveyed(figures))
                case RelayClosed(relayId):
                    self._relayCounts.closed(relayId)
                    relay = self._remembered.relays.pop(relayId, None)
                    for pair in [] if relay is None else relay.ownPairs:
                        pair.close()
            found.append(report)
        return found

    def wanted(self, number: int, partyId: int, count: int, sampleRate: int, pieces: int) -> None:
        """
        A process wants to play a local party's sound.
        """
        party = self._remembered.parties.get(partyId)
        place = self.serves(number)
        child = None if place is None else self._childOf(place)
        if party is None or party.source is None or child is None:
            return
        try:
            sound = [party.source.read(count, sampleRate).tobytes() for _ in range(pieces)]
        except Exception:  # the fence: a source that fails is heard no more
            self._log.failure("a source of sound failed")
            party.source = None
            return
        child.say("sound", partyId, count, sampleRate, sound)

    def sounded(self, partyId: int, octets: bytes, sampleRate: int) -> None:
        """
        A local party hears something.
        """
        party = self._remembered.parties.get(partyId)
        if party is None or party.sink is None:
            return
        try:
            party.sink.write(np.frombuffer(octets, np.int16), sampleRate)
        except Exception:  # the fence: a sink that fails hears no more
            self._log.failure("a sink of sound failed")
            party.sink = None

    # Processes

    def start(self) -> None:
        """
        Begin them, and the spares.
        """
        self._isRunning = True
        self._fill()
        self._children.watch()

    def stop(self) -> None:
        """
        Let them close all ports, and end.  Waits for it.
        """
        self._isRunning = False
        self._children.stop()
        self._serving = [None] * len(self._serving)

    def figures(self) -> dict[str, float]:
        """
        For an operator to read.
        """
        return {
            "processes": sum(each is not None and each.isReady for each in self._serving),
            "spareProcesses": len(self._children.spares),
            "processesLost": self._children.lost,
        }

    def ended(self, number: int) -> Loss:
        """
        A process is not there any more.
        """
        loss = Loss()
        if not self._isRunning or number not in self._children:
            return loss
        place, spares = self.serves(number), self._children.spares
        if self._children.ended(number) or place is None:
            self._log.error("a spare media process has ended")
            self._children.provide()
            return loss
        self._serving[place // self._threads] = None
        ports = self._leave(range(place, place + self._threads), loss)
        relays = self._leaveRelays(place // self._threads, loss)
        self._log.error(
            "a media process has ended: {ports} ports and {relays} relays go on in another",
            ports=ports,
            relays=relays,
        )
        self._fill()
        fact = MediaProcessLost(self._clock.seconds(), ports, relays, bool(spares))
        self._events.publish(fact)
        return loss

    def _leave(self, planes: Iterable[int], loss: Loss) -> int:
        """
        @return: how many ports were there.
        """
        known, count = self._remembered, 0
        for number in planes:
            told = loss.reports[number] = []
            for portId, port in known.portsAt(number).items():
                count += 1
                if port.leaves == "closePort":
                    told.append(Closed(portId))
                elif port.leaves:
                    told.append(Departed(portId))
            for partyId, party in known.parties.items():
                if party.leaves and party.door == number:
                    told.append(Closed(partyId))
        return count

    def _leaveRelays(self, place: int, loss: Loss) -> int:
        """
        @return: how many relays were there.
        """
        relays = self._remembered.relaysAt(place)
        self._relayCounts.goOn(relays)
        loss.relays += [RelayClosed(each) for each, relay in relays.items() if relay.closes]
        return len(relays)

    def _fill(self) -> None:
        """
        Have a process in each place, with all that there is to be.
        """
        if not self._isRunning:
            return
        for place, child in enumerate(self._serving):
            if child is None:
                self._serving[place] = self._children.take()
                if self._serving[place] is not None:
                    self._serve(place)
        self._children.provide()

    def _serve(self, place: int) -> None:
        now = self._clock.seconds()
        for number in range(place * self._threads, (place + 1) * self._threads):
            for name, arguments in self._remembered.roomsAt(number):
                self._tell(number, name, arguments)
            for portId, port in self._remembered.portsAt(number).items():
                if not port.leaves:
                    self._progress[portId].goesOn(portId, now)
                    self._open(portId)
        for name, arguments in self._remembered.relaying(place):
            self._tellRelays(place, name, arguments)


def _placeOf(end: RelayEnd) -> tuple[Any, ...]:
    return end.pair.rtp, end.pair.rtcp, end.multiplexID
