"""
The control socket: JSON lines, and what garbage gets.
"""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, deferLater
from twisted.internet.testing import StringTransport

from h323d.call.wire import WireMessage, WireProtocol
from h323d.control.server import ControlServer
from h323d.errors import ResourceUnavailable
from h323d.events.bus import EventBus
from h323d.events.server import OperatorActed
from h323d.inputs import Input, Inputs
from h323d.operation.command import OperatorError
from h323d.operation.commands import COMMANDS
from h323d.operation.config import TraceConfig
from h323d.operation.desk import Desk
from h323d.operation.following import PAUSE, Following
from h323d.operation.ladder import wireView
from h323d.operation.operator import Operator
from h323d.operation.wirelog import WireLog
from h323d.values.address import TransportAddress

NAMES = ", ".join(command.name for command in COMMANDS)


class FakeOperator:
    """
    Answers simply.
    """

    def status(self) -> object:
        return {"calls": 0}

    def calls(self) -> object:
        raise ZeroDivisionError

    rooms = registrations = status

    def cdr(self, count: int = 20) -> object:
        return [count]

    def hangup(self, name: str) -> object:
        raise OperatorError(f"no {name}")

    def maintenance(self, action: str = "status") -> object:
        return action

    def call(self, first: str, second: str) -> Deferred[object]:
        self.waiting: Deferred[object] = Deferred()
        return self.waiting

    unregister = transfer = route = hangup

    def __init__(self) -> None:
        self.clock, self.wire = Clock(), WireLog(TraceConfig())

    def follow(self, name: str, form: str = "ladder", limit: int = 1000) -> Following:
        return Following(self.clock, self.wire, name, wireView, limit, lambda names: False)


def server(
    path: Path, operator: FakeOperator | None = None, events: EventBus | None = None
) -> ControlServer:
    fake = cast(Operator, operator or FakeOperator())
    inputs = Inputs()
    inputs.lead(Input.COMMAND, Desk(Clock(), events or EventBus(), fake).ask)
    return ControlServer(inputs, path)


def answer(line: bytes, events: EventBus | None = None) -> Any:
    protocol = server(Path("unused"), events=events).buildProtocol(None)
    transport = StringTransport()
    protocol.makeConnection(transport)
    protocol.dataReceived(line + b"\n")
    return json.loads(transport.value())


def test_aQuestionIsAnswered() -> None:
    assert answer(b'{"command": "status"}') == {"result": {"calls": 0}}
    assert answer(b'{"command": "cdr"}') == {"result": [20]}
    assert answer(b'{"command": "cdr", "arguments": ["5"]}') == {"result": [5]}
    assert answer(b'{"command": "cdr", "arguments": {"count": 5}}') == {"result": [5]}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"{", "the question is not JSON"),
        (b"[" * 5000, "the question is not JSON"),
        (b"\xff\xfe", "the question is not JSON"),
        (b"[]", "the question is not an object"),
        (b'{"command": "reboot"}', f"commands are {NAMES}"),
        (b'{"command": ["status"]}', f"commands are {NAMES}"),
        (b'{"command": "status", "arguments": "x"}', "arguments must be a list or an object"),
        (b'{"command": "status", "arguments": ["x"]}', "status does not take x: status"),
        (b'{"command": "cdr", "arguments": ["1", "2"]}', "cdr does not take 2: cdr [N]"),
        (
            b'{"command": "cdr", "arguments": ["many"]}',
            "N is a number of up to 9 digits, not many",
        ),
        (b'{"command": "cdr", "arguments": {"n": 2}}', "cdr does not take n; it takes count"),
        (b'{"command": "hangup", "arguments": [null]}', "ID is a text, not None"),
        (b'{"command": "hangup", "arguments": []}', "hangup needs ID: hangup ID"),
        (b'{"command": "hangup", "arguments": ["c1"]}', "no c1"),
        (b'{"command": "call", "arguments": ["1001"]}', "call needs B: call A B"),
        (
            b'{"command": "maintenance", "arguments": ["now"]}',
            "ACTION is one of on, off, status, not now",
        ),
    ],
)
def test_aBadQuestionIsToldWhy(line: bytes, error: str) -> None:
    assert answer(line) == {"error": error}


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ({"callId": "c1"}, {"result": {"callId": "c1"}}),
        (OperatorError("nobody is called 2"), {"error": "nobody is called 2"}),
    ],
)
def test_anAnswerMayTakeItsTime(outcome: Any, expected: Any) -> None:
    operator = FakeOperator()
    protocol = server(Path("unused"), operator).buildProtocol(None)
    transport = StringTransport()
    protocol.makeConnection(transport)
    protocol.dataReceived(b'{"command": "call", "arguments": ["1", "2"]}\n')
    assert transport.value() == b""
    if isinstance(outcome, Exception):
        operator.waiting.errback(outcome)
    else:
        operator.waiting.callback(outcome)
    assert json.loads(transport.value()) == expected


