"""
One side of a bridge: a leg, and its sound in the mixer.

Several sides may be called at the same time, and have sound before any of them answers; one of
them at most is in the mixer.
"""

from __future__ import annotations

import enum
from typing import Protocol

from h323d.call.legs import ILeg, ITransferRequest
from h323d.call.media import IMediaPort, IMixer
from h323d.call.observer import SilentObserver
from h323d.call.sounds import soundOf
from h323d.call.timer import Timer
from h323d.call.ways import Way
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediumProfile
from h323d.values.media.streams import Stream
from h323d.values.proceeding import Proceeding
from h323d.values.sound import Sound

__all__ = ["BridgeSide", "BridgeSideOwner", "SideSound"]


class SideSound(enum.Enum):
    """
    What there is of a side's sound.
    """

    NONE = "none yet"
    FLOWING = "flowing"
    HELD = "on hold"
    OVER = "over"


class BridgeSideOwner(Protocol):
    """
    What a side tells its bridge.
    """

    def sideDialled(self, side: BridgeSide) -> None:
        """Our request for the call leaves."""

    def sideProceeds(self, side: BridgeSide, how: Proceeding) -> None:
        """What becomes of our request, as is said there."""

    def sideStalls(self, side: BridgeSide) -> None:
        """For long, no more is heard of our request than that it is worked on."""

    def sideRings(self, side: BridgeSide) -> None:
        """Its party is told."""

    def sideRedirected(self, side: BridgeSide, way: Way) -> None:
        """Its party is to be called elsewhere, and its leg, not answered, is about to be over."""

    def sideAnswered(self, side: BridgeSide) -> None:
        """Its call is answered."""

    def sideHeard(self, side: BridgeSide, stream: Stream) -> None:
        """Its sound flows, for the first time."""

    def sideChanged(self, side: BridgeSide) -> None:
        """Its party speaks something else than before, or takes something else."""

    def sideHeld(self, side: BridgeSide) -> None:
        """Its party has put us on hold."""

    def sideResumed(self, side: BridgeSide) -> None:
        """Its party is back."""

    def sideDigit(
        self, side: BridgeSide, digit: str, milliseconds: int, method: DigitMethod
    ) -> None:
        """Its party pressed a key."""

    def sidePictureWanted(self, side: BridgeSide) -> None:
        """Its party wants a whole picture."""

    def sideAsks(self, side: BridgeSide, request: ITransferRequest) -> None:
        """Its party wants somebody else to be called in its place."""

    def sideReplaced(self, side: BridgeSide, by: ILeg) -> None:
        """Somebody else is to have its place."""

    def sideGone(self, side: BridgeSide, cause: Cause) -> None:
        """Its leg is over."""


