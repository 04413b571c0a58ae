"""
Whether a server does what it is there for, in a word: what a load balancer, a watchdog or an
operator asks first.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.call.applications import Refusal
from h323d.call.protection import ProtectionState, Standing
from h323d.operation.healthstate import HealthState
from h323d.operation.views import View

__all__ = ["HealthView", "healthOf"]

NOBODY_FOLLOWS = "nobody follows who could take over"
UNWRITTEN = "the witness's log cannot be written"


@dataclass(frozen=True, slots=True)
class HealthView(View):
    """
    How a server is.

    @ivar state: the value of a L{HealthState}.
    @ivar ok: whether calls are taken.
    @ivar draining: whether they are not because somebody has said so, and those that are there go
        on.
    @ivar standby: whether somebody follows: the value of a
        L{ProtectionState<h323d.call.protection.ProtectionState>}.
    @ivar reasons: why it is not well, in words.
    """

    state: str
    ok: bool
    draining: bool
    standby: str
    reasons: tuple[str, ...]


def healthOf(shut: Refusal | None, standing: Standing, isKept: bool, mustKeep: bool) -> HealthView:
    """
    @param shut: why no call passes the gates; C{None} while they do.
    @param isKept: whether the witness's log can be written, or is not wanted.
    @param mustKeep: whether no call is taken otherwise.
    """
    isAlone = standing.state in (ProtectionState.ALONE, ProtectionState.JOINING)
    isRefusing = mustKeep and not isKept
    wrong = {
        "no calls are taken: " + ("" if shut is None else shut.word): shut is not None,
        UNWRITTEN + (", and calls are refused" if isRefusing else ""): not isKept,
        NOBODY_FOLLOWS: isAlone,
    }
    reasons = tuple(reason for reason, isSo in wrong.items() if isSo)
    ok = shut is None and not isRefusing
    state = HealthState.DEGRADED if reasons else HealthState.OK
    return HealthView(
        state=(state if ok else HealthState.DOWN).value,
        ok=ok,
        draining=shut is not None,
        standby=standing.state.value,
        reasons=reasons,
    )
