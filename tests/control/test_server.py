"""
The control socket: JSON lines, and what garbage gets.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.testing import StringTransport

from h323d.control.server import ControlServer
from h323d.errors import ResourceUnavailable
from h323d.operation.commands import COMMANDS
from h323d.operation.desk import Desk
from h323d.operation.operator import Operator, OperatorError

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

    def cdr(self, count: str = "20") -> object:
        return [count]

    def hangup(self, name: str) -> object:
        raise OperatorError(f"no {name}")

    def maintenance(self, action: str = "status") -> object:
        return action

    def call(self, first: str, second: str) -> Deferred[object]:
        self.waiting: Deferred[object] = Deferred()
        return self.waiting

    unregister = transfer = route = hangup


def server(path: Path) -> ControlServer:
    return ControlServer(Desk(cast(Operator, FakeOperator())), path)


def answer(line: bytes) -> Any:
    protocol = server(Path("unused")).buildProtocol(None)
    transport = StringTransport()
    protocol.makeConnection(transport)
    protocol.dataReceived(line + b"\n")
    return json.loads(transport.value())


def test_aQuestionIsAnswered() -> None:
    assert answer(b'{"command": "status"}') == {"result": {"calls": 0}}
    assert answer(b'{"command": "cdr"}') == {"result": ["20"]}
    assert answer(b'{"command": "cdr", "arguments": ["5"]}') == {"result": ["5"]}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"{", "the question is not JSON"),
        (b"[" * 5000, "the question is not JSON"),
        (b"\xff\xfe", "the question is not JSON"),
        (b"[]", "the question is not an object"),
        (b'{"command": "reboot"}', f"commands are {NAMES}"),
        (b'{"command": ["status"]}', f"commands are {NAMES}"),
        (b'{"command": "status", "arguments": "x"}', "arguments must be a list of strings"),
        (b'{"command": "status", "arguments": ["x"]}', "status takes 0 arguments"),
        (b'{"command": "cdr", "arguments": ["1", "2"]}', "cdr takes 0 to 1 arguments"),
        (b'{"command": "hangup", "arguments": []}', "hangup takes 1 arguments"),
        (b'{"command": "hangup", "arguments": ["c1"]}', "no c1"),
        (b'{"command": "call", "arguments": ["1001"]}', "call takes 2 arguments"),
        (
            b'{"command": "maintenance", "arguments": ["now"]}',
            "ACTION is one of on, off, status",
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
    desk = Desk(cast(Operator, operator))
    protocol = ControlServer(desk, Path("unused")).buildProtocol(None)
    transport = StringTransport()
    protocol.makeConnection(transport)
    protocol.dataReceived(b'{"command": "call", "arguments": ["1", "2"]}\n')
    assert transport.value() == b""
    if isinstance(outcome, Exception):
        operator.waiting.errback(outcome)
    else:
        operator.waiting.callback(outcome)
    assert json.loads(transport.value()) == expected


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
    yield server(path).listen(cast(Any, reactor)).stopListening()


def test_aFileThatIsNoSocketIsLeftAlone(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("data")
    with pytest.raises(ResourceUnavailable, match="exists and is not a socket"):
        server(path).listen(cast(Any, reactor))
    assert path.read_text() == "data"
