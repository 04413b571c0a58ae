"""
One leg in one room, from its admission to its release.
"""

from __future__ import annotations

import enum
from typing import Protocol

from h323d.call.legs import ILeg, ITransferRequest
from h323d.call.media import IMediaPort, IMixer
from h323d.call.observer import SilentObserver
from h323d.call.sounds import soundOf
from h323d.conference.roles import RoomRole, Voice
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.medium import Medium
from h323d.values.media.streams import Stream
from h323d.values.sound import SILENT

__all__ = ["Participant", "ParticipantOwner", "Presence"]


class Presence(enum.Enum):
    """
    How far a participant has come.
    """

    JOINING = "joining"
    PRESENT = "present"
    ON_HOLD = "on hold"
    GONE = "gone"


class ParticipantOwner(Protocol):
    """
    What a participant tells its room.
    """

    def participantRings(self, participant: Participant) -> None:
        """It is told that it is called."""

    def participantAnswered(self, participant: Participant) -> None:
        """Its call is answered; media may come later."""

    def participantJoined(self, participant: Participant, stream: Stream) -> None:
        """Its media is in the mix, for the first time."""

    def participantHeld(self, participant: Participant) -> None:
        """It has put us on hold, and is out of the mix."""

    def participantResumed(self, participant: Participant) -> None:
        """It is back."""

    def participantDigit(self, participant: Participant, digit: str, method: DigitMethod) -> None:
        """It pressed a key."""

    def participantPictureWanted(self, participant: Participant) -> None:
        """It wants a whole picture."""

    def participantRefers(self, participant: Participant, request: ITransferRequest) -> None:
        """It wants somebody to be called; or to have its seat, with whom it talks elsewhere."""

    def participantReplaced(self, participant: Participant, by: ILeg) -> None:
        """Somebody else is to have its seat."""

    def participantLeft(self, participant: Participant, cause: Cause) -> None:
        """It is gone."""


class Participant(SilentObserver):
    """
    Keeps a leg's sound in the mixer for as long as it is present.  Other media have their
    ports, and nobody mixes them.

    @ivar role: what it may do.
    @ivar presence: how far it has come; that of its sound.
    @ivar voice: whether the others hear it.
    @ivar ports: by medium, once that is negotiated; those of other media than sound, only as
        long as they flow.
    @ivar joinedAt: the clock's seconds when its sound joined, or C{None}.
    @ivar sound: how its sound had fared when it left the mixer last.
    """

    def __init__(
        self,
        owner: ParticipantOwner,
        leg: ILeg,
        mixer: IMixer,
        role: RoomRole = RoomRole.PARTICIPANT,
    ) -> None:
        self.leg = leg
        self.role = role
        self.presence = Presence.JOINING
        self.voice = Voice.OPEN
        self.ports: dict[Medium, IMediaPort] = {}
        self.joinedAt: float | None = None
        self.sound = SILENT
        self._owner = owner
        self._mixer = mixer
        self._aside: IMixer | None = None  # where it is while it hears something alone

    @property
    def port(self) -> IMediaPort | None:
        """
        That of its sound.
        """
        return self.ports.get(Medium.AUDIO)

    def speakAs(self, voice: Voice) -> None:
        """
        Be heard by the others from now on, or not.
        """
        self.voice = voice
        if self._aside is None and self.presence is Presence.PRESENT and self.port is not None:
            self._mixer.mute(self.port, voice is not Voice.OPEN)

    def stepAside(self, mixer: IMixer) -> None:
        """
        Be there, and not with the others (L{h323d.conference.whisper.Listener}).
        """
        self._go(mixer)

    def comeBack(self) -> None:
        """
        Be with the others again.
        """
        self._go(None)

    def _go(self, aside: IMixer | None) -> None:
        port = self.port if self.presence is Presence.PRESENT else None
        if port is not None:
            self._here.leave(port)
        self._aside = aside
        if port is not None:
            self._enter(port)

    @property
    def _here(self) -> IMixer:
        return self._mixer if self._aside is None else self._aside

    def _enter(self, port: IMediaPort) -> None:
        self._here.join(port)  # heard by all, whatever it was before
        self.speakAs(self.voice)

    def legAlerting(self, leg: ILeg) -> None:
        self._owner.participantRings(self)

    def legAnswered(self, leg: ILeg) -> None:
        self._owner.participantAnswered(self)

    def legMediaReady(self, leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        if self.presence is Presence.GONE:
            return
        self.ports[stream.medium] = port
        if stream.medium is Medium.AUDIO:
            self._heard(port, stream)

    def _heard(self, port: IMediaPort, stream: Stream) -> None:
        before, self.presence = self.presence, Presence.PRESENT
        if before is not Presence.PRESENT:
            self._enter(port)
        if before is Presence.JOINING:
            self._owner.participantJoined(self, stream)
        elif before is Presence.ON_HOLD:
            self._owner.participantResumed(self)

    def legMediaLost(self, leg: ILeg, medium: Medium) -> None:
        if medium is not Medium.AUDIO:
            self.ports.pop(medium, None)
        elif self.presence is Presence.PRESENT:
            self._leaveMixer(Presence.ON_HOLD)
            self._owner.participantHeld(self)

    def legDigit(self, leg: ILeg, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self._owner.participantDigit(self, digit, method)

    def legPictureWanted(self, leg: ILeg) -> None:
        self._owner.participantPictureWanted(self)

    def legTransferRequested(self, leg: ILeg, request: ITransferRequest) -> None:
        self._owner.participantRefers(self, request)

    def legReplaced(self, leg: ILeg, by: ILeg) -> None:
        self._owner.participantReplaced(self, by)

    def legReleased(self, leg: ILeg, cause: Cause) -> None:
        if self.presence is Presence.GONE:
            return
        self._leaveMixer(Presence.GONE)
        self.ports.clear()
        self._owner.participantLeft(self, cause)

    def _leaveMixer(self, presence: Presence) -> None:
        before, self.presence = self.presence, presence
        if before is Presence.PRESENT and self.port is not None:
            self.sound = soundOf(self.port.statistics())
            self._here.leave(self.port)
