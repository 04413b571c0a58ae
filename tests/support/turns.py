"""
A world that is entered in turns: one input at a time, each of which happens wholly, at one time,
before what comes of it leaves.

All that a server has of it is state that can be written down; what there is of sockets is
L{Outside}, and is missing where the server only follows what another was given.
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from zope.interface import implementer

from h323d.call.transport import (
    IDatagramPort,
    IDatagrams,
    IDatagramUser,
    IListening,
    IOpening,
    IStream,
    IStreamListener,
    IStreamOpener,
    IStreamUser,
    NewUser,
)
from h323d.inputs import IInputs, Input, Inputs
from h323d.media.packets import IPortPair, IPortSource
from h323d.values.address import TransportAddress

__all__ = ["Outside", "Pair", "Record", "Turn", "Turns"]

Output = tuple[Any, ...]
"""
What is to leave: what for, and with what.  Any: as each kind has it.
"""

_PLACE = re.compile(r" at 0x[0-9a-f]+")


class Outside(Protocol):
    """
    The world as it is.
    """

    def seconds(self) -> float:
        """What time it is."""

    def ask(self, question: str, *arguments: Any) -> object:
        """What is answered at once, and may raise."""

    def carryOut(self, output: Output) -> None:
        """Let something leave."""

    def wakeAt(self, due: float | None) -> None:
        """Something is due then."""


@dataclass
class Turn:
    """
    One input, and what came of it.

    @ivar at: seconds since 1970.
    @ivar answers: to what was asked meanwhile.
    @ivar sum: of all that left.
    """

    at: float
    kind: str
    arguments: tuple[Any, ...]  # Any: as each kind has it
    answers: list[object] = field(default_factory=list)
    sum: int = 0


Record = list[Turn]


@implementer(IDelayedCall)
class Call:
    """
    What is to be done later.
    """

    def __init__(
        self, turns: Turns, order: int, due: float, function: Callable[..., object], arguments: Any
    ) -> None:
        self.function, self.arguments = function, arguments
        self.order, self.due = order, due
        self._turns = turns

    def __lt__(self, other: Call) -> bool:
        return (self.due, self.order) < (other.due, other.order)

    def getTime(self) -> float:
        return self.due

    def active(self) -> bool:
        return self in self._turns.calls

    def cancel(self) -> None:
        self._turns.calls.remove(self)

    def delay(self, secondsLater: float) -> None:
        self.due += secondsLater

    def reset(self, secondsFromNow: float) -> None:
        self.due = self._turns.now + secondsFromNow


@implementer(IReactorTime)
class Turns:
    """
    The clock, and the inputs, of one server.

    @ivar outside: C{None} where another server leads.
    @ivar record: what was led, from the time on at which it was wanted.
    """

    def __init__(self, outside: Outside) -> None:
        self.outside: Outside | None = outside
        self.now = outside.seconds()
        self.calls: list[Call] = []
        self.users: dict[int, Any] = {}  # Any: whoever uses what has that number
        self.inputs = Inputs()
        self.record: Record | None = None
        self._numbers = 0
        self._turn = Turn(self.now, "begin", ())
        self._isRunning = False
        self._outputs: list[Output] = []
        self._waiting: deque[Turn] = deque()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "outside": None, "record": None}

    # The clock.

    def seconds(self) -> float:
        return self.now

    def callLater(
        self,
        delay: float,
        callable: Callable[..., Any],  # noqa: A002 - as IReactorTime names it
        *arguments: object,
        **named: object,
    ) -> Call:
        assert not named
        call = Call(self, self.number(), self.now + delay, callable, arguments)
        self.calls.append(call)
        return call

    def getDelayedCalls(self) -> list[Call]:
        return list(self.calls)

    # Turns.

    def number(self) -> int:
        """
        One that nothing had before.
        """
        self._numbers += 1
        return self._numbers

    def lead(self, kind: str, *arguments: Any) -> Any:
        """
        Take an input in, now; or as soon as the one before it has happened.
        """
        assert self.outside is not None
        turn = Turn(self.outside.seconds(), kind, arguments)
        if self._isRunning:
            self._waiting.append(turn)
            return None
        result = self._lead(turn)
        while self._waiting:
            following = self._waiting.popleft()
            self._lead(replace(following, at=max(following.at, self.now)))
        return result

    def _lead(self, turn: Turn) -> Any:
        assert self.outside is not None
        if self.record is not None:
            self.record.append(turn)
        self._isRunning = True
        try:
            return self._run(turn)
        finally:
            outputs, self._outputs = self._outputs, []
            for output in outputs:
                self.outside.carryOut(output)
            self._isRunning = False
            self.outside.wakeAt(min(self.calls).due if self.calls else None)

    def follow(self, led: Turn) -> int:
        """
        Do what was done where another server leads.

        @return: the sum of what would leave.
        """
        turn = Turn(led.at, led.kind, led.arguments, list(led.answers))
        try:
            self._run(turn)
        except Exception:  # which whoever gave the command was told
            assert led.kind == "enter"
        self._outputs.clear()
        return turn.sum

    def _run(self, turn: Turn) -> Any:
        self._turn, self.now = turn, turn.at
        try:
            return getattr(self, f"_{turn.kind}")(*turn.arguments)
        finally:
            for output in self._outputs:
                turn.sum = zlib.crc32(_PLACE.sub("", repr(output)).encode(), turn.sum)

    def ask(self, question: str, *arguments: Any) -> Any:
        """
        What the world answers at once; the same where it is only followed.
        """
        if self.outside is None:
            return self._turn.answers.pop(0)
        answer = self.outside.ask(question, *arguments)
        self._turn.answers.append(answer)
        return answer

    def emit(self, *output: Any) -> None:
        """
        Let something leave, after this turn.
        """
        self._outputs.append(output)

    # What enters.

    def _begin(self, function: Callable[[], object]) -> object:
        return function()

    def _tick(self) -> None:
        while self.calls and (call := min(self.calls)).due <= self.now:
            self.calls.remove(call)
            call.function(*call.arguments)

    def _enter(self, kind: Input, *arguments: object) -> object:
        return self.inputs.enter(kind, *arguments)

    def _datagram(self, number: int, data: bytes, source: TransportAddress) -> None:
        if number in self.users:
            self.users[number].datagramReceived(data, source)

    def _accepted(self, listening: int, peer: TransportAddress) -> int | None:
        user: IStreamUser | None = self.users[listening](peer)
        if user is None:
            return None
        number = self.number()
        self.users[number] = (user, Line(self, number, peer))
        return number

    def _opened(self, number: int, local: TransportAddress, peer: TransportAddress) -> None:
        user, line = self.users[number]
        line.local, line.peer = local, peer
        user.streamOpened(line)

    def _received(self, number: int, data: bytes) -> None:
        if number in self.users:
            self.users[number][0].streamReceived(data)

    def _closed(self, number: int, reason: str) -> None:
        self.users.pop(number)[0].streamClosed(reason)


@implementer(IInputs)
class TurnedInputs:
    """
    Each input is a turn.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def lead(self, kind: Input, receiver: Callable[..., object]) -> None:
        self._turns.inputs.lead(kind, receiver)

    def enter(self, kind: Input, *arguments: object) -> object:
        return self._turns.lead("enter", kind, *arguments)


