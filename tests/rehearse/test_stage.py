"""
The server that is struck.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from h323d.rehearse.processtree import ProcessSeen
from h323d.rehearse.stage import NONSENSE, Stage, roleOf

GOOD = "guardians:\n  - terminal_id: if://guardian/anna\n"


class FakeReactor:
    def __init__(self) -> None:
        self.commands: list[list[str]] = []

    def spawnProcess(
        self, protocol: object, program: str, arguments: list[str], env: None, path: str
    ) -> None:
        self.commands.append(arguments)


def stage(directory: Path, isProtected: bool = True) -> Stage:
    registry = directory / "guardians.yaml"
    registry.write_text(GOOD)
    ports = (5060, 1720, 1719)
    more = '[guard]\nname = "rehearsal"\n'
    return Stage(FakeReactor(), directory, "127.0.0.1", ports, isProtected, registry, more)


@pytest.mark.parametrize(
    ("pid", "command", "role"),
    [
        (5, "python keeper", "keeper"),
        (6, "python twistd", "leader"),
        (7, "python twistd", "follower"),
        (8, "python -c from h323d.cli.mediaprocess import main", "media"),
    ],
)
def test_eachProcessIsKnownForWhatItIs(pid: int, command: str, role: str) -> None:
    assert roleOf(ProcessSeen(pid, 1, command, 0.0, 0), leader=6, root=5) == role


def test_aBrokenRegistryIsMendedAsItWas(tmp_path: Path) -> None:
    server = stage(tmp_path)
    server.breakRegistry()
    server.breakRegistry()
    assert (tmp_path / "guardians.yaml").read_text() == NONSENSE
    server.mendRegistry()
    assert (tmp_path / "guardians.yaml").read_text() == GOOD
    server.mendRegistry()
    assert (tmp_path / "guardians.yaml").read_text() == GOOD


@pytest.mark.parametrize("isProtected", [False, True])
def test_itIsConfiguredAsItIsToBe(isProtected: bool, tmp_path: Path) -> None:
    server = stage(tmp_path, isProtected)
    server.start()
    configuration = (tmp_path / "h323d.toml").read_text()
    assert f"enabled = {str(isProtected).lower()}" in configuration
    assert configuration.endswith('[guard]\nname = "rehearsal"\n')
    assert server.processes() == [], "it was not really begun"
