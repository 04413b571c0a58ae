"""
The processes of the demo: the server, and one telephone for each party.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

from h323d.control.client import CommandFailed, ask

__all__ = ["Party", "PartyFailed", "ServerProcess"]

CONFIGURATION = """\
[server]
bind = "{host}"
[sip]
port = {sip}
[h323]
port = {h323}
[gatekeeper]
rasPort = {ras}
multicast = false
store = ""
[gateway]
acceptUnregistered = true
[media]
processes = {processes}
[control]
socket = "{socket}"
"""
CALL = "import sys; from h323d.cli.call import main; sys.exit(main())"
SERVE = "from twisted.scripts.twistd import run; run()"


class PartyFailed(Exception):
    """
    A process did not do what it should.
    """


class ServerProcess(ProcessProtocol):
    """
    C{twistd h323d}.
    """

    def __init__(
        self,
        reactor: Any,
        directory: Path,
        host: str,
        ports: tuple[int, int, int],
        processes: int = 0,
    ) -> None:
        """
        @param ports: of SIP, H.323 and RAS.
        @param processes: that have the media; 0 for a thread of the server.
        """
        self.socket = directory / "server.sock"
        self._reactor = reactor
        self._directory = directory
        self._log = (directory / "server.log").open("wb")
        self._ended: Deferred[None] = Deferred()
        self._configuration = CONFIGURATION.format(
            host=host,
            sip=ports[0],
            h323=ports[1],
            ras=ports[2],
            processes=processes,
            socket=self.socket,
        )

    def start(self) -> None:
        file = self._directory / "h323d.toml"
        file.write_text(self._configuration)
        arguments = ["-n", "--pidfile=", "h323d", "--config", str(file)]
        self._reactor.spawnProcess(
            self, sys.executable, [sys.executable, "-c", SERVE, *arguments],
            env=None, path=str(self._directory),
        )  # fmt: skip

    def ready(self) -> bool:
        """
        Whether it answers an operator.

        @raise PartyFailed: it has ended.
        """
        if self._ended.called:
            log = (self._directory / "server.log").read_text(errors="replace")
            raise PartyFailed(f"the server ended:\n{log}")
        try:
            return self.socket.exists() and bool(ask(str(self.socket), "status"))
        except CommandFailed:
            return False

    async def stop(self) -> None:
        if self.transport is not None and not self._ended.called:
            self.transport.signalProcess("TERM")
            await self._ended

    def outReceived(self, data: bytes) -> None:
        self._log.write(data)

    errReceived = outReceived

    def processEnded(self, reason: Failure) -> None:
        self._log.close()
        self._ended.callback(None)


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
