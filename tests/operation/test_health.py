"""
When a server is well, when it is not quite, and when it is down.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.call.gates import MAINTENANCE
from h323d.call.protection import UNPROTECTED, ProtectionState, Standing
from h323d.operation.health import NOBODY_FOLLOWS, UNWRITTEN, HealthView, healthOf


def health(state: ProtectionState = ProtectionState.OFF, **changed: Any) -> HealthView:
    given = {"shut": None, "standing": Standing(state), "isKept": True, "mustKeep": False}
    return healthOf(**{**given, **changed})


def test_aServerThatTakesCallsIsWell() -> None:
    assert health() == HealthView("ok", True, False, "off", ())


def test_oneInMaintenanceIsDown() -> None:
    expected = HealthView("down", False, True, "off", ("no calls are taken: maintenance",))
    assert health(shut=MAINTENANCE) == expected


@pytest.mark.parametrize(
    ("state", "reasons"),
    [
        (ProtectionState.OFF, ()),
        (ProtectionState.ALONE, (NOBODY_FOLLOWS,)),
        (ProtectionState.JOINING, (NOBODY_FOLLOWS,)),
        (ProtectionState.PROTECTED, ()),
        (ProtectionState.HANDING_OVER, ()),
    ],
)
def test_oneThatNobodyFollowsWhereSomebodyShouldIsDegraded(
    state: ProtectionState, reasons: tuple[str, ...]
) -> None:
    assert (health(state).state, health(state).standby, health(state).reasons) == (
        *("degraded" if reasons else "ok", state.value, reasons),
    )


def test_oneWhoseLogCannotBeWrittenIsDegraded() -> None:
    assert (health(isKept=False).state, health(isKept=False).reasons) == ("degraded", (UNWRITTEN,))


def test_itIsDownIfCallsAreRefusedThen() -> None:
    view = health(isKept=False, mustKeep=True)
    assert (view.state, view.ok, view.draining) == ("down", False, False)
    assert view.reasons == (UNWRITTEN + ", and calls are refused",)


def test_theWorstIsSaid() -> None:
    assert health(ProtectionState.ALONE, shut=MAINTENANCE).state == "down"
    assert UNPROTECTED.state is ProtectionState.OFF