def test_whoCannotBeToldActsAsTheDoor() -> None:
    events, told = EventBus(), list[OperatorActed]()
    events.subscribe(OperatorActed, told.append)
    answer(b'{"command": "maintenance", "arguments": ["on"]}', events)
    assert told == [OperatorActed(0.0, "control", "maintenance", (("action", "on"),))]


@pytest_twisted.inlineCallbacks
def test_whoActsIsTheUserAtTheOtherEnd(tmp_path: Path) -> Generator[Any, Any, None]:
    events, acted = EventBus(), Deferred[OperatorActed]()
    events.subscribe(OperatorActed, acted.callback)
    path = tmp_path / "h323d.sock"
    listening = server(path, events=events).listen(cast(Any, reactor))
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        client.sendall(b'{"command": "maintenance", "arguments": ["off"]}\n')
        fact = yield acted
        yield listening.stopListening()
    assert fact.actor == f"uid {os.getuid()}"


@pytest_twisted.inlineCallbacks
def test_onlyTheOwnerMayConnectAndOnlyOneServerListens(
    tmp_path: Path,
) -> Generator[Any, Any, None]:
    path = tmp_path / "deep" / "h323d.sock"
    first = server(path).listen(cast(Any, reactor))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(ResourceUnavailable, match=r"^control socket .*h323d.sock"):
        server(path).listen(cast(Any, reactor))
    yield first.stopListening()


@pytest_twisted.inlineCallbacks
def test_theSocketOfADeadServerIsReplaced(tmp_path: Path) -> Generator[Any, Any, None]:
    path = tmp_path / "h323d.sock"
    os.mknod(path, 0o600 | stat.S_IFSOCK)
    path.with_name("h323d.sock.lock").symlink_to(str(2**22 + 1))  # no such process can be
    listening = server(path).listen(cast(Any, reactor))
    assert os.readlink(path.with_name("h323d.sock.lock")) == str(os.getpid())
    yield listening.stopListening()


