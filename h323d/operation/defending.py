"""
The defence against who tries doors, as an operator sees and steers it: who is banned.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from h323d.gatekeeper.security.bans import FOR_EVER, Ban
from h323d.gatekeeper.security.defence import Defence
from h323d.operation.command import OperatorError
from h323d.operation.statusviews import BanFigures
from h323d.operation.views import View

__all__ = ["BanView", "Defending"]


@dataclass(frozen=True, slots=True)
class BanView(View):
    """
    Somebody is banned.

    @ivar source: an address, or a network.
    @ivar reason: for what: C{"scanner"}, C{"requests"}, C{"registrations"} or C{"failures"};
        C{"operator"}, where one has said so.
    @ivar since: for how long, in seconds.
    @ivar until: for how long from now, in seconds; C{None} until it is lifted.
    @ivar times: how often, one time soon after the other.
    @ivar counted: messages and connections that were turned away.
    """

    source: str
    reason: str
    since: float
    until: float | None
    times: int
    counted: int


class Defending:
    """
    Shows bans, and has them begun and lifted.
    """

    def __init__(self, defence: Defence) -> None:
        self._defence = defence

    def figures(self) -> BanFigures:
        """
        How many there are.
        """
        defence = self._defence
        return BanFigures(
            bans=len(defence.bans), suspects=defence.suspects, turnedAway=defence.refused
        )

    def bans(self, action: str, source: str, seconds: int, now: float) -> list[BanView]:
        """
        @param action: C{"list"}, C{"add"} or C{"remove"}.

        @return: the bans that there are, or what was added or removed.

        @raise OperatorError: C{source} is neither an address nor a network, or is not banned.
        """
        bans = self._defence.bans
        if action == "list":
            return _views(bans, now)
        try:
            if action == "add":
                return _views((bans.command(source, seconds),), now)
            lifted = bans.lift(source)
        except ValueError as error:
            raise OperatorError(str(error) if source else f"bans {action} needs ADDRESS") from None
        if not lifted:
            raise OperatorError(f"{source} is not banned")
        return _views(lifted, now)


def _views(bans: Iterable[Ban], now: float) -> list[BanView]:
    return [
        BanView(
            source=ban.source,
            reason=ban.reason,
            since=round(now - ban.since, 3),
            until=None if ban.until == FOR_EVER else round(ban.until - now, 3),
            times=ban.times,
            counted=ban.counted,
        )
        for ban in bans
    ]
