"""
What an ARQ was told, until the Setup comes: so that nobody is asked twice where a call goes.

Kept for a minute, and for so many calls at most; what is lost is asked again.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime

from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routed.config import CallModel
from h323d.gatekeeper.routing.chain import FoundWay

__all__ = ["AdmittedRoutes", "RouteMemory"]

LIFETIME = 60.0  # seconds from an ACF to its Setup
MAXIMUM = 20_000  # calls


@dataclass(frozen=True, slots=True)
class AdmittedRoutes:
    """
    What one admitted call may do.

    @ivar caller: who asked; C{None} if another gatekeeper did.
    @ivar routes: where the called party is, best first.
    """

    caller: Registration | None
    model: CallModel
    routes: tuple[FoundWay, ...]


class RouteMemory:
    """
    The calls that were admitted, and are not set up yet, by their identifiers.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._calls: OrderedDict[bytes, tuple[float, AdmittedRoutes]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._calls)

    def remember(self, call: bytes, admitted: AdmittedRoutes) -> None:
        """
        @param call: the call identifier, 16 octets.
        """
        now = self._clock.seconds()
        self._calls.pop(call, None)
        self._calls[call] = (now + LIFETIME, admitted)
        while self._calls:
            oldest = next(iter(self._calls))
            if self._calls[oldest][0] > now and len(self._calls) <= MAXIMUM:
                return
            del self._calls[oldest]

    def recall(self, call: bytes, host: str, fromAnywhere: bool = False) -> AdmittedRoutes | None:
        """
        Give up what is known of a call.

        @param host: where its Setup came from: only who asked may use the answer.  What
            another gatekeeper was told is for whoever knows the call identifier.
        @param fromAnywhere: so is what an endpoint was told.
        """
        kept = self._calls.get(call)
        if kept is None:
            return None
        caller = kept[1].caller
        if caller is not None and host not in caller.hosts and not fromAnywhere:
            return None
        del self._calls[call]
        return kept[1] if kept[0] > self._clock.seconds() else None
