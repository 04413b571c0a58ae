"""
Telephones of which each is a process of its own, and those of the demo.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

__all__ = ["Party", "PartyFailed", "TellingProcess"]

CALL = "import sys; from h323d.cli.call import main; sys.exit(main())"


class PartyFailed(Exception):
    """
    A process did not do what it should.
    """


class TellingProcess(ProcessProtocol):
    """
    A process that tells what happens as lines of JSON on its standard output, and is told what to
    do on its standard input.

    @ivar errors: what it wrote to standard error.
    @ivar isOver: whether it has ended.
    """

    def __init__(self, name: str) -> None:
        """
        @param name: what tables and errors call it.
        """
        self.name = name
        self.errors = b""
        self.isOver = False
        self._pending = b""

    def happened(self, event: dict[str, Any]) -> None:
        """
        It has told something.  Any: whatever JSON can say.
        """
        raise NotImplementedError

    def tell(self, line: bytes) -> None:
        if self.transport is not None and not self.isOver:
            self.transport.write(line)

    def kill(self) -> None:
        if self.transport is not None and not self.isOver:
            self.transport.signalProcess("KILL")

    def outReceived(self, data: bytes) -> None:
        *lines, self._pending = (self._pending + data).split(b"\n")
        for line in lines:
            self.happened(json.loads(line))

    def errReceived(self, data: bytes) -> None:
        self.errors += data

    def processEnded(self, reason: Failure) -> None:
        self.isOver = True


class Party(TellingProcess):
    """
    One C{h323d-call}.

    @ivar name: what the tables call it.
    @ivar how: its way into the room, or the call.
    @ivar recording: what it heard.
    """

    def __init__(
        self,
        reactor: Any,
        directory: Path,
        index: int,
        how: str,
        protocol: str,
        tone: int,
        level: float,
        options: tuple[str, ...],
    ) -> None:
        super().__init__(f"party {index + 1}")
        self.how = how
        self.protocol = protocol
        self.tone = tone
        self.alias = str(1001 + index)
        self.recording = directory / f"{self.alias}.wav"
        self._reactor = reactor
        self._level = level
        self._options = options
        self._events: dict[str, dict[str, Any]] = {}

    def start(self, host: str, target: tuple[str, ...]) -> None:
        arguments = [
            "--json", "--prompt", "--bind", host, "--alias", self.alias,
            "--tone", str(self.tone), "--level", str(self._level),
            "--record", str(self.recording), *self._options, *target,
        ]  # fmt: skip
        self._reactor.spawnProcess(
            self, sys.executable, [sys.executable, "-c", CALL, *arguments], env=None
        )

    def event(self, name: str) -> dict[str, Any]:
        """
        What the party told of something that happened; empty if it did not.
        """
        return self._events.get(name, {})

    def ready(self) -> bool:
        """
        Whether it can call.

        @raise PartyFailed: it has ended.
        """
        if self.isOver:
            raise PartyFailed(f"{self.name} ended: {self.errors.decode(errors='replace')}")
        needed = "registered" if self.protocol == "gatekeeper" else "listening"
        return needed in self._events

    def dial(self) -> None:
        self.tell(b"\n")

    def hangup(self) -> None:
        self.tell(b"hangup\n")

    def joined(self) -> bool:
        """
        Whether it is in the room, both ways.

        @raise PartyFailed: the call was refused.
        """
        if self.isOver or "released" in self._events:
            raise PartyFailed(f"{self.name} ({self.how}) was not let in: {self._events}")
        return self.event("media").get("direction") == "sendrecv"

    def ended(self) -> bool:
        return self.isOver

    def happened(self, event: dict[str, Any]) -> None:
        self._events[event["event"]] = event