def test_aFileThatIsNoSocketIsLeftAlone(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("data")
    with pytest.raises(ResourceUnavailable, match="exists and is not a socket"):
        server(path).listen(cast(Any, reactor))
    assert path.read_text() == "data"


class Followed:
    """
    Somebody's connection, whose question has an answer that goes on.
    """

    def __init__(self) -> None:
        self.operator = FakeOperator()
        protocol = server(Path("unused"), self.operator).buildProtocol(None)
        self.transport = StringTransport()
        protocol.makeConnection(self.transport)
        self.ask = protocol.dataReceived
        self.ask(b'{"command": "follow", "arguments": ["-"]}\n')

    def note(self, text: str) -> None:
        us, peer = TransportAddress("10.0.0.1", 5060), TransportAddress("10.0.0.2", 5060)
        said = WireMessage(0.0, WireProtocol.SIP, "UDP", False, us, peer, text.encode())
        self.operator.wire.seen("-", said)

    def answers(self) -> list[Any]:
        self.operator.clock.advance(PAUSE)
        said = [json.loads(line) for line in self.transport.value().splitlines()]
        self.transport.clear()
        return said


def test_anAnswerThatGoesOnIsTheFirstRowsAndThoseThatFollow() -> None:
    followed = Followed()
    assert followed.answers() == []
    followed.note("a")
    (part,) = followed.answers()
    assert ([row["octets"] for row in part["more"]], part["lost"]) == ([b"a".hex()], 0)


def test_aConnectionThatHasEnoughToSendIsGivenNoMore() -> None:
    followed = Followed()
    producer: Any = followed.transport.producer
    producer.pauseProducing()
    followed.note("a")
    assert followed.answers() == []
    producer.resumeProducing()
    assert len(followed.answers()) == 1


def test_oneAnswerAtATimeGoesOn() -> None:
    followed = Followed()
    followed.ask(b'{"command": "follow", "arguments": ["-"]}\n')
    assert followed.answers() == [{"error": "an answer goes on already"}]


def test_anAnswerThatGoesOnEndsWithAResult() -> None:
    followed = Followed()
    followed.note("a")
    second = server(Path("unused"), followed.operator).buildProtocol(None)
    transport = StringTransport()
    second.makeConnection(transport)
    second.dataReceived(b'{"command": "follow", "arguments": ["-"]}\n')
    followed.operator.clock.pump([1.0] * 4)
    assert json.loads(transport.value().splitlines()[-1]) == {"result": None}
    assert transport.producer is None


@pytest_twisted.inlineCallbacks
def test_whoLeavesIsToldNothingMore(tmp_path: Path) -> Generator[Any, Any, None]:
    operator, path = FakeOperator(), tmp_path / "h323d.sock"
    listening = server(path, operator).listen(cast(Any, reactor))
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        client.sendall(b'{"command": "follow", "arguments": ["-"]}\n')
        while not operator.wire.followers:
            yield deferLater(cast(Any, reactor), 0.01)
    while operator.wire.followers:
        yield deferLater(cast(Any, reactor), 0.01)
    yield listening.stopListening()
    assert operator.clock.getDelayedCalls() == []


@pytest_twisted.inlineCallbacks
def test_whoReadsNothingFillsNoMemoryAndIsToldWhatTheyMissed(
    tmp_path: Path,
) -> Generator[Any, Any, None]:
    operator, path = FakeOperator(), tmp_path / "h323d.sock"
    listening = server(path, operator).listen(cast(Any, reactor))
    us, peer = TransportAddress("10.0.0.1", 5060), TransportAddress("10.0.0.2", 5060)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        client.sendall(b'{"command": "follow", "arguments": ["10.0.0.2"]}\n')
        while not operator.wire.followers:
            yield deferLater(cast(Any, reactor), 0.01)
        for number in range(1000):
            octets = f"{number:04}".encode().ljust(4000)
            said = WireMessage(0.0, WireProtocol.SIP, "UDP", False, us, peer, octets)
            operator.wire.seen("a", said)
            operator.clock.advance(PAUSE)
            yield deferLater(cast(Any, reactor), 0)
        client.setblocking(False)
        heard, lines = b"", list[Any]()
        while not lines or lines[-1]["more"][-1]["octets"][:8] != b"0999".hex():
            operator.clock.advance(PAUSE)
            yield deferLater(cast(Any, reactor), 0)
            with suppress(BlockingIOError):
                heard += client.recv(1 << 20)
            *whole, heard = heard.split(b"\n")
            lines += map(json.loads, whole)
    numbers = [int(bytes.fromhex(row["octets"])[:4]) for line in lines for row in line["more"]]
    assert len(numbers) + sum(line["lost"] for line in lines) == 1000
    assert numbers == sorted(numbers)
    assert 0 < len(numbers) < 900
    while operator.wire.followers:
        yield deferLater(cast(Any, reactor), 0.01)
    yield listening.stopListening()
