"""
A media process: planes and relays with their threads, obeying what comes by a door.

Signalling, at the other side of it, binds the sockets and negotiates; each command has a number,
and one that was obeyed already is not obeyed again, so that whoever takes over there may repeat
what may not have arrived.  What planes and relays report goes back the same way, each message with
its number, and with that of the last command that was heard.  If nobody reads that for a while,
sound goes on: what is only of the moment is not told then.

When the door closes, the process ends.  It never decides anything, and nothing that a peer sends
reaches it but packets.
"""

from __future__ import annotations

import random
import select
import socket
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from twisted.logger import Logger
from zope.interface import implementer

from h323d.call.ports import IPortPair
from h323d.doorway import Doorway
from h323d.dsp.codec import ICodec
from h323d.errors import ConfigurationError, DecodeError, H323dError
from h323d.inputs import IInputs, Input, Receiver
from h323d.media.config import MediaConfig
from h323d.media.door import PlaneDoor
from h323d.media.farparty import FarParty
from h323d.media.ports import GivenSockets
from h323d.media.relay.pool import RelayCommand
from h323d.media.relay.reports import RelaysSurveyed
from h323d.media.relay.table import RelayEnd, RelayTable
from h323d.media.relay.thread import RelayThread
from h323d.media.reports import Surveyed
from h323d.media.thread import MediaThreads, newPlanes
from h323d.media.wire import VERSION, TooLong, decode, encode
from h323d.values.address import TransportAddress

__all__ = ["Build", "Builder", "Given", "MediaProcess", "ProcessDoor", "Threads", "Works", "serve"]

PLANE_COMMANDS = frozenset(
    (
        *("openPort", "know", "configure", "find", "expectHandshake", "sendHandshake", "encrypt"),
        *("sendDigit", "closePort", "dismiss", "openRoom", "closeRoom", "join", "leave"),
        *("mute", "deafen", "attach", "detach"),
    )
)
RELAY_COMMANDS = frozenset(("know", "open", "aim", "close"))
"""
What planes and relays may be told by the door.
"""

_PARTS = 100  # ports, or relays, in a message that surveys them
_MOST_WAITING = 200  # messages from which on what is only of the moment is not told
_LOOK = 100  # milliseconds between two looks at what still has to leave
_SURVEYS = (Surveyed, RelaysSurveyed)

ChooseCodecs = Callable[[Sequence[str]], Sequence[ICodec]]


@implementer(IInputs)
class ProcessDoor:
    """
    What threads report here, on its way out.  Any thread may tell.

    @ivar heard: the number of the last command.
    """

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway
        self._lock = threading.Lock()
        self._said = 0
        self.heard = 0

    def lead(self, kind: Input, receiver: Receiver) -> None:
        raise AssertionError("reports of a media process go out by its door alone")

    def enter(self, kind: Input, *arguments: object) -> object:
        if kind is Input.RELAYED:
            (reports,) = arguments
            self._tellApart("relayed", (), reports)
        else:
            number, reports = arguments
            self._tellApart("heard", (number,), reports)
        return None

    def _tellApart(self, name: str, whose: tuple[object, ...], reports: Any) -> None:
        """
        @param reports: Any: sequences of the planes' or of the relays'.
        """
        told = [each for each in reports if not isinstance(each, _SURVEYS)]
        if told:
            self._tellAll(name, whose, told)
        for each in reports:
            if isinstance(each, _SURVEYS):
                for part in _partsOf(each):
                    self.tell(name, *whose, [part], passing=True)

    def _tellAll(self, name: str, whose: tuple[object, ...], reports: list[object]) -> None:
        """
        Say them in as few messages as it takes.
        """
        try:
            self.tell(name, *whose, reports)
        except TooLong:
            if len(reports) == 1:
                raise
            half = len(reports) // 2
            self._tellAll(name, whose, reports[:half])
            self._tellAll(name, whose, reports[half:])

    def tell(self, name: str, *arguments: object, passing: bool = False) -> None:
        """
        Say a message.

        @param passing: whether it may be left out if nobody listens, as the next says more.
        """
        with self._lock:
            if not passing or self._doorway.waiting < _MOST_WAITING:
                self._doorway.send(encode((self._said + 1, self.heard, name, *arguments)))
                self._said += 1

    def flush(self) -> None:
        """
        Let out what still waits.
        """
        with self._lock:
            self._doorway.flush()


