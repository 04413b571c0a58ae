"""
Who has entered wrong PINs: so many in an hour, and they are asked no more.

They are counted by who it is, where that is known, and else by the host that the call came from;
never by what a stranger calls itself, who could be another each time.
"""

from __future__ import annotations

from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime

from h323d.call.callers import ICallerNames
from h323d.call.legs import ILeg
from h323d.call.shares import sourceOf

__all__ = ["HOUR", "MAX_SOURCES", "Failures", "failingName"]

HOUR = 3600.0  # seconds
MAX_SOURCES = 10_000  # that are counted; of more, the one goes that has begun first


@dataclass(slots=True)
class _Counted:
    since: float
    count: int


class Failures:
    """
    Of all rooms together.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._counted: dict[str, _Counted] = {}

    def count(self, name: str) -> None:
        """
        Somebody has entered a wrong PIN.
        """
        counted = self._of(name)
        if counted is None:
            if len(self._counted) >= MAX_SOURCES:
                del self._counted[next(iter(self._counted))]
            counted = self._counted[name] = _Counted(self._clock.seconds(), 0)
        counted.count += 1

    def reach(self, name: str, most: int) -> bool:
        """
        Whether somebody has entered so many in an hour.
        """
        counted = self._of(name)
        return counted is not None and counted.count >= most

    def _of(self, name: str) -> _Counted | None:
        counted = self._counted.get(name)
        if counted is not None and self._clock.seconds() - counted.since >= HOUR:
            del self._counted[name]
            return None
        return counted


def failingName(leg: ILeg, callers: ICallerNames) -> str:
    """
    By which name a caller's wrong PINs are counted.  Whoever answers for others - a trunk, a
    gateway - answers for their names, too: one of them is not to shut out all.
    """
    name = callers.nameOf(leg)
    if not (name.party or leg.vouched):
        return sourceOf(leg.peer.host)
    first = "" if name.isOwn or not leg.calling else leg.calling[0].value
    return f"{name.party or sourceOf(leg.peer.host)} {first}"
