"""
The figures of a server: that looking at them is no input, and what they are.
"""

from __future__ import annotations

from h323d.call.gates import MAINTENANCE
from h323d.call.protection import UNPROTECTED, ProtectionState, Standing
from h323d.operation.vitals import Vitals
from tests.support.simulation import Simulation


def vitals() -> Vitals:
    return Simulation().server("10.0.0.1").server.operator.vitals


def test_whoLooksFromOutsideSaysHowItIsProtected() -> None:
    looked = vitals()
    assert looked.health(UNPROTECTED).state == "ok"
    alone = Standing(ProtectionState.ALONE, 3, 700, 2)
    assert looked.health(alone).state == "degraded"
    assert (looked.status(alone).ha or {})["h323_ha_epoch"] == 3


def test_aServerThatTakesNoCallsIsDown() -> None:
    server = Simulation().server("10.0.0.1").server
    server.gates.close(MAINTENANCE)
    assert server.operator.vitals.health(UNPROTECTED).state == "down"
    assert server.operator.health() == server.operator.vitals.health(UNPROTECTED)