def _partsOf(report: Surveyed | RelaysSurveyed) -> Sequence[Surveyed | RelaysSurveyed]:
    if isinstance(report, RelaysSurveyed):
        figures = list(report.figures.items())
        starts = range(0, max(len(figures), 1), _PARTS)
        return [RelaysSurveyed(dict(figures[start : start + _PARTS])) for start in starts]
    return [
        Surveyed(
            part,
            report.plane,
            {each: report.shields[each] for each in part.rows if each in report.shields},
        )
        for part in report.survey.parts(_PARTS)
    ]


class Threads(Protocol):
    """
    What ticks planes, and relays.
    """

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """Obey what was asked, close all ports, and end."""


@dataclass(frozen=True, slots=True)
class Works:
    """
    What a process has, once it has begun.

    @ivar relay: hands a command to what forwards.
    """

    planes: Sequence[PlaneDoor]
    table: RelayTable
    relay: Callable[[RelayCommand], None]
    threads: Threads


class Given(Protocol):
    """
    Makes something of the descriptors that come with a command.
    """

    def pair(
        self, rtp: TransportAddress, rtcp: TransportAddress, first: int, second: int
    ) -> IPortPair:
        """A pair of ports, of two descriptors; the same for the same two, if it likes."""

    def close(self, descriptor: int) -> None:
        """Nobody wants it."""


Build = Callable[[MediaConfig, Sequence[str], IInputs], Works]
"""
Makes them, with the codecs of these names; what they report enters there.
"""


