"""
What media processes were told that still holds: what another has to be told, to go on for one that
died.

Of what was told twice, the last is kept, in the place of the first: keys after the stream that they
are of, a mute after the room that it is about.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from h323d.call.media import ISampleSink, ISampleSource
from h323d.call.ports import IPortPair
from h323d.media.relay.table import RelayEnd
from h323d.media.reports import DigitBegun, DigitOver, Heard
from h323d.rtp.events import MOST_WAITING
from h323d.values.address import TransportAddress
from h323d.values.media.streams import Stream

__all__ = ["Command", "KnownParty", "KnownPort", "KnownRelay", "Remembered"]

Command = tuple[str, tuple[Any, ...]]
"""
Its name, and what it takes; Any, as commands differ.
"""

_IN_A_ROOM = ("join", "mute", "deafen")


@dataclass(slots=True)
class KnownDigit:
    """
    @ivar begun: the timestamp with which it is being sent; C{None} while it waits.
    """

    digit: str
    milliseconds: int
    begun: int | None = None


@dataclass(slots=True)
class KnownPort:
    """
    @ivar door: the number of the plane that it is in, or was last.
    @ivar commands: what it was told, by what that is about.
    @ivar leaves: with what it was told to leave there: C{closePort} or C{dismiss}; empty if it
        stays.
    @ivar place: where its peer is, as was negotiated last.
    @ivar digits: those that its peer has not been sent wholly.
    @ivar owed: whether the plane has to be told them once the port is in a room there.
    """

    door: int
    pair: IPortPair
    commands: dict[str, Command] = field(default_factory=dict)
    leaves: str = ""
    place: TransportAddress | None = None
    digits: deque[KnownDigit] = field(default_factory=deque)
    owed: bool = False

    def negotiate(self, stream: Stream) -> None:
        """
        Whoever is to be elsewhere from now on, has to be found anew.
        """
        place = None if stream.transmit is None else stream.transmit.rtp
        if place is not None and place != self.place:
            self.place = place
            self.commands.pop("find", None)

    def sending(self, portId: int) -> list[Command]:
        """
        What has its digits sent, now or when it is in a room.
        """
        self.owed = "join" not in self.commands
        digits = () if self.owed else self.digits
        return [
            ("sendDigit", (portId, each.digit, each.milliseconds, each.begun)) for each in digits
        ]

    def leaveRoom(self) -> None:
        for each in _IN_A_ROOM:
            self.commands.pop(each, None)


@dataclass(slots=True)
class KnownParty:
    """
    @ivar leaves: whether it was detached, and its slot is not free yet.
    """

    door: int
    room: int
    source: ISampleSource | None
    sink: ISampleSink | None
    leaves: bool = False


@dataclass(slots=True)
class KnownRelay:
    """
    @ivar place: of the process that it is in.
    @ivar closes: whether it was told to.
    """

    place: int
    ends: tuple[RelayEnd, RelayEnd]
    aims: dict[int, Command] = field(default_factory=dict)
    closes: bool = False

    @property
    def ownPairs(self) -> list[IPortPair]:
        """
        Those that no other relay shares.
        """
        return [end.pair for end in self.ends if end.multiplexID is None]


class Remembered:
    """
    @ivar ports: by their numbers; until they have closed.
    @ivar parties: likewise.
    @ivar relays: likewise.
    """

    def __init__(self) -> None:
        self.ports: dict[int, KnownPort] = {}
        self.parties: dict[int, KnownParty] = {}
        self.relays: dict[int, KnownRelay] = {}
        self._rooms: dict[int, tuple[int, tuple[Any, ...]]] = {}  # by number: door, arguments
        self._networks: dict[int, tuple[Any, ...]] = {}  # by door
        self._relayNetworks: tuple[Any, ...] | None = None

    def note(self, door: int, name: str, arguments: tuple[Any, ...]) -> None:
        """
        A plane is told something.

        @param arguments: Any, as commands differ.
        """
        first, *rest = arguments
        match name:
            case "know":
                self._networks[door] = arguments
            case "openRoom":
                self._rooms[first] = door, arguments
            case "closeRoom":
                self._closeRoom(first)
            case "attach":
                self.parties[rest[0]] = KnownParty(door, first, rest[1], rest[2])
            case "detach":
                self._detach(first)
            case "openPort":
                self.ports[first] = KnownPort(door, rest[0])
            case "join" | "leave" | "mute" | "deafen":
                self._noteMember(name, arguments)
            case "sendHandshake":
                pass  # of the moment
            case "sendDigit":
                self._noteDigit(first, *rest)
            case _:
                self._notePort(name, arguments)

    def _closeRoom(self, number: int) -> None:
        self._rooms.pop(number, None)
        for port in self.ports.values():
            join = port.commands.get("join")
            if join is not None and join[1][0] == number:
                port.leaveRoom()

    def _detach(self, partyId: int) -> None:
        party = self.parties.get(partyId)
        if party is not None:
            party.leaves, party.source, party.sink = True, None, None

    def _noteMember(self, name: str, arguments: tuple[Any, ...]) -> None:
        port = self.ports.get(arguments[1])
        if port is None:
            return
        if name in ("join", "leave"):  # who joins is neither muted nor deaf
            port.leaveRoom()
        if name != "leave":
            port.commands[name] = name, arguments

    def _notePort(self, name: str, arguments: tuple[Any, ...]) -> None:
        port = self.ports.get(arguments[0])
        if port is None:
            return
        if name in ("closePort", "dismiss"):
            port.leaveRoom()
            port.leaves = name
        elif name == "encrypt":
            port.commands[f"{name} {arguments[2]}"] = name, arguments
        else:
            port.commands[name] = name, arguments
            if name == "configure":
                port.commands.pop("expectHandshake", None)
                port.negotiate(arguments[1])

    def _noteDigit(self, portId: int, digit: str, milliseconds: int) -> None:
        port = self.ports.get(portId)
        if port is not None and len(port.digits) <= MOST_WAITING:  # and one is being sent
            port.digits.append(KnownDigit(digit, milliseconds))

    def defers(self, name: str, arguments: tuple[Any, ...]) -> bool:
        """
        Whether something is a digit that a plane is to be told later (L{owed}).
        """
        port = self.ports.get(arguments[0])
        return name == "sendDigit" and port is not None and port.owed

    def owed(self, name: str, arguments: tuple[Any, ...]) -> list[Command]:
        """
        The digits of whoever has just joined a room.
        """
        port = self.ports.get(arguments[1]) if name == "join" else None
        return port.sending(arguments[1]) if port is not None and port.owed else []

    def learn(self, report: Heard | DigitBegun | DigitOver) -> None:
        """
        A plane reports of a port.
        """
        port = self.ports.get(report.portId)
        if port is None:
            return
        match report:
            case Heard(portId, source):
                port.commands["find"] = "find", (portId, source)
            case DigitBegun(_, timestamp) if port.digits:
                port.digits[0].begun = timestamp
            case DigitOver() if port.digits:
                port.digits.popleft()

    def noteRelay(self, place: int, name: str, arguments: tuple[Any, ...]) -> None:
        """
        The relays are told something.

        @param place: of the process that is told.
        @param arguments: Any, as commands differ.
        """
        first, *rest = arguments
        if name == "know":
            self._relayNetworks = arguments
        elif name == "open":
            self.relays[first] = KnownRelay(place, *rest)
        elif name == "close":
            self.relays[first].closes = True
        elif first in self.relays:
            self.relays[first].aims[rest[0]] = name, arguments

    # What holds

    def roomsAt(self, door: int) -> Iterator[Command]:
        """
        What makes the rooms of a plane, and those in them who have no port.
        """
        if door in self._networks:
            yield "know", self._networks[door]
        for each, arguments in self._rooms.values():
            if each == door:
                yield "openRoom", arguments
        for partyId, party in self.parties.items():
            if party.door == door and not party.leaves:
                yield "attach", (party.room, partyId, party.source, party.sink)

    def portsAt(self, door: int) -> Mapping[int, KnownPort]:
        """
        Those of a plane, by their numbers.
        """
        return {number: port for number, port in self.ports.items() if port.door == door}

    def relaysAt(self, place: int) -> Mapping[int, KnownRelay]:
        """
        Those of a process, by their numbers.
        """
        return {number: relay for number, relay in self.relays.items() if relay.place == place}

    def relaying(self, place: int) -> Iterator[Command]:
        """
        What makes the relays of a process.
        """
        if self._relayNetworks is not None:
            yield "know", self._relayNetworks
        for relayId, relay in self.relaysAt(place).items():
            if not relay.closes:
                yield "open", (relayId, relay.ends)
                yield from relay.aims.values()