class BridgeSide(SilentObserver):
    """
    Watches a leg, and keeps its sound in the mixer for as long as it flows, once it is let in.

    @ivar answered: whether its call is answered.
    @ivar rings: whether its party is told, and has not answered.
    @ivar sound: what there is of its sound.
    @ivar port: that of its sound; C{None} before it flows, and in the end.
    @ivar figures: how its sound had fared when it left the mixer last; C{None} if there was none.
    """

    def __init__(
        self, owner: BridgeSideOwner, leg: ILeg, offered: MediumProfile | None = None
    ) -> None:
        """
        @param offered: what it was told that it may speak; C{None} if we were not the first to say.
        """
        self.leg = leg
        self.answered = self.rings = False
        self.sound = SideSound.NONE
        self.port: IMediaPort | None = None
        self.figures: Sound | None = None
        self._owner = owner
        self._offered = offered
        self._spoken: MediaFormat | None = None  # last, as far as is known
        self._mixer: IMixer | None = None  # that it is let into
        self._patience: Timer | None = None
        self._progress = 0.0

    def enter(self, mixer: IMixer) -> None:
        """
        Let its sound in, now or when it flows.
        """
        if self._mixer is None:
            self._mixer = mixer
            if self.sound is SideSound.FLOWING and self.port is not None:
                mixer.join(self.port)

    @property
    def speaks(self) -> tuple[MediaFormat, ...] | None:
        """
        What the side is sent, or was before it put us on hold, or else what it has said it speaks,
        or all that it was offered, where that merely passes; C{None} if that is not known.
        """
        spoken: tuple[MediaFormat, ...] | None = self.leg.speaks
        offered = self._offered
        if self._spoken is not None:
            return (self._spoken,)
        if spoken is None and offered is not None and offered.formats == offered.passed:
            return offered.formats
        return spoken

    def expect(self, patience: Timer, seconds: float, progress: float) -> None:
        """
        Give up a call of ours of which nothing is heard for so long.

        @param progress: seconds after which, of one that is worked on and no more, it is told that
            it stalls; 0 for never.
        """
        self._patience, self._progress = patience, progress
        patience.start(seconds, self._unheard)

    def _stalls(self) -> None:
        self._owner.sideStalls(self)

    def _unheard(self) -> None:
        self.leg.hangup(Cause.NO_USER_RESPONDING)

    def _heard(self) -> None:
        if self._patience is not None:
            self._patience.stop()

    def legDialled(self, leg: ILeg) -> None:
        self._owner.sideDialled(self)

    def legProceeding(self, leg: ILeg, how: Proceeding = Proceeding.UNDER_WAY) -> None:
        self._owner.sideProceeds(self, how)
        isAllThatIsHeard = not (self.rings or self.answered or self.port)
        self._heard()
        if isAllThatIsHeard and self._patience is not None and self._progress:
            self._patience.start(self._progress, self._stalls)

    def legAlerting(self, leg: ILeg) -> None:
        isNew = not (self.rings or self.answered)
        self.rings = not self.answered
        self._heard()
        if isNew:
            self._owner.sideRings(self)

    def legAnswered(self, leg: ILeg) -> None:
        self._heard()
        self.answered, self.rings = True, False
        self._owner.sideAnswered(self)

    def legTransferRequested(self, leg: ILeg, request: ITransferRequest) -> None:
        if self.answered:
            self._owner.sideAsks(self, request)
        else:
            self._owner.sideRedirected(self, request.way)
            request.fail(Cause.FACILITY_REJECTED)  # but if its leg ends with that

    def legReplaced(self, leg: ILeg, by: ILeg) -> None:
        self._owner.sideReplaced(self, by)

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        if stream.medium is not Medium.AUDIO or self.sound is SideSound.OVER:
            return
        self._heard()
        before, self.sound = self.sound, SideSound.FLOWING
        self.port = port
        if stream.transmit is not None:
            self._spoken = stream.transmit.format
        if before is SideSound.FLOWING:
            self._owner.sideChanged(self)
            return
        if self._mixer is not None:
            self._mixer.join(port)
        if before is SideSound.NONE:
            self._owner.sideHeard(self, stream)
        else:
            self._owner.sideResumed(self)

    def legMediaLost(self, leg: ILeg, medium: Medium) -> None:
        if medium is Medium.AUDIO and self.sound is SideSound.FLOWING:
            self._silence(SideSound.HELD)
            self._owner.sideHeld(self)

    def legDigit(self, leg: ILeg, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self._owner.sideDigit(self, digit, milliseconds, method)

    def legPictureWanted(self, leg: ILeg) -> None:
        self._owner.sidePictureWanted(self)

    def depart(self) -> None:
        """
        Its leg goes on elsewhere, and takes its sound along.
        """
        self._silence(SideSound.OVER)
        self.port = None

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        self._heard()
        self.depart()
        self._owner.sideGone(self, cause)

    def _silence(self, sound: SideSound) -> None:
        before, self.sound = self.sound, sound
        if before is SideSound.FLOWING and self.port is not None:
            self.figures = soundOf(self.port.statistics())
            if self._mixer is not None:
                self._mixer.leave(self.port)
