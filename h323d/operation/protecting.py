"""
What an operator sees of, and does with, the server that follows: the command C{ha}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from h323d.call.protection import IProtection, ProtectionState, Standing
from h323d.events.bus import EventBus
from h323d.events.following import Diverged, FollowerJoined, TookOver
from h323d.operation.command import OperatorError
from h323d.operation.views import View

__all__ = ["Protecting", "ProtectionView"]

IS_OFF = "nobody is to follow: ha.enabled is false"


@dataclass(frozen=True, slots=True)
class ProtectionView(View):
    """
    How a server is protected, as L{Standing<h323d.call.protection.Standing>} has it.

    @ivar protected: whether the death of who leads would be borne now.
    @ivar lastTakeOver: why whoever followed took over the last time; C{None} if that never was.
    @ivar lastSeconds: how long calls were not served then.
    """

    state: str
    protected: bool
    epoch: int
    turn: int
    lagTurns: int
    joins: int
    joinSeconds: float
    divergences: int
    takeOvers: int
    lastTakeOver: str | None
    lastSeconds: float
    unprotectedDeaths: int


class Protecting:
    """
    Shows how the server is protected, and has another lead or follow.
    """

    def __init__(self, protection: IProtection, events: EventBus) -> None:
        self._protection = protection
        self._joins = self._divergences = self._takeOvers = 0
        self._joinSeconds = 0.0
        self._last: TookOver | None = None
        events.subscribe(FollowerJoined, self._joined)
        events.subscribe(Diverged, self._diverged)
        events.subscribe(TookOver, self._tookOver)

    def _joined(self, fact: FollowerJoined) -> None:
        self._joins += 1
        self._joinSeconds = fact.seconds

    def _diverged(self, fact: Diverged) -> None:
        self._divergences += 1

    def _tookOver(self, fact: TookOver) -> None:
        self._takeOvers += 1
        self._last = fact

    def do(self, action: str) -> ProtectionView:
        """
        @param action: C{"status"}, C{"switchover"} or C{"join"}.

        @return: how it stood before.

        @raise OperatorError: it cannot be done.
        """
        view = self._view(self._protection.standing())
        if action != "status" and view.state == ProtectionState.OFF.value:
            raise OperatorError(IS_OFF)
        if action == "switchover":
            if not view.protected:
                raise OperatorError(f"nobody follows who could lead: {view.state}")
            self._protection.switchOver(view.epoch)
        elif action == "join":
            self._protection.join()
        return view

    def figures(self, standing: Standing) -> Mapping[str, float]:
        """
        For monitoring; empty where nobody is to follow.
        """
        view = self._view(standing)
        if view.state == ProtectionState.OFF.value:
            return {}
        return {
            "h323_ha_protected": int(view.protected),
            "h323_ha_epoch": view.epoch,
            "h323_ha_lag_turns": view.lagTurns,
            "h323_ha_lag_seconds": standing.lagSeconds,
            "h323_ha_join_seconds": view.joinSeconds,
            "h323_ha_divergence_total": view.divergences,
            "h323_ha_takeovers_total": view.takeOvers,
            "h323_ha_takeover_seconds": view.lastSeconds,
            "h323_ha_unprotected_deaths_total": view.unprotectedDeaths,
        }

    def _view(self, standing: Standing) -> ProtectionView:
        last = self._last
        return ProtectionView(
            state=standing.state.value,
            protected=standing.isProtected,
            epoch=standing.epoch,
            turn=standing.turn,
            lagTurns=standing.lag,
            joins=self._joins,
            joinSeconds=round(self._joinSeconds, 4),
            divergences=self._divergences,
            takeOvers=self._takeOvers,
            lastTakeOver=None if last is None else last.why,
            lastSeconds=0.0 if last is None else round(last.seconds, 4),
            unprotectedDeaths=standing.unprotectedDeaths,
        )
