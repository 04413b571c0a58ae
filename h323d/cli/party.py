"""
The telephones of the demo, each a process of its own.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

__all__ = ["Party", "PartyFailed"]

CALL = "import sys; from h323d.cli.call import main; sys.exit(main())"


class PartyFailed(Exception):
    """
    A process did not do what it should.
    """


class Party(ProcessProtocol):
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
        self.name = f"party {index + 1}"
        self.how = how
        self.protocol = protocol
        self.tone = tone
        self.alias = str(1001 + index)
        self.recording = directory / f"{self.alias}.wav"
        self._reactor = reactor
        self._level = level
        self._options = options
        self._events: dict[str, dict[str, Any]] = {}
        self._pending = b""
        self._errors = b""
        self._over = False

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
        if self._over:
            raise PartyFailed(f"{self.name} ended: {self._errors.decode(errors='replace')}")
        needed = "registered" if self.protocol == "gatekeeper" else "listening"
        return needed in self._events

    def dial(self) -> None:
        self._tell(b"\n")

    def hangup(self) -> None:
        self._tell(b"hangup\n")

    def joined(self) -> bool:
        """
        Whether it is in the room, both ways.

        @raise PartyFailed: the call was refused.
        """
        if self._over or "released" in self._events:
            raise PartyFailed(f"{self.name} ({self.how}) was not let in: {self._events}")
        return self.event("media").get("direction") == "sendrecv"

    def ended(self) -> bool:
        return self._over

    def kill(self) -> None:
        if self.transport is not None and not self._over:
            self.transport.signalProcess("KILL")

    def _tell(self, line: bytes) -> None:
        if self.transport is not None:
            self.transport.write(line)

    def outReceived(self, data: bytes) -> None:
        *lines, self._pending = (self._pending + data).split(b"\n")
        for line in lines:
            event = json.loads(line)
            self._events[event["event"]] = event

    def errReceived(self, data: bytes) -> None:
        self._errors += data

    def processEnded(self, reason: Failure) -> None:
        self._over = True
