"""
Media processes of a server that is entered in turns, and the ports that they are given.

A process outlives whoever commands it.  So each message that it is told is kept until it has said
itself that it has heard it; whoever takes over says the rest once more, and the process takes no
notice of what it knows.  Processes and ports are the world's (L{h323d.ha.doors.Doors}); here they
have numbers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from zope.interface import implementer

from h323d.call.applications import Priority
from h323d.call.ports import IPortPair, IPortSource
from h323d.ha.doors import Doors
from h323d.ha.turns import Output, Turns
from h323d.values.address import TransportAddress

__all__ = ["FarProcess", "Pair", "Pairs", "Processes"]


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
        return Pair(self._turns, number, *self._turns.ask(Doors.bindPair, number, host, priority))


class FarProcess:
    """
    One process, from when it is begun until its door is shut.

    @ivar unheard: by which it is told what it may not have heard, by the numbers of the messages.
    """

    def __init__(self, turns: Turns, processes: Processes, number: int) -> None:
        self._turns = turns
        self._processes = processes
        self._number = number
        self.unheard: deque[tuple[int, Output]] = deque()

    def send(self, message: int, octets: bytes, pairs: Sequence[IPortPair] = ()) -> None:
        """
        Tell it something.

        @param message: its number, one more than that of the message before.
        """
        numbers = tuple(_numberOf(each) for each in pairs)
        output = Output(Doors.say.__name__, (self._number, octets, numbers))
        self.unheard.append((message, output))
        self._turns.let(output)

    def heard(self, message: int) -> None:
        """
        It has heard all that it was told, up to that message.
        """
        while self.unheard and self.unheard[0][0] <= message:
            self.unheard.popleft()

    def kill(self) -> None:
        """
        End it, whatever it does.
        """
        self._turns.emit(Doors.kill, self._number)

    def finish(self, seconds: float) -> None:
        """
        Wait until it has ended.
        """
        self._turns.emit(Doors.finish, self._number, seconds)

    def close(self) -> None:
        """
        It has ended.
        """
        self._processes.forget(self._number)
        self._turns.emit(Doors.shut, self._number)


def _numberOf(pair: IPortPair) -> int:
    if not isinstance(pair, Pair):
        raise TypeError("a pair of ports that is not outside")
    return pair.number


class Processes:
    """
    All that have a door.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._open: dict[int, FarProcess] = {}

    def launch(self, number: int) -> FarProcess:
        """
        Begin one.
        """
        self._turns.ask(Doors.launch, number)
        process = self._open[number] = FarProcess(self._turns, self, number)
        return process

    def outstanding(self) -> tuple[Output, ...]:
        """
        What is to be said once more where whoever was to say it is gone.
        """
        return tuple(each for process in self._open.values() for _, each in process.unheard)

    def forget(self, number: int) -> None:
        """
        The door of one is shut.
        """
        self._open.pop(number, None)
