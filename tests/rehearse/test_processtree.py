"""
What Linux tells of a server's processes.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from h323d.rehearse.processtree import PAGE, PROC, TICKS, descendants


def written(
    proc: Path, pid: int, parent: int, state: str = "S", command: str = "twistd -n"
) -> None:
    place = proc / str(pid)
    place.mkdir()
    numbers = [
        str(parent),
        *["0", "0", "0", "0", "0", "0", "0", "0", "0"],
        str(3 * TICKS),
        str(TICKS),
        *"0" * 8,
        "10",
    ]
    (place / "stat").write_text(f"{pid} (a (strange) name) {state} {' '.join(numbers)} 0\n")
    (place / "cmdline").write_bytes(command.replace(" ", "\0").encode() + b"\0")


def test_childrenAndTheirsAreFoundAndNobodyElse(tmp_path: Path) -> None:
    for pid, parent in ((10, 1), (11, 10), (12, 11), (20, 1), (21, 20)):
        written(tmp_path, pid, parent)
    written(tmp_path, 13, 10, "Z")
    (tmp_path / "meminfo").write_text("")
    assert [each.pid for each in descendants(10, tmp_path)] == [10, 11, 12]


def test_whatItUsesIsRead(tmp_path: Path) -> None:
    written(tmp_path, 10, 1, command="python -m h323d.cli.mediaprocess")
    (seen,) = descendants(10, tmp_path)
    assert (seen.cpu, seen.memory) == (4.0, 10 * PAGE)
    assert seen.command == "python -m h323d.cli.mediaprocess"


def test_whereNothingIsToldThereIsNothing(tmp_path: Path) -> None:
    assert descendants(10, tmp_path) == []
    assert descendants(10, tmp_path / "proc") == []


@pytest.mark.skipif(not PROC.is_dir(), reason="no /proc")
def test_weAreThere() -> None:
    seen = {each.pid: each for each in descendants(os.getpid())}
    assert seen[os.getpid()].memory > 0
