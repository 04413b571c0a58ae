"""
The server that a rehearsal starts, and what is done to it on purpose.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from h323d.cli.serverprocess import ServerProcess
from h323d.rehearse.processtree import ProcessSeen, descendants

__all__ = ["Stage", "roleOf"]

MEDIA = "h323d.cli.mediaprocess"
NONSENSE = "guardians: [{terminal_id: if://guardian/nobody, status: perhaps\n"
APART = """\
import ctypes, os, signal, sys
os.setsid()
ctypes.CDLL(None).prctl(1, signal.SIGTERM)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""
Begins a program that Ctrl-C does not end, which is for whoever rehearses, and that ends when they
do, whatever they die of (PR_SET_PDEATHSIG of prctl(2)).
"""


class Stage(ServerProcess):
    """
    A server that can be struck.
    """

    before = (sys.executable, "-c", APART)

    def __init__(
        self,
        reactor: Any,
        directory: Path,
        host: str,
        ports: tuple[int, int, int],
        isProtected: bool,
        registry: Path | None = None,
        more: str = "",
    ) -> None:
        """
        @param ports: of SIP, H.323 and RAS.
        @param isProtected: whether another process follows it.
        @param registry: of guardians; C{None} where nobody guards.
        """
        super().__init__(reactor, directory, host, ports, int(isProtected), isProtected, more)
        self._isProtected = isProtected
        self._registry = registry
        self._kept = b""

    @property
    def pid(self) -> int | None:
        pid: int | None = getattr(self.transport, "pid", None)
        return pid

    def processes(self) -> list[ProcessSeen]:
        """
        Those that there are; none where the system does not tell.
        """
        return [] if self.pid is None else descendants(self.pid)

    def leads(self) -> int:
        """
        The process that leads; the only one, if nobody follows.
        """
        return self.leader if self._isProtected else self.pid or 0

    def roles(self) -> list[tuple[str, ProcessSeen]]:
        """
        Each process, and what it is.
        """
        leader, root = self.leads(), self.pid
        return [(roleOf(each, leader, root), each) for each in self.processes()]

    def isGuardedByOther(self) -> bool:
        """
        Whether another process would go on at this moment; C{True} where there is none to.
        """
        return not self._isProtected or self.protected()

    # What is done to it.

    def killMedia(self) -> bool:
        """
        @return: whether there was a process of media.
        """
        media = [each for role, each in self.roles() if role == "media"]
        for each in media[:1]:
            os.kill(each.pid, signal.SIGKILL)
        return bool(media)

    def stall(self) -> int:
        """
        @return: the process that stands still now, until L{goOn}.
        """
        leader = self.leads()
        os.kill(leader, signal.SIGSTOP)
        return leader

    def goOn(self, pid: int) -> None:
        with suppress(ProcessLookupError):  # it was taken for hung, and killed
            os.kill(pid, signal.SIGCONT)

    def breakRegistry(self) -> None:
        if self._registry is not None and not self._kept:
            self._kept = self._registry.read_bytes()
            self._registry.write_text(NONSENSE)

    def mendRegistry(self) -> None:
        if self._registry is not None and self._kept:
            self._registry.write_bytes(self._kept)
            self._kept = b""

    def fillDisk(self) -> None:
        """
        No file grows any more, as if there were no place: a limit of its processes, which takes no
        root.  Those that it begins from now on have it, too.
        """
        self._limitFiles(0)

    def freeDisk(self) -> None:
        self._limitFiles(resource.RLIM_INFINITY)

    def _limitFiles(self, octets: int) -> None:
        for each in self.processes():
            try:
                _, hard = resource.prlimit(each.pid, resource.RLIMIT_FSIZE)
                soft = hard if octets == resource.RLIM_INFINITY else octets
                resource.prlimit(each.pid, resource.RLIMIT_FSIZE, (soft, hard))
            except ProcessLookupError:  # it has ended meanwhile
                continue


def roleOf(seen: ProcessSeen, leader: int, root: int | None) -> str:
    """
    What a process of the server is: C{leader}, C{media}, C{keeper} or C{follower}.
    """
    if seen.pid == leader:
        return "leader"
    if MEDIA in seen.command:
        return "media"
    return "keeper" if seen.pid == root else "follower"
