"""
The operator's UNIX socket: a line of JSON asks, a line of JSON answers.

A question is C{{"command": "calls", "arguments": ["10"]}}, or with the arguments by name,
C{{"limit": 10}}; an answer is C{{"result": ...}} or C{{"error": "..."}}.  Where an answer goes on,
any number of lines C{{"more": [...], "lost": 0}} come first; C{lost} is how many things were left
out before these, as the others were not read fast enough.  Who may connect is a matter of the
socket's permissions (its owner only), and may give every command.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twisted.internet.defer import maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IAddress, IConsumer, IReactorUNIX, ISystemHandle
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.protocols.basic import LineOnlyReceiver
from twisted.python.failure import Failure

from h323d.errors import ResourceUnavailable
from h323d.inputs import IInputs, Input
from h323d.operation.command import OperatorError, Role
from h323d.operation.desk import Actor
from h323d.operation.following import Flow, Following

__all__ = ["ControlServer"]

MAX_QUESTION = 65536  # octets
_CREDENTIALS = struct.Struct("iII")  # struct ucred: process, user, group


class ControlServer(Factory):
    """
    Answers questions on a UNIX socket.
    """

    noisy = False

    def __init__(self, inputs: IInputs, path: Path) -> None:
        self.path = path
        self._inputs = inputs

    def logPrefix(self) -> str:
        return "control socket"  # Twisted says of it that it starts

    def listen(self, reactor: IReactorUNIX) -> Any:
        """
        Make the socket, in place of one that a dead server left behind.

        @return: the listening port.

        @raise ResourceUnavailable: the path is taken by a server that lives,
            or by something else, or cannot be written.
        """
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._removeStale()
            return reactor.listenUNIX(os.fspath(self.path), self, mode=0o600, wantPID=True)
        except (CannotListenError, OSError) as error:
            reason = getattr(error, "socketError", error)
            raise ResourceUnavailable(f"control socket {self.path}: {reason}") from error

    def _removeStale(self) -> None:
        try:
            mode = self.path.lstat().st_mode
        except FileNotFoundError:
            return
        if not stat.S_ISSOCK(mode):
            raise FileExistsError(f"{self.path} exists and is not a socket")

    def buildProtocol(self, addr: IAddress | None) -> ControlProtocol:
        return ControlProtocol(self._inputs)


class ControlProtocol(LineOnlyReceiver):
    """
    One operator's connection.
    """

    delimiter = b"\n"
    MAX_LENGTH = MAX_QUESTION
    _log = Logger()

    def __init__(self, inputs: IInputs) -> None:
        self._inputs = inputs
        self._flow: Flow | None = None  # of the answer that goes on

    def lineReceived(self, line: bytes) -> None:
        result = maybeDeferred(self._answer, line)
        result.addCallback(self._answered)
        result.addErrback(self._failed)

    # FollowReader

    def told(self, rows: Sequence[Any], lost: int) -> None:  # Any: as JSON can say anything
        self._send({"more": rows, "lost": lost})

    def ended(self) -> None:
        self._flow = None
        self._producing.unregisterProducer()
        self._send({"result": None})

    @property
    def _producing(self) -> IConsumer:
        transport: Any = self.transport  # Any: Twisted promises a connection, which consumes
        return IConsumer(transport)

    def _answered(self, answer: object) -> None:
        if not isinstance(answer, Following):
            self._send({"result": answer})
            return
        if self._flow is not None:
            raise OperatorError("an answer goes on already")
        self._flow = answer.begin(self)
        self._producing.registerProducer(self._flow, True)

    def _failed(self, failure: Failure) -> None:
        if failure.check(OperatorError):
            self._send({"error": str(failure.value)})
            return
        self._log.failure("an operator's question failed", failure=failure)
        self._send({"error": "the server failed to answer; its log says why"})

    def _send(self, answer: dict[str, object]) -> None:
        self.sendLine(json.dumps(answer).encode())

    def _answer(self, line: bytes) -> object:
        try:
            question = json.loads(line)
        except (ValueError, RecursionError):
            raise OperatorError("the question is not JSON") from None
        if not isinstance(question, dict):
            raise OperatorError("the question is not an object")
        arguments = question.get("arguments", [])
        if not isinstance(arguments, list | dict):
            raise OperatorError("arguments must be a list or an object")
        actor, command = _actorOf(self.transport), str(question.get("command"))
        return self._inputs.enter(Input.COMMAND, actor, command, arguments)


def _actorOf(transport: object) -> Actor:
    """
    The user at the other end, as far as the kernel tells.
    """
    name = "control"
    if ISystemHandle.providedBy(transport) and hasattr(socket, "SO_PEERCRED"):
        handle: Any = transport.getHandle()  # Any: the interface says object, it is a socket
        told = handle.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        _, uid, _ = _CREDENTIALS.unpack(told)
        name = f"uid {uid}"
    return Actor(name, Role.OPERATOR)
