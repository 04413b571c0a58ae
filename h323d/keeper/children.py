"""
Processes that the keeper has begun, or that have become its own as their parents died: how they
begin, and how they end (waitid(2), C{PR_SET_CHILD_SUBREAPER}).
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Children", "Ending", "Memory"]

_PR_SET_CHILD_SUBREAPER = 36
_OURS = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Ending:
    """
    How a process has ended.

    @ivar status: what it has returned; C{None} if a signal has ended it.
    @ivar signal: which one; C{None} if none has.
    @ivar isOutOfMemory: whether it was the system that killed it, for want of memory.
    """

    pid: int
    status: int | None
    signal: int | None
    isOutOfMemory: bool = False


class Memory:
    """
    How often the system has killed a process of our control group for want of memory (cgroups(7),
    version 2).
    """

    def __init__(self, ours: Path = _OURS, groups: Path = _GROUPS) -> None:
        """
        @param ours: says which group we are in.
        @param groups: where groups are.
        """
        self._events = groups / _group(ours).lstrip("/") / "memory.events"

    def kills(self) -> int:
        """
        @return: 0 where that is not known.
        """
        try:
            lines = self._events.read_text().splitlines()
        except OSError:
            return 0
        counts = dict(line.split(maxsplit=1) for line in lines)
        return int(counts.get("oom_kill", 0))


def _group(ours: Path) -> str:
    try:
        lines = ours.read_text().splitlines()
    except OSError:
        return ""
    return next((line[3:] for line in lines if line.startswith("0::")), "")


class Children:
    """
    All of this process.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._kills = memory.kills()

    def adopt(self) -> None:
        """
        Become the parent of whatever a child leaves behind.

        @raise OSError: the system does not let us.
        """
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    def begin(
        self, command: Sequence[str], environment: Mapping[str, str], inherited: Sequence[int]
    ) -> int:
        """
        Begin a program, in a group of its own, so that what a terminal sends to ours is ours alone.

        @param inherited: the descriptors that it has, beside the first three.

        @return: its process's number.

        @raise OSError: it cannot be begun.
        """
        for each in inherited:
            os.set_inheritable(each, True)
        try:
            return os.posix_spawnp(
                command[0],
                list(command),
                environment,
                setpgroup=0,
                setsigmask=(),
                setsigdef=(signal.SIGPIPE, signal.SIGXFSZ),  # which Python ignores
            )
        finally:
            for each in inherited:
                os.set_inheritable(each, False)

    @property
    def areThere(self) -> bool:
        """
        Whether there are any.
        """
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return False
        return True

    def reap(self) -> list[Ending]:
        """
        @return: how those have ended that have since this was last asked.
        """
        return self._reap(os.WNOHANG)

    def killAll(self) -> list[Ending]:
        """
        Kill them, and what they leave behind.

        @return: how they have ended.
        """
        endings: list[Ending] = []
        while self.areThere:
            for each in _ours():
                os.kill(each, signal.SIGKILL)
            endings += self._reap(0)
        return endings

    def _reap(self, how: int) -> list[Ending]:
        endings: list[Ending] = []
        while True:
            try:
                found = os.waitid(os.P_ALL, 0, os.WEXITED | how)
            except ChildProcessError:
                return endings
            if found is None:
                return endings
            endings.append(self._ending(found))
            how = os.WNOHANG

    def _ending(self, found: os.waitid_result) -> Ending:
        if found.si_code == os.CLD_EXITED:
            return Ending(found.si_pid, found.si_status, None)
        kills, self._kills = self._kills, self._memory.kills()
        isOutOfMemory = found.si_status == signal.SIGKILL and self._kills > kills
        return Ending(found.si_pid, None, found.si_status, isOutOfMemory)


def _ours() -> list[int]:
    """
    The children of this process, which has one thread.
    """
    return [
        int(each) for each in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    ]
