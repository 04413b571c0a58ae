"""
One side of a bridge: a leg, and its sound in the mixer.
"""

from __future__ import annotations

import enum
from typing import Protocol

from h323d.call.legs import ILeg
from h323d.call.media import IMediaPort, IMixer
from h323d.call.observer import SilentObserver
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream

__all__ = ["Side", "SideOwner", "Sound"]


class Sound(enum.Enum):
    """
    What there is of a side's sound.
    """

    NONE = "none yet"
    FLOWING = "flowing"
    HELD = "on hold"
    OVER = "over"


class SideOwner(Protocol):
    """
    What a side tells its bridge.
    """

    def sideDialled(self, side: Side) -> None:
        """Our request for the call leaves."""

    def sideRings(self, side: Side) -> None:
        """Its party is told."""

    def sideAnswered(self, side: Side) -> None:
        """Its call is answered."""

    def sideHeard(self, side: Side) -> None:
        """Its sound flows, for the first time."""

    def sideHeld(self, side: Side) -> None:
        """Its party has put us on hold."""

    def sideResumed(self, side: Side) -> None:
        """Its party is back."""

    def sideDigit(self, side: Side, digit: str, milliseconds: int, method: DigitMethod) -> None:
        """Its party pressed a key."""

    def sideGone(self, side: Side, cause: Cause) -> None:
        """Its leg is over."""


class Side(SilentObserver):
    """
    Watches a leg, and keeps its sound in the mixer for as long as it flows.

    @ivar answered: whether its call is answered.
    @ivar sound: what there is of its sound.
    @ivar port: that of its sound; C{None} before it flows, and in the end.
    """

    def __init__(self, owner: SideOwner, leg: ILeg, mixer: IMixer) -> None:
        self.leg = leg
        self.answered = False
        self.sound = Sound.NONE
        self.port: IMediaPort | None = None
        self._owner = owner
        self._mixer = mixer

    def legDialled(self, leg: ILeg) -> None:
        self._owner.sideDialled(self)

    def legAlerting(self, leg: ILeg) -> None:
        self._owner.sideRings(self)

    def legAnswered(self, leg: ILeg) -> None:
        self.answered = True
        self._owner.sideAnswered(self)

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        if stream.medium is not Medium.AUDIO or self.sound in (Sound.FLOWING, Sound.OVER):
            return
        before, self.sound = self.sound, Sound.FLOWING
        self.port = port
        self._mixer.join(port)
        if before is Sound.NONE:
            self._owner.sideHeard(self)
        else:
            self._owner.sideResumed(self)

    def legMediaLost(self, leg: ILeg, medium: Medium) -> None:
        if medium is Medium.AUDIO and self.sound is Sound.FLOWING:
            self._silence(Sound.HELD)
            self._owner.sideHeld(self)

    def legDigit(self, leg: ILeg, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self._owner.sideDigit(self, digit, milliseconds, method)

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        self._silence(Sound.OVER)
        self.port = None
        self._owner.sideGone(self, cause)

    def _silence(self, sound: Sound) -> None:
        before, self.sound = self.sound, sound
        if before is Sound.FLOWING and self.port is not None:
            self._mixer.leave(self.port)
