"""
What holds for every walk.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twisted.logger import globalLogPublisher

from tests.support.followed import Followed
from tests.support.loggedfailures import LoggedFailures
from tests.support.seal import sealed
from tests.support.simulation import Simulation

ALWAYS = frozenset({"test_hold", "test_invite", "test_rrq", "test_transfer"})
"""
Whose servers are followed whatever is asked for: one file of each kind, and not much work.
"""


@pytest.fixture(autouse=True)
def oneDoor() -> Iterator[None]:
    """
    Whatever enters a server enters by its surroundings: every other way is walled up.
    """
    with sealed():
        yield


@pytest.fixture(autouse=True)
def lockstep(
    request: pytest.FixtureRequest,
    oneDoor: None,
    loggedFailures: LoggedFailures,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    """
    A second server is given what each server was given, and does the same: in some walks always, and
    in all with C{--followed}.
    """
    wanted = request.config.getoption("--followed") or request.path.stem in ALWAYS
    if not wanted or request.node.get_closest_marker("alone") is not None:
        yield
        return
    followed = Followed()
    monkeypatch.setattr(Simulation, "kind", followed.server)
    yield
    globalLogPublisher.removeObserver(loggedFailures)  # they were told of where it was led
    followed.check()
