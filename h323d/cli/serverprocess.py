"""
A server that is begun for a while, in a process of its own, or in several.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path
from typing import Any, ClassVar

from twisted.internet.defer import Deferred
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

from h323d.cli.party import PartyFailed
from h323d.control.client import CommandFailed, ask

__all__ = ["ServerProcess"]

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
[ha]
enabled = {followed}
patienceMs = 3000
[control]
socket = "{socket}"
"""
SERVE = "from twisted.scripts.twistd import run; run()"
KEEP = "import sys; from h323d.cli.keeper import main; sys.exit(main())"
LEADS = re.compile(r"\] process (\d+) leads")


class ServerProcess(ProcessProtocol):
    """
    C{twistd h323d}.

    @cvar before: what begins it, with what to begin as its arguments; empty for us.
    """

    before: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        reactor: Any,
        directory: Path,
        host: str,
        ports: tuple[int, int, int],
        processes: int = 0,
        isFollowed: bool = False,
        more: str = "",
    ) -> None:
        """
        @param ports: of SIP, H.323 and RAS.
        @param processes: that have the media; 0 for a thread of the server.
        @param isFollowed: whether another process follows it; a keeper begins it then.
        @param more: further sections of its configuration.
        """
        self._isFollowed = isFollowed
        self.socket = directory / "server.sock"
        self._reactor = reactor
        self._directory = directory
        self._file = directory / "server.log"
        self._log = self._file.open("wb", buffering=0)
        self._ended: Deferred[None] = Deferred()
        self._configuration = CONFIGURATION.format(
            host=host,
            sip=ports[0],
            h323=ports[1],
            ras=ports[2],
            processes=processes,
            socket=self.socket,
            followed="true" if isFollowed else "false",
        )
        self._configuration += more

    def start(self) -> None:
        file = self._directory / "h323d.toml"
        file.write_text(self._configuration)
        server = [sys.executable, "-c", SERVE, "-n", "--pidfile=", "h323d", "--config", str(file)]
        command = [sys.executable, "-c", KEEP, *server] if self._isFollowed else server
        command = [*self.before, *command]
        self._reactor.spawnProcess(self, command[0], command, env=None, path=str(self._directory))

    def ready(self) -> bool:
        """
        Whether it answers an operator.

        @raise PartyFailed: it has ended.
        """
        if self._ended.called:
            raise PartyFailed(f"the server ended:\n{self.told()}")
        try:
            return self.socket.exists() and bool(ask(str(self.socket), "status"))
        except CommandFailed:
            return False

    def protected(self) -> bool:
        """
        Whether another process follows it, and would go on.
        """
        told = self.told()
        return told.rfind(" follows; ") > [each.end() for each in LEADS.finditer(told)][-1]

    @property
    def leader(self) -> int:
        """
        The process that leads.
        """
        return int(LEADS.findall(self.told())[-1])

    def strike(self) -> None:
        """
        Kill it.
        """
        os.kill(self.leader, signal.SIGKILL)

    def told(self) -> str:
        """
        What it has written to its log.
        """
        return self._file.read_text(errors="replace")

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