class MediaProcess:
    """
    @ivar isOver: whether it has been told to end.
    """

    _log = Logger()

    def __init__(self, door: ProcessDoor, build: Build, given: Given) -> None:
        self._door = door
        self._build = build
        self._given = given
        self._works: Works | None = None
        self._parties: dict[int, FarParty] = {}
        self._trunks: dict[TransportAddress, IPortPair] = {}
        self.isOver = False

    def take(self, octets: bytes, descriptors: list[int]) -> None:
        """
        Obey a command, unless that was done.

        @param descriptors: of sockets that it is about, which are its own to close.
        """
        left = deque(descriptors)
        try:
            number, name, *arguments = decode(octets)
            if number > self._door.heard:
                self._door.heard = number
                self._obey(name, arguments, left)
        except (DecodeError, ValueError, TypeError, KeyError, IndexError):
            self._log.failure("a command that cannot be obeyed")
        for each in left:
            self._given.close(each)

    def _obey(self, name: str, arguments: list[Any], descriptors: deque[int]) -> None:
        """
        @param arguments: Any, as commands differ.
        """
        match name:
            case "begin":
                self._begin(*arguments)
            case "plane":
                self._commandPlane(descriptors, *arguments)
            case "relay":
                self._commandRelay(descriptors, *arguments)
            case "sound":
                partyId, *pieces = arguments
                if partyId in self._parties:
                    self._parties[partyId].give(*pieces)
            case "end":
                self.stop()
            case _:
                raise ValueError(f"no command is called {name}")

    def _begin(self, version: int, config: MediaConfig, codecs: Sequence[str]) -> None:
        """
        Make everything, and be ready; or say why not, and end.
        """
        try:
            if version != VERSION:
                raise ConfigurationError("the door", f"of version {VERSION}, and not {version}")
            self._works = self._build(config, codecs, self._door)
        except H323dError as error:
            self._door.tell("failed", str(error))
            self.isOver = True
            return
        self._works.threads.start()
        self._door.tell("ready", self._works.planes[0].formats)

    def _commandPlane(
        self, descriptors: deque[int], number: int, name: str, arguments: Sequence[Any]
    ) -> None:
        if name not in PLANE_COMMANDS or self._works is None:
            raise ValueError(f"planes have no command {name}")
        if name == "openPort":
            portId, rtp, rtcp, position = arguments
            arguments = portId, self._pairOf(rtp, rtcp, descriptors), position
        elif name == "attach":
            arguments = self._partyOf(*arguments)
        elif name == "detach":
            self._parties.pop(arguments[0], None)
        door = self._works.planes[number]
        door.command(getattr(door.commands, name), *arguments)

    def _partyOf(
        self, mixerId: int, partyId: int, plays: bool, hears: bool
    ) -> tuple[int, int, FarParty | None, FarParty | None]:
        party = self._parties[partyId] = FarParty(partyId, self._door.tell)
        return mixerId, partyId, party if plays else None, party if hears else None

    def _commandRelay(self, descriptors: deque[int], name: str, arguments: Sequence[Any]) -> None:
        if name not in RELAY_COMMANDS or self._works is None:
            raise ValueError(f"relays have no command {name}")
        if name == "open":
            relayId, ends = arguments
            arguments = relayId, tuple(self._endOf(descriptors, *each) for each in ends)
        self._works.relay(RelayCommand(getattr(self._works.table, name), tuple(arguments)))

    def _endOf(
        self,
        descriptors: deque[int],
        rtp: TransportAddress,
        rtcp: TransportAddress,
        multiplexID: int | None,
    ) -> RelayEnd:
        """
        Ports that many relays share come with each of them, and are taken once.
        """
        pair = self._pairOf(rtp, rtcp, descriptors)
        if multiplexID is None:
            return RelayEnd(pair)
        known = self._trunks.setdefault(rtp, pair)
        if known is not pair:
            pair.close()
        return RelayEnd(known, multiplexID)

    def _pairOf(
        self, rtp: TransportAddress, rtcp: TransportAddress, descriptors: deque[int]
    ) -> IPortPair:
        return self._given.pair(rtp, rtcp, descriptors.popleft(), descriptors.popleft())

    def stop(self) -> None:
        """
        Obey what was asked, say goodbye, and end.
        """
        self.isOver = True
        if self._works is not None:
            self._works.threads.stop()
            self._works = None


def _atOnce(method: Callable[..., object], *arguments: object, **named: object) -> None:
    method(*arguments, **named)


@dataclass(frozen=True, slots=True)
class Builder:
    """
    Makes what a process has, over real sockets.

    @ivar rng: draws what no command names.
    @ivar chooseCodecs: finds the codecs that have these names, best first; all, for none.
    """

    rng: random.Random
    chooseCodecs: ChooseCodecs

    def __call__(self, config: MediaConfig, codecs: Sequence[str], inputs: IInputs) -> Works:
        chosen = self.chooseCodecs(codecs)
        planes, threads = newPlanes(config, self.rng, inputs, _atOnce, chosen)
        table = RelayTable(config.latchAnyHost)
        relays = RelayThread(table, _atOnce, inputs)
        return Works(planes, table, relays.command, MediaThreads(threads, relays))


def serve(end: socket.socket, chooseCodecs: ChooseCodecs) -> None:
    """
    Be a media process until the door closes, or one is told to end.
    """
    doorway = Doorway(end)
    door = ProcessDoor(doorway)
    process = MediaProcess(door, Builder(random.SystemRandom(), chooseCodecs), GivenSockets())
    poll = select.poll()
    poll.register(doorway.fileno(), select.POLLIN)
    isOpen = True
    while isOpen and not process.isOver:
        if poll.poll(_LOOK):
            isOpen = doorway.receive(process.take)
        door.flush()
    process.stop()
    door.flush()
