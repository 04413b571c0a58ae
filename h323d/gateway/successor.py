"""
A leg that is to have the place of a side of a bridge, from our answer until it is known to be real.

Until then the side keeps its place, and its call goes on: what an INVITE with C{Replaces} says, a
stranger may have written whom nobody ever hears of again (RFC 3891, 8).
"""

from __future__ import annotations

from typing import Protocol

from h323d.call.legs import ILeg
from h323d.call.media import IMediaPort
from h323d.call.observer import SilentObserver
from h323d.gateway.bridgeside import BridgeSide
from h323d.values.cause import Cause
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream

__all__ = ["Successor", "SuccessorOwner"]


class SuccessorOwner(Protocol):
    """
    What it tells the bridge.
    """

    def successorAnswered(self, successor: Successor) -> None:
        """It may have the place."""

    def successorGone(self, successor: Successor, cause: Cause) -> None:
        """It is over, and has not had it."""


class Successor(SilentObserver):
    """
    Waits at the door.

    @ivar leg: what waits.
    @ivar side: whose place it is to have.
    """

    def __init__(self, owner: SuccessorOwner, leg: ILeg, side: BridgeSide) -> None:
        self.leg = leg
        self.side = side
        self._owner = owner
        self._sound: tuple[IMediaPort, Stream] | None = None  # that flows already

    def handOver(self, side: BridgeSide) -> None:
        """
        Have its leg watched in the new call, where it is answered.

        @param side: of that call.
        """
        self.leg.observe(side)
        side.legAnswered(self.leg)
        if self._sound is not None:
            side.legMediaReady(self.leg, *self._sound)

    def legAnswered(self, leg: ILeg) -> None:
        self._owner.successorAnswered(self)

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        if stream.medium is Medium.AUDIO:
            self._sound = port, stream

    def legMediaLost(self, leg: ILeg, medium: Medium) -> None:
        if medium is Medium.AUDIO:
            self._sound = None

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        self._owner.successorGone(self, cause)
