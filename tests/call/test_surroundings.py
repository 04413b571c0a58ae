"""
Where files are that outlive the process.
"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from twisted.internet.task import Clock

from h323d.events.bus import EventBus
from tests.support.network import SimulatedNetwork
from tests.support.zone import surroundings

CLOCK = Clock()
SIMULATION = surroundings(SimulatedNetwork(CLOCK, random.Random(1)), CLOCK, "10.0.0.1", EventBus())
SERVICE = replace(SIMULATION, stateDirectory=Path("/state"))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("cdr.jsonl", "/state/cdr.jsonl"),
        ("log/cdr.jsonl", "/state/log/cdr.jsonl"),
        ("/var/log/cdr.jsonl", "/var/log/cdr.jsonl"),
        ("~/cdr.jsonl", "/home/anna/cdr.jsonl"),
    ],
)
def test_aRelativePathIsUnderTheStateDirectory(
    name: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    assert SERVICE.pathOf(name) == Path(path)


def test_noNameIsNoFile() -> None:
    assert SERVICE.pathOf("") is None


def test_aSimulationKeepsOnlyWhatHasAnAbsolutePath() -> None:
    assert SIMULATION.pathOf("cdr.jsonl") is None
    assert SIMULATION.pathOf("/tmp/cdr.jsonl") == Path("/tmp/cdr.jsonl")
