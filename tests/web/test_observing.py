"""
What can be seen of a server by HTTP.
"""

from __future__ import annotations

import pytest

from h323d.call.gates import MAINTENANCE
from h323d.call.protection import UNPROTECTED
from h323d.operation.health import HealthView, healthOf
from h323d.web.observing import Observing


class FakeServer:
    """
    One that has no calls.
    """

    shut = None

    def health(self) -> HealthView:
        return healthOf(self.shut, UNPROTECTED, True, False)


@pytest.mark.parametrize("path", ["/health"])
def test_whatThereIs(path: str) -> None:
    (found,) = (each for each in Observing(FakeServer()).table if each.path == path)
    assert found.answer().status == 200


def test_healthIsLookedAtAnewEachTime() -> None:
    server = FakeServer()
    (health,) = (each for each in Observing(server).table if each.path == "/health")
    assert health.answer().status == 200
    server.shut = MAINTENANCE  # type: ignore[assignment]  # as the gates have it
    assert health.answer().status == 503
