"""
A leg that goes on in another call.
"""

from __future__ import annotations

from typing import Any

from h323d.call.legs import ILeg, LegDirection
from h323d.call.observer import SilentObserver
from h323d.gateway.bridgeside import BridgeSide
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.medium import Medium
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool
from tests.support.recorder import Recorder

__all__ = ["Observer", "OldCall"]


class Observer(SilentObserver):
    """
    The new call.
    """

    def __init__(self) -> None:
        self.told: list[str] = []

    def legAnswered(self, leg: ILeg) -> None:
        self.told.append("answered")

    def legMediaReady(self, leg: ILeg, port: Any, stream: Any) -> None:
        self.told.append("media")

    def legMediaLost(self, leg: ILeg, medium: Medium) -> None:
        self.told.append("lost")

    def legDigit(self, leg: ILeg, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self.told.append(f"digit {digit}")

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        self.told.append(f"released {cause.name}")


class OldCall:
    """
    Carol's leg in the old call.

    @ivar observer: whom what comes of it is told in the new one.
    """

    def __init__(self, direction: LegDirection = LegDirection.OUTGOING) -> None:
        owner: Any = Recorder()
        self.leg = FakeLeg("1003", FakePool())
        self.leg.direction = direction
        self.side = BridgeSide(owner, self.leg)
        self.leg.observe(self.side)
        self.leg.mediaReady()
        self.observer = Observer()
