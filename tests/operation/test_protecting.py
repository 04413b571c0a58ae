"""
What an operator sees of the server that follows, and does with it.
"""

from __future__ import annotations

import dataclasses

import pytest
from zope.interface import implementer

from h323d.call.protection import (
    UNPROTECTED,
    IProtection,
    NoProtection,
    ProtectionState,
    Standing,
)
from h323d.events.bus import EventBus
from h323d.events.following import Diverged, FollowerJoined, TookOver
from h323d.operation.command import OperatorError
from h323d.operation.protecting import Protecting

STANDING = Standing(ProtectionState.PROTECTED, 3, 700, 2, 0.25, unprotectedDeaths=1)


@implementer(IProtection)
class FakeProtection:
    """
    @ivar done: what was asked of it.
    """

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self.done: list[str] = []

    def standing(self) -> Standing:
        return self._standing

    def switchOver(self, epoch: int) -> None:
        self.done.append(f"switchOver {epoch}")

    def join(self) -> None:
        self.done.append("join")


def protecting(protection: IProtection) -> Protecting:
    """
    With what has happened so far.
    """
    events = EventBus()
    protecting = Protecting(protection, events)
    events.publish(FollowerJoined(1.0, 5, 0.07))
    events.publish(Diverged(2.0, 6, "other things leave", (), ()))
    events.publish(FollowerJoined(3.0, 7, 0.02))
    events.publish(TookOver(4.0, "crashed", 0.015, 3))
    return protecting


def test_howAServerIsProtectedIsShownAsItIs() -> None:
    view = protecting(FakeProtection(STANDING)).do("status")
    assert dataclasses.astuple(view) == (
        *("protected", True, 3, 700, 2, 2, 0.02, 1, 1, "crashed", 0.015, 1),
    )


def test_theFiguresAreThoseOfAMonitor() -> None:
    assert protecting(FakeProtection(STANDING)).figures(STANDING) == {
        "h323_ha_protected": 1,
        "h323_ha_epoch": 3,
        "h323_ha_lag_turns": 2,
        "h323_ha_lag_seconds": 0.25,
        "h323_ha_join_seconds": 0.02,
        "h323_ha_divergence_total": 1,
        "h323_ha_takeovers_total": 1,
        "h323_ha_takeover_seconds": 0.015,
        "h323_ha_unprotected_deaths_total": 1,
    }


@pytest.mark.parametrize(
    ("state", "protected"),
    [
        (ProtectionState.ALONE, 0),
        (ProtectionState.JOINING, 0),
        (ProtectionState.PROTECTED, 1),
        (ProtectionState.HANDING_OVER, 1),
    ],
)
def test_onlyWhoeverIsFollowedIsProtected(state: ProtectionState, protected: int) -> None:
    standing = dataclasses.replace(STANDING, state=state)
    assert protecting(FakeProtection(standing)).figures(standing)["h323_ha_protected"] == protected


@pytest.mark.parametrize(("action", "done"), [("switchover", "switchOver 3"), ("join", "join")])
def test_whatAnOperatorWantsIsDone(action: str, done: str) -> None:
    protection = FakeProtection(STANDING)
    protecting(protection).do(action)
    assert protection.done == [done]


def test_nobodyIsHandedOverToWhereNobodyFollows() -> None:
    protection = FakeProtection(dataclasses.replace(STANDING, state=ProtectionState.JOINING))
    with pytest.raises(OperatorError, match="nobody follows who could lead: joining"):
        protecting(protection).do("switchover")
    assert protection.done == []


@pytest.mark.parametrize("action", ["switchover", "join"])
def test_aServerThatNobodyIsToFollowSaysSo(action: str) -> None:
    alone = protecting(NoProtection())
    assert (alone.do("status").state, alone.figures(UNPROTECTED)) == ("off", {})
    with pytest.raises(OperatorError, match=r"nobody is to follow: ha\.enabled is false"):
        alone.do(action)
