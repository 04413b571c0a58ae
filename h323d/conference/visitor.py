"""
One leg that is answered, and is asked for the PIN of a room before it has a seat there.

It hears the prompts, and nothing of the room; nobody hears it.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.digits import DigitFilter
from h323d.call.legs import ILeg
from h323d.call.media import IMediaPool, IMediaPort
from h323d.call.observer import SilentObserver, Unheeded
from h323d.call.timer import Timer
from h323d.conference.access import RoomAccess
from h323d.conference.arrival import Arrival
from h323d.conference.asking import Patience, newAsking
from h323d.conference.attendant import Attendant
from h323d.conference.roles import RoomRole
from h323d.sounds.house import Sounds
from h323d.sounds.names import HouseSound
from h323d.sounds.reciting import Reciter
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream

__all__ = ["Visitor", "VisitorOwner"]

_LOOK = 0.1  # seconds between two looks for keys that have come as tones


class VisitorOwner(Protocol):
    """
    What a visitor tells its host.
    """

    def visitorEnters(self, visitor: Visitor, entered: str) -> RoomRole | None:
        """It has entered a PIN: what it is in the room with that, or C{None}."""

    def visitorPassed(self, visitor: Visitor, role: RoomRole) -> None:
        """It may have its seat."""

    def visitorFailed(self, visitor: Visitor) -> None:
        """It has entered a wrong one for the last time."""

    def visitorDigit(self, visitor: Visitor, method: DigitMethod) -> None:
        """It pressed a key."""

    def visitorLeft(self, visitor: Visitor, cause: Cause) -> None:
        """It is gone before it had one."""


class Visitor(SilentObserver):
    """
    @ivar leg: its call.
    @ivar arrival: how it came, and where it wants to go.
    @ivar access: that to the room.
    @ivar patience: how long it is asked.
    @ivar media: what is negotiated, by medium.
    """

    def __init__(
        self,
        owner: VisitorOwner,
        arrival: Arrival,
        access: RoomAccess,
        patience: Patience,
        pool: IMediaPool,
        sounds: Sounds,
        clock: IReactorTime,
    ) -> None:
        self.leg = arrival.leg
        self.arrival = arrival
        self.access = access
        self.patience = patience
        self.media: dict[Medium, tuple[IMediaPort, Stream]] = {}
        self._owner = owner
        self._mixer = pool.openMixer(Unheeded())
        self._attendant = Attendant(self._mixer, sounds)
        self._reciter = Reciter(self._attendant, sounds, clock)
        self._presses = DigitFilter(clock)
        self._timer = Timer(clock)
        self._isHeard = False
        self._asking = newAsking(self, clock, patience)

    def begin(self) -> None:
        """
        Ask.
        """
        self._timer.start(_LOOK, self._listen)
        self._asking.begin()

    # What the machine wants.

    def ask(self) -> None:
        self._play(HouseSound.ENTER_PIN)

    def hush(self) -> None:
        self._reciter.stop()

    def roleFor(self, entered: str) -> RoomRole | None:
        return self._owner.visitorEnters(self, entered)

    def complain(self) -> None:
        self._play(HouseSound.WRONG_PIN)

    def letIn(self, role: RoomRole) -> None:
        self._close()
        self._owner.visitorPassed(self, role)

    def turnAway(self) -> None:
        self._close()
        self._owner.visitorFailed(self)

    def _play(self, sound: HouseSound) -> None:
        if self._isHeard:
            self._reciter.recite((sound,))

    def _listen(self) -> None:
        """
        Take the keys that have come as tones.
        """
        self._timer.start(_LOOK, self._listen)
        for key in self._attendant.take():
            self._press(key, DigitMethod.IN_BAND)

    def _press(self, key: str, method: DigitMethod) -> None:
        if self._presses.isNew(key, method):
            self._owner.visitorDigit(self, method)
            self._asking.press(key)

    def _close(self) -> None:
        self._timer.stop()
        self._reciter.stop()
        self._mixer.close()

    # What its leg tells.

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        self.media[stream.medium] = port, stream
        if stream.medium is Medium.AUDIO and not self._isHeard:
            self._isHeard = True
            self._mixer.join(port)
            self._asking.heard()

    def legMediaLost(self, leg: ILeg, medium: Medium) -> None:
        lost = self.media.pop(medium, None)
        if lost is not None and medium is Medium.AUDIO:
            self._isHeard = False
            self._mixer.leave(lost[0])

    def legDigit(self, leg: ILeg, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self._press(digit, method)

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        self._asking.stop()
        self._close()
        self._owner.visitorLeft(self, cause)
