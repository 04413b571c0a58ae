"""
Ports for media, and commands to it, of a server that is entered in turns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from zope.interface import implementer

from h323d.call.applications import Priority
from h323d.call.ports import IPortPair, IPortSource
from h323d.ha.doors import Doors
from h323d.ha.turns import Turns
from h323d.media.door import PlaneDoor
from h323d.media.relay.pool import RelayCommand
from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat

__all__ = ["Pair", "Pairs", "Relaying", "TurnedDoor"]


@implementer(IPortPair)
@dataclass(frozen=True)
class Pair:
    """
    Two ports for media, which are outside.
    """

    turns: Turns = field(repr=False, compare=False)
    number: int
    rtp: TransportAddress
    rtcp: TransportAddress

    def close(self) -> None:
        self.turns.emit(Doors.closePair, self.number)


@implementer(IPortSource)
class Pairs:
    """
    Hands out pairs of ports.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def bind(self, host: str, priority: Priority = Priority.NORMAL) -> Pair:
        number = self._turns.number()
        return Pair(self._turns, number, *self._turns.ask(Doors.bindPair, number, host))


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


class TurnedDoor(PlaneDoor):
    """
    A door whose commands leave in turns.
    """

    def __init__(self, turns: Turns, number: int, formats: tuple[MediaFormat, ...]) -> None:
        plane: Any = _Plane(formats)  # Any: the part of a plane
        super().__init__(plane)
        self._turns = turns
        self._number = number

    def command(self, method: Any, *arguments: Any) -> None:  # Any: a name here
        self._turns.emit(Doors.command, self._number, self._turns.number(), method, arguments)


class Relaying:
    """
    Lets the commands of relays leave in turns.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def command(self, command: RelayCommand) -> None:
        name = command.method.__name__
        self._turns.emit(Doors.relay, self._turns.number(), name, command.arguments)
