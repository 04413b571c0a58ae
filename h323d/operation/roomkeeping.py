"""
What an operator decides in one room: the verbs of the command C{room}.
"""

from __future__ import annotations

from collections.abc import Callable

from h323d.call.legs import namesOf
from h323d.conference.host import ConferenceHost
from h323d.conference.participant import Participant
from h323d.conference.room import Room
from h323d.h323.signalling.addresses import partyFromText
from h323d.operation.calling import Calling
from h323d.operation.command import OperatorError
from h323d.operation.merging import Merging
from h323d.operation.viewing import QualityOf, memberViews
from h323d.operation.views import MemberView
from h323d.sounds.house import Sounds
from h323d.sounds.names import HouseSound
from h323d.values.identifiers import RoomID

__all__ = ["ALL", "RoomKeeping"]

ALL = "all"  # participants, but no moderators


class RoomKeeping:
    """
    Decides in rooms as a moderator would.
    """

    def __init__(
        self,
        host: ConferenceHost,
        calling: Calling,
        merging: Merging,
        qualityOf: QualityOf,
        sounds: Sounds,
    ) -> None:
        """
        @param calling: calls those who are invited.
        @param merging: moves calls into rooms.
        @param qualityOf: how good the sound of who is in them is.
        @param sounds: of which one can be announced.
        """
        self._host = host
        self._calling = calling
        self._merging = merging
        self._qualityOf = qualityOf
        self._sounds = sounds

    async def do(self, name: str, verb: str, what: str) -> list[MemberView]:
        """
        @param name: of a room, or an alias of it.
        @param verb: as the table of commands has it.
        @param what: whom or what it is about; empty for nothing.

        @return: who is in the room then.

        @raise OperatorError: there is no such room, or nobody whom it could be about.
        """
        roomId = self._calling.roomOf(name)
        if roomId is None:
            raise OperatorError(f"no room is called {name}")
        if verb == "invite":
            await self._calling.call(name, _needed(verb, "whom to call", what))
        elif verb == "merge":
            call = _needed(verb, "which call", what)
            await self._merging.merge(partyFromText(name), roomId, call)
        else:
            self._decide(self._open(roomId), verb, what)
        room = self._host.rooms.get(roomId)
        return [] if room is None else list(memberViews(room, self._qualityOf))

    def _open(self, roomId: RoomID) -> Room:
        room = self._host.rooms.get(roomId)
        if room is None:
            raise OperatorError(f"{roomId} is not open: nobody is in it")
        return room

    def _decide(self, room: Room, verb: str, what: str) -> None:
        if verb in _ABOUT_ROOM:
            if what:
                raise OperatorError(f"{verb} is about the whole room, and does not take {what}")
            _ABOUT_ROOM[verb](room)
        elif verb in _ABOUT_SOME:
            _ABOUT_SOME[verb](room, _someOf(room, _needed(verb, f"whom, or {ALL}", what)))
        else:
            room.announce(self._sound(_needed(verb, "which sound", what)))

    def _sound(self, name: str) -> HouseSound:
        if name not in {each.value for each in HouseSound}:
            known = ", ".join(each.value for each in HouseSound)
            raise OperatorError(f"no sound is called {name}; there are {known}")
        sound = HouseSound(name)
        if self._sounds.of(sound) is None:
            raise OperatorError(f"sounds.{name} is switched off")
        return sound


def _list(room: Room) -> None:
    """
    Change nothing.
    """


_ABOUT_ROOM: dict[str, Callable[[Room], None]] = {
    "list": _list,
    "lock": Room.lock,
    "unlock": Room.unlock,
}
_ABOUT_SOME: dict[str, Callable[[Room, tuple[Participant, ...]], None]] = {
    "mute": Room.mute,
    "unmute": Room.unmute,
    "kick": Room.kick,
}


def _needed(verb: str, label: str, what: str) -> str:
    if not what:
        raise OperatorError(f"{verb} needs to know {label}")
    return what


def _someOf(room: Room, name: str) -> tuple[Participant, ...]:
    """
    Those in a room who are meant: all but moderators, or one.

    @raise OperatorError: nobody is called so, or several are.
    """
    if name == ALL:
        return room.audience
    found = tuple(each for each in room.participants.values() if name in _callsOf(each))
    if not found:
        raise OperatorError(f"nobody in {room.roomId} is called {name}")
    if len(found) > 1:
        which = ", ".join(each.leg.legId for each in found)
        raise OperatorError(f"several in {room.roomId} are called {name}: {which}")
    return found


def _callsOf(participant: Participant) -> tuple[str, ...]:
    """
    All by which somebody can be meant.
    """
    leg = participant.leg
    names = (text for each in namesOf(leg) for text in (each.value, each.number))
    return (leg.legId, leg.callId, leg.callIdentifier, leg.displayName, *names)
