"""
Those who watch rooms, and what they see.
"""

from __future__ import annotations

from h323d.call.legs import IOffer, LegDirection, namesOf
from h323d.call.watching import ConferenceWatcher, Member
from h323d.conference.directory import RoomDirectory
from h323d.conference.host import ConferenceHost
from h323d.conference.participant import Participant, Presence
from h323d.conference.roles import RoomRole, Voice
from h323d.events.bus import EventBus
from h323d.events.rooms import (
    ParticipantHeld,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantMuted,
    ParticipantResumed,
    ParticipantUnmuted,
    RoomLocked,
    RoomUnlocked,
)
from h323d.values.address import PartyAddress
from h323d.values.identifiers import RoomID

__all__ = ["RoomWatches"]

_Change = (
    ParticipantJoined
    | ParticipantLeft
    | ParticipantHeld
    | ParticipantResumed
    | ParticipantMuted
    | ParticipantUnmuted
    | RoomLocked
    | RoomUnlocked
)


class RoomWatches:
    """
    Tells the watchers of a room of each change there.
    """

    def __init__(self, host: ConferenceHost, directory: RoomDirectory, events: EventBus) -> None:
        self._host = host
        self._directory = directory
        self._watchers: dict[RoomID, list[ConferenceWatcher]] = {}
        events.subscribe(ParticipantJoined, self._changed)
        events.subscribe(ParticipantLeft, self._changed)
        events.subscribe(ParticipantHeld, self._changed)
        events.subscribe(ParticipantResumed, self._changed)
        events.subscribe(ParticipantMuted, self._changed)
        events.subscribe(ParticipantUnmuted, self._changed)
        events.subscribe(RoomLocked, self._changed)
        events.subscribe(RoomUnlocked, self._changed)

    def mayWatch(self, names: tuple[PartyAddress, ...], subscriber: IOffer) -> bool:
        room = self._directory.resolve(names)
        return room is None or self._host.mayWatch(RoomID(room), subscriber)

    def watch(self, names: tuple[PartyAddress, ...], watcher: ConferenceWatcher) -> str | None:
        room = self._directory.resolve(names)
        if room is not None:
            self._watchers.setdefault(RoomID(room), []).append(watcher)
        return room

    def unwatch(self, watcher: ConferenceWatcher) -> None:
        for roomId, watchers in tuple(self._watchers.items()):
            if watcher in watchers:
                watchers.remove(watcher)
            if not watchers:
                del self._watchers[roomId]

    def members(self, name: str) -> tuple[Member, ...]:
        room = self._host.rooms.get(RoomID(name))
        if room is None:
            return ()
        present = (Presence.PRESENT, Presence.ON_HOLD)
        everybody = room.participants.values()
        return tuple(_memberOf(each) for each in everybody if each.presence in present)

    def isLocked(self, name: str) -> bool:
        room = self._host.rooms.get(RoomID(name))
        return room is not None and room.locked

    def _changed(self, fact: _Change) -> None:
        for watcher in tuple(self._watchers.get(fact.roomId, ())):
            watcher.conferenceChanged()


def _memberOf(participant: Participant) -> Member:
    leg = participant.leg
    return Member(
        leg.legId,
        namesOf(leg),
        leg.displayName,
        participant.presence is Presence.ON_HOLD,
        leg.direction is LegDirection.OUTGOING,
        participant.voice is not Voice.OPEN,
        participant.role is RoomRole.MODERATOR,
    )
