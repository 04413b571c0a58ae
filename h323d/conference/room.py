"""
A conference room: its participants and their mixer, and what is decided about them there.

Whoever decides - the operator, or a moderator - has a right to do so: the room asks for none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from h323d.call.dialling import Dial
from h323d.call.legs import ILeg, ITransferRequest, endedBy
from h323d.call.media import IMediaPool, IMediaPort, IMixerObserver
from h323d.call.observer import SilentObserver
from h323d.conference.announcing import Announcing
from h323d.conference.menu import MenuAction, MenuKeys
from h323d.conference.participant import Participant, Presence
from h323d.conference.roles import RoomRole, Voice
from h323d.conference.seatrequest import SeatRequest
from h323d.conference.whisper import Whispers
from h323d.events.bus import EventBus
from h323d.events.calls import (
    CallAlerting,
    CallAnswered,
    CallEnded,
    CallOriginated,
    DigitReceived,
    PictureWanted,
)
from h323d.events.rooms import (
    ActiveSpeakerChanged,
    ParticipantHeld,
    ParticipantJoined,
    ParticipantKicked,
    ParticipantLeft,
    ParticipantMuted,
    ParticipantResumed,
    ParticipantUnmuted,
    RoomClosed,
    RoomLocked,
    RoomOpened,
    RoomUnlocked,
)
from h323d.sounds.house import QUIET, Sounds
from h323d.sounds.names import DIGITS, HouseSound
from h323d.values.cause import Cause
from h323d.values.identifiers import LegID, RoomID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import Stream

__all__ = ["KICKED", "Room", "RoomOwner", "RoomTerms"]

KICKED = Cause.CALL_REJECTED  # what they are told who are put out of a room


@dataclass(frozen=True, slots=True)
class RoomTerms:
    """
    How a room is, from its opening on.

    @ivar maxParticipants: how many may be in it.
    @ivar profile: what they may speak.
    @ivar recorded: whether they are to hear that it is.
    @ivar menu: what they can do, by keys.
    """

    maxParticipants: int
    profile: MediaProfile
    recorded: bool = False
    menu: Mapping[str, MenuAction] = field(default_factory=dict)


class RoomOwner(Protocol):
    """
    Whom a room tells what concerns more than itself.
    """

    def seatWanted(self, room: Room, participant: Participant, leg: ILeg) -> None:
        """Somebody is to have that of a participant."""

    def roomClosed(self, room: Room) -> None:
        """Nobody is in it any more."""


@implementer(IMixerObserver)
class Room:
    """
    Mixes all who are present.

    It opens with its first participant and closes with its last.

    @ivar participants: by leg, in the order in which they came.
    @ivar locked: whether it takes in moderators alone, and whom it calls itself.
    @ivar speaker: who speaks now, or C{None}.
    @ivar loudness: the level of each participant, in dBov.
    @ivar openedAt: the clock's seconds.
    """

    def __init__(
        self,
        roomId: RoomID,
        terms: RoomTerms,
        clock: IReactorTime,
        events: EventBus,
        pool: IMediaPool,
        owner: RoomOwner,
        sounds: Sounds = QUIET,
    ) -> None:
        """
        @param sounds: what those in it hear of the house's own.
        """
        self.roomId = roomId
        self.maxParticipants = terms.maxParticipants
        self.participants: dict[LegID, Participant] = {}
        self.locked = False
        self.speaker: LegID | None = None
        self.loudness: dict[LegID, float] = {}
        self.openedAt = clock.seconds()
        self._terms = terms
        self._clock = clock
        self._events = events
        self._owner = owner
        self._whispers = Whispers(pool, sounds, clock)
        self._keys = MenuKeys(terms.menu, clock)
        self._mixer = pool.openMixer(self)
        self._announcing = Announcing(self._mixer, sounds, clock)
        self._events.publish(RoomOpened(self.openedAt, roomId))

    def holds(self, more: int) -> bool:
        """
        Whether there is a place for so many more.
        """
        return len(self.participants) + more <= self.maxParticipants

    @property
    def audience(self) -> tuple[Participant, ...]:
        """
        All but the moderators.
        """
        everybody = self.participants.values()
        return tuple(each for each in everybody if each.role is not RoomRole.MODERATOR)

    def admit(self, leg: ILeg, role: RoomRole = RoomRole.PARTICIPANT) -> None:
        """
        Make the leg, whose call was just answered, a participant.
        """
        self.participantAnswered(self._enter(leg, role))

    def seat(self, leg: ILeg, role: RoomRole, media: Iterable[tuple[IMediaPort, Stream]]) -> None:
        """
        Make a leg a participant whose call has gone on for a while.

        @param media: what is negotiated with it.
        """
        participant = self._enter(leg, role)
        for port, stream in media:
            participant.legMediaReady(leg, port, stream)

    def invite(self, dial: Dial) -> None:
        """
        Call somebody, who is a participant from the first ring on.
        """
        leg = dial.begin(self._terms.profile, SilentObserver())
        leg.focus(self.roomId)
        self._enter(leg)
        self._events.publish(
            CallOriginated(
                self._clock.seconds(),
                leg.callId,
                leg.legId,
                leg.protocol,
                leg.calling,
                leg.called,
            )
        )

    def _enter(self, leg: ILeg, role: RoomRole = RoomRole.PARTICIPANT) -> Participant:
        participant = Participant(self, leg, self._mixer, role)
        self.participants[leg.legId] = participant
        leg.observe(participant)
        return participant

    # What is decided about those who are in it.

    def mute(self, whom: Iterable[Participant]) -> None:
        """
        Have the others not hear them, until L{unmute}.
        """
        for participant in tuple(whom):
            self._let(participant, Voice.MUTED)

    def unmute(self, whom: Iterable[Participant]) -> None:
        """
        Have the others hear them, whoever has muted them.
        """
        for participant in tuple(whom):
            self._let(participant, Voice.OPEN)

    def toggle(self, participant: Participant) -> None:
        """
        Have a participant heard no more who wants that, or again.  Whom somebody else has muted
        stays so.
        """
        if participant.voice is Voice.MUTED:
            self._whisper(participant, HouseSound.MUTED)
        else:
            isOpen = participant.voice is Voice.OPEN
            self._let(participant, Voice.MUTED_ITSELF if isOpen else Voice.OPEN)

    def _let(self, participant: Participant, voice: Voice) -> None:
        before, leg, now = participant.voice, participant.leg, self._clock.seconds()
        if before is voice:
            return
        participant.speakAs(voice)
        if voice is Voice.OPEN:
            self._whisper(participant, HouseSound.UNMUTED)
            self._events.publish(ParticipantUnmuted(now, self.roomId, leg.callId, leg.legId))
        else:
            self._whisper(participant, HouseSound.MUTED)
            byItself = voice is Voice.MUTED_ITSELF
            self._events.publish(
                ParticipantMuted(now, self.roomId, leg.callId, leg.legId, byItself)
            )

    def kick(self, whom: Iterable[Participant]) -> None:
        """
        Put them out.
        """
        for participant in tuple(whom):
            leg, now = participant.leg, self._clock.seconds()
            self._events.publish(ParticipantKicked(now, self.roomId, leg.callId, leg.legId))
            leg.hangup(KICKED)

    def lock(self) -> None:
        """
        Take in nobody any more, but moderators.
        """
        if not self.locked:
            self.locked = True
            self.announce(HouseSound.LOCKED)
            self._events.publish(RoomLocked(self._clock.seconds(), self.roomId))

    def unlock(self) -> None:
        """
        Take in whoever comes.
        """
        if self.locked:
            self.locked = False
            self.announce(HouseSound.UNLOCKED)
            self._events.publish(RoomUnlocked(self._clock.seconds(), self.roomId))

    def announce(self, sound: HouseSound) -> None:
        """
        Have everybody hear a sound, once, in place of what is played.
        """
        self._announcing.announce(sound)

    def dismiss(self, cause: Cause) -> None:
        """
        Hang up on everybody, which closes the room.
        """
        for participant in tuple(self.participants.values()):
            participant.leg.hangup(cause)

    def participantRings(self, participant: Participant) -> None:
        leg = participant.leg
        self._events.publish(CallAlerting(self._clock.seconds(), leg.callId, leg.legId))

    def participantAnswered(self, participant: Participant) -> None:
        leg = participant.leg
        self._events.publish(CallAnswered(self._clock.seconds(), leg.callId, leg.legId))

    def participantJoined(self, participant: Participant, stream: Stream) -> None:
        leg, now = participant.leg, self._clock.seconds()
        participant.joinedAt = now
        encoding = str(stream.transmit.format) if stream.transmit is not None else "none"
        self._events.publish(
            ParticipantJoined(
                *(now, self.roomId, leg.callId, leg.legId, encoding, participant.role.value)
            )
        )
        self._whisper(participant, *self._greeting(participant))
        others = self._present - 1
        if others and participant.port is not None:
            self._announcing.came(participant.port)
        else:
            self._announcing.cameFirst()

    def _greeting(self, participant: Participant) -> Iterator[HouseSound]:
        if self._terms.recorded:
            yield HouseSound.RECORDED
        if participant.role is RoomRole.MODERATOR:
            yield HouseSound.MODERATOR

    def _whisper(self, participant: Participant, *sounds: HouseSound) -> None:
        """
        Let one participant hear something alone.
        """
        self._whispers.say(participant.leg.legId, participant, sounds)

    @property
    def _present(self) -> int:
        """
        How many are in the mix.
        """
        everybody = self.participants.values()
        return sum(each.presence is Presence.PRESENT for each in everybody)

    def participantHeld(self, participant: Participant) -> None:
        leg = participant.leg
        now = self._clock.seconds()
        self.loudness.pop(leg.legId, None)
        self._events.publish(ParticipantHeld(now, self.roomId, leg.callId, leg.legId))

    def participantResumed(self, participant: Participant) -> None:
        leg = participant.leg
        now = self._clock.seconds()
        self._events.publish(ParticipantResumed(now, self.roomId, leg.callId, leg.legId))

    def participantDigit(self, participant: Participant, digit: str, method: DigitMethod) -> None:
        leg = participant.leg
        self._events.publish(
            DigitReceived(self._clock.seconds(), leg.callId, leg.legId, method.value)
        )
        action = self._keys.press(leg.legId, digit)
        isModerator = participant.role is RoomRole.MODERATOR
        if action is not None and (isModerator or not action.isModerators):
            self._act(participant, action)

    def _act(self, participant: Participant, action: MenuAction) -> None:
        """
        Do what a participant wants, who may.
        """
        match action:
            case MenuAction.MUTE:
                self.toggle(participant)
            case MenuAction.COUNT:
                count = str(len(self.participants))
                self._whisper(participant, *(DIGITS[int(each)] for each in count))
            case MenuAction.LOCK:
                (self.unlock if self.locked else self.lock)()
            case MenuAction.MUTE_ALL:
                areMuted = all(each.voice is Voice.MUTED for each in self.audience)
                (self.unmute if areMuted else self.mute)(self.audience)
            case MenuAction.KICK_LAST:
                self.kick(self.audience[-1:])

    def participantPictureWanted(self, participant: Participant) -> None:
        leg = participant.leg
        self._events.publish(PictureWanted(self._clock.seconds(), leg.callId, leg.legId))

    def participantRefers(self, participant: Participant, request: ITransferRequest) -> None:
        other, leg = request.replaces, participant.leg
        if other is None or isinstance(request, SeatRequest):  # the other call is with a room, too
            request.fail(Cause.FACILITY_REJECTED)
        else:
            other.requestTransfer(SeatRequest(request, leg, self.roomId))

    def participantReplaced(self, participant: Participant, by: ILeg) -> None:
        self._owner.seatWanted(self, participant, by)

    def participantLeft(self, participant: Participant, cause: Cause) -> None:
        leg, now = participant.leg, self._clock.seconds()
        del self.participants[leg.legId]
        self._whispers.forget(leg.legId)
        self._keys.forget(leg.legId)
        self.loudness.pop(leg.legId, None)
        if participant.joinedAt is not None:
            self._events.publish(
                ParticipantLeft(now, self.roomId, leg.callId, leg.legId, cause, participant.sound)
            )
        self._events.publish(CallEnded(now, leg.callId, leg.legId, cause, endedBy(leg)))
        if self._present and participant.joinedAt is not None:
            self._announcing.left()
        if self.participants:
            return
        self._announcing.stop()
        self._mixer.close()
        self._events.publish(RoomClosed(now, self.roomId))
        self._owner.roomClosed(self)

    def activeSpeaker(self, portId: int | None) -> None:
        speaker = self._legOf(portId)
        if speaker != self.speaker:
            self.speaker = speaker
            self._events.publish(ActiveSpeakerChanged(self._clock.seconds(), self.roomId, speaker))

    def levels(self, levels: Mapping[int, float]) -> None:
        self.loudness = {
            legId: levels[participant.port.portId]
            for legId, participant in self.participants.items()
            if participant.port is not None and participant.port.portId in levels
        }

    def _legOf(self, portId: int | None) -> LegID | None:
        for legId, participant in self.participants.items():
            if participant.port is not None and participant.port.portId == portId:
                return legId
        return None
