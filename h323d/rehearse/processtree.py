"""
The processes of a server, as Linux tells of them: which there are, and what they use.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PROC", "ProcessSeen", "descendants"]

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class ProcessSeen:
    """
    @ivar command: its command line, with spaces.
    @ivar cpu: of a processor that it has used since it began, seconds.
    @ivar memory: resident, octets.
    """

    pid: int
    parent: int
    command: str
    cpu: float
    memory: int


def descendants(root: int, proc: Path = PROC) -> list[ProcessSeen]:
    """
    A process, and all that it and its children have begun, and that still are; none where the
    system does not tell.
    """
    everybody = {each.pid: each for each in _all(proc)}
    found = {root}
    size = 0
    while len(found) > size:
        size = len(found)
        found |= {pid for pid, each in everybody.items() if each.parent in found}
    return [everybody[pid] for pid in sorted(found) if pid in everybody]


def _all(proc: Path) -> Iterator[ProcessSeen]:
    if not proc.is_dir():
        return
    for place in proc.iterdir():
        if not place.name.isdecimal():
            continue
        try:
            stat = (place / "stat").read_text()
            command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has ended meanwhile
            continue
        fields = stat.rpartition(")")[2].split()  # from the third one on: a name may have spaces
        cpu = (int(fields[11]) + int(fields[12])) / TICKS
        if fields[0] != "Z":
            pid, parent = int(place.name), int(fields[1])
            yield ProcessSeen(pid, parent, command.strip(), cpu, int(fields[21]) * PAGE)
