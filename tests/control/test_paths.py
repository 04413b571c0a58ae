"""
Where the server keeps its files.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from h323d.control.config import ControlConfig
from h323d.control.paths import hostKeyPath, stateDirectory


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)


def test_theConfigurationGoesBeforeTheEnvironment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/h323d")
    assert stateDirectory(ControlConfig(stateDirectory="~/state")) == Path("/home/anna/state")
    assert stateDirectory(ControlConfig()) == Path("/var/lib/h323d")


def test_ofSeveralDirectoriesTheFirstIsTaken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/h323d:/var/lib/more")
    assert stateDirectory(ControlConfig()) == Path("/var/lib/h323d")


def test_withoutEitherItIsInTheUsersHome() -> None:
    assert stateDirectory(ControlConfig()) == Path("/home/anna/.local/state/h323d")


def test_aUserWithoutAHomeHasOneToo(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nowhere)
    assert stateDirectory(ControlConfig()) == Path("/var/lib/h323d")


def test_theHostKeyIsThere() -> None:
    config = ControlConfig(stateDirectory="/state", manholeHostKey="key")
    assert hostKeyPath(config) == Path("/state/key")
