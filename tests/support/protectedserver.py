"""
A protected server in real processes, of which one leads and one follows.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.support.processes import Server, program, waitFor

__all__ = ["ProtectedServer"]

PROTECTED = "[ha]\nenabled = true\n"
_FOLLOWS = re.compile(r"process (\d+) follows")
_LEADS = re.compile(r"\] process (\d+) leads")  # as it says itself, and not a keeper
_TOOK = re.compile(r"process \d+ leads, in epoch \d+; .*; ([\d.]+) ms")


class ProtectedServer(Server):
    """
    C{twistd h323d}, with C{[ha]}.
    """

    def __init__(
        self,
        directory: Path,
        address: str,
        configuration: str = "",
        patienceMs: int = 3000,
        isKept: bool = False,
        preloaded: str = "",
    ) -> None:
        """
        @param patienceMs: more than in service, as a busy machine may hold up anybody.
        @param isKept: whether a keeper begins it, and listens.
        @param preloaded: what Python does in each of its processes before anything else.
        """
        self._isKept = isKept
        self._preloaded = preloaded
        patience = f"{PROTECTED}patienceMs = {patienceMs}\n"
        super().__init__(directory, address, f"{configuration}{patience}")

    def command(self) -> Sequence[str]:
        server = super().command()
        if self._preloaded:
            (self.directory / "sitecustomize.py").write_text(self._preloaded)
            server = ["/usr/bin/env", f"PYTHONPATH={self.directory}", *server]
        return [program("h323d-keeper"), "--", *server] if self._isKept else server

    @property
    def leader(self) -> int:
        """
        The process that leads.
        """
        return int(_LEADS.findall(self.output())[-1])

    def followers(self) -> list[int]:
        """
        All that have followed.
        """
        return [int(each) for each in _FOLLOWS.findall(self.output())]

    @property
    def follower(self) -> int:
        """
        The process that follows, or did last.
        """
        return int(_FOLLOWS.findall(self.output())[-1])

    def takeOverMs(self) -> list[float]:
        """
        How long each took.
        """
        return [float(ms) for ms in _TOOK.findall(self.output())]

    def protected(self) -> None:
        """
        Wait until the leader of now is followed.
        """

        def isFollowed() -> bool:
            told = self.output()
            leads = [each.end() for each in _LEADS.finditer(told)]
            return bool(leads) and _FOLLOWS.search(told, leads[-1]) is not None

        waitFor(isFollowed, 20, "another follows", every=0.01)

    def strike(self, how: signal.Signals = signal.SIGKILL) -> None:
        """
        Have the leader die, and wait until another leads.
        """
        self.protected()
        leader = self.leader
        os.kill(leader, how)
        waitFor(lambda: self.leader != leader, 10, "another leads", every=0.01)

    def handOver(self) -> None:
        """
        Have the other process lead, as an operator does.
        """
        self.protected()
        leader = self.leader
        self.ask("ha", "switchover")
        waitFor(lambda: self.leader != leader, 10, "another leads", every=0.01)

    def stop(self) -> None:
        super().stop()
        told = self.output()
        for pid in map(int, {*_FOLLOWS.findall(told), *_LEADS.findall(told)}):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
