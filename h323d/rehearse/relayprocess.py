"""
The relay (L{h323d.rehearse.relay}), as who rehearses sees it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

from h323d.cli.party import PartyFailed
from h323d.rehearse.impairment import Impairment
from h323d.rehearse.relay import LISTENING

__all__ = ["RelayProcess"]

RELAY = "import sys; from h323d.rehearse.relay import main; sys.exit(main(sys.argv[1:]))"


class RelayProcess(ProcessProtocol):
    """
    Told where the server's ends are; where it was not started, nobody minds.
    """

    def __init__(self, reactor: Any, impairment: Impairment, seed: int) -> None:
        """
        @param reactor: Any: of many interfaces.
        """
        self._reactor = reactor
        self._impairment = impairment
        self._seed = seed
        self._said = self._errors = b""
        self._isOver = False

    def start(self, doors: Sequence[tuple[str, int, int]]) -> None:
        """
        @param doors: of each party, its host, its first port, and how many there are.
        """
        bad = self._impairment
        figures = [str(each) for each in (bad.loss, bad.delayMs, bad.jitterMs, self._seed)]
        places = [str(each) for door in doors for each in door]
        command = [sys.executable, "-c", RELAY, *figures, *places]
        self._reactor.spawnProcess(self, sys.executable, command, env=None)

    def ready(self) -> bool:
        """
        @raise PartyFailed: it has ended.
        """
        if self._isOver:
            raise PartyFailed(f"the relay ended: {self._errors.decode(errors='replace').strip()}")
        return LISTENING in self._said

    def route(self, port: int, host: str, there: int) -> None:
        """
        The RTP of a party's port is for this end of the server's.
        """
        if self.transport is not None and not self._isOver:
            self.transport.write(f"{port} {host} {there}\n".encode())

    def kill(self) -> None:
        if self.transport is not None and not self._isOver:
            self.transport.signalProcess("KILL")

    def outReceived(self, data: bytes) -> None:
        self._said += data

    def errReceived(self, data: bytes) -> None:
        self._errors += data

    def processEnded(self, reason: Failure) -> None:
        self._isOver = True