@implementer(IStream, IOpening)
class Line:
    """
    A connection.
    """

    peerKey = None

    def __init__(self, turns: Turns, number: int, peer: TransportAddress) -> None:
        self._turns = turns
        self._number = number
        self.local, self.peer = TransportAddress("0.0.0.0", 0), peer

    def __repr__(self) -> str:
        return f"line {self._number}"

    def write(self, data: bytes) -> None:
        self._turns.emit("write", self._number, data)

    def close(self) -> None:
        self._turns.emit("close", self._number)

    def provesToBe(self, host: str, domain: str) -> bool:
        return False

    def abort(self) -> None:
        self._turns.emit("abort", self._number)

    def cancel(self) -> None:
        self._turns.emit("cancel", self._number)


@implementer(IStreamListener, IStreamOpener)
class Lines:
    """
    Listens and connects.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def listen(self, address: TransportAddress, newUser: NewUser) -> Listening:
        number = self._turns.number()
        self._turns.users[number] = newUser
        return Listening(self._turns, number, self._turns.ask("listen", number, address))

    def open(
        self,
        address: TransportAddress,
        user: IStreamUser,
        timeout: float,
        local: str = "",
        ports: Iterable[int] | None = None,
    ) -> Line:
        number = self._turns.number()
        line = Line(self._turns, number, address)
        self._turns.users[number] = (user, line)
        chosen = None if ports is None else tuple(ports)
        self._turns.emit("open", number, address, timeout, local, chosen)
        return line


@implementer(IListening)
class Listening:
    """
    An open listener.
    """

    def __init__(self, turns: Turns, number: int, address: TransportAddress) -> None:
        self._turns = turns
        self._number = number
        self.address = address

    def stop(self) -> None:
        self._turns.emit("stopListening", self._number)


@implementer(IDatagrams)
class Ports:
    """
    Binds UDP ports.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def bind(self, address: TransportAddress, user: IDatagramUser) -> Port:
        number = self._turns.number()
        self._turns.users[number] = user
        return Port(self._turns, number, self._turns.ask("bind", number, address))

    def bindMulticast(self, group: TransportAddress, interface: str, user: IDatagramUser) -> Port:
        number = self._turns.number()
        self._turns.users[number] = user
        bound = self._turns.ask("bindMulticast", number, group, interface)
        return Port(self._turns, number, bound)


@implementer(IDatagramPort)
class Port:
    """
    A bound UDP port.
    """

    def __init__(self, turns: Turns, number: int, address: TransportAddress) -> None:
        self._turns = turns
        self._number = number
        self.address = address

    def heardAt(self, peer: TransportAddress) -> str:
        return self.address.host

    def send(self, data: bytes, destination: TransportAddress, local: str = "") -> None:
        self._turns.emit("send", self._number, bytes(data), destination, local)

    def close(self) -> None:
        self._turns.users.pop(self._number, None)
        self._turns.emit("unbind", self._number)


@implementer(IPortPair)
@dataclass(frozen=True)
class Pair:
    """
    Two ports for media, which are outside.
    """

    turns: Turns = field(repr=False)
    number: int
    rtp: TransportAddress
    rtcp: TransportAddress

    def close(self) -> None:
        self.turns.emit("closePair", self.number)


@implementer(IPortSource)
class Pairs:
    """
    Hands out pairs of ports.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def bind(self, host: str) -> Pair:
        number = self._turns.number()
        return Pair(self._turns, number, *self._turns.ask("bindPair", number, host))
