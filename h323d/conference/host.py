"""
The conference host: the destination of calls to rooms.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from h323d.call.legs import ILeg
from h323d.call.media import IMediaPool
from h323d.call.policy import IDestination
from h323d.conference.config import ConferenceConfig
from h323d.conference.room import Room
from h323d.errors import ConfigurationError
from h323d.events import CallRefused, EventBus
from h323d.values.cause import Cause
from h323d.values.identifiers import RoomID
from h323d.values.media import MediaProfile

__all__ = ["ConferenceHost"]


@implementer(IDestination)
class ConferenceHost:
    """
    Opens rooms on demand, and keeps to their limits.

    @ivar rooms: the open rooms, by identifier.
    """

    name = "conference"

    def __init__(
        self,
        config: ConferenceConfig,
        clock: IReactorTime,
        events: EventBus,
        pool: IMediaPool,
    ) -> None:
        self.rooms: dict[RoomID, Room] = {}
        self._clock = clock
        self._events = events
        self._pool = pool
        self.reconfigure(config)

    def reconfigure(self, config: ConferenceConfig) -> None:
        """
        Limits and formats for whoever comes from now on.

        @raise ConfigurationError: a format is named that no codec is loaded for.
        """
        known = {mediaFormat.name: mediaFormat for mediaFormat in self._pool.formats}
        missing = [name for name in config.audioFormats if name not in known]
        if missing or not config.audioFormats:
            reason = f"no codec is loaded for {missing[0]}" if missing else "must not be empty"
            raise ConfigurationError("conference.audioFormats", reason)
        self._config = config
        self._limits = {
            room.name: room.maxParticipants for room in config.rooms if room.maxParticipants
        }
        self._profile = MediaProfile(
            audio=tuple(known[name] for name in config.audioFormats),
            packetMs=config.packetMs,
        )

    @property
    def participants(self) -> int:
        """
        How many are in all rooms together.
        """
        return sum(len(room.participants) for room in self.rooms.values())

    def accept(self, leg: ILeg, target: str) -> None:
        """
        Let the leg into the room C{target}, or reject it.
        """
        room = self.rooms.get(RoomID(target))
        if room is not None and room.full:
            self._refuse(leg, Cause.USER_BUSY, "roomFull")
        elif self.participants >= self._config.maxTotalParticipants:
            self._refuse(leg, Cause.RESOURCE_UNAVAILABLE, "serverFull")
        elif room is None and len(self.rooms) >= self._config.maxRooms:
            self._refuse(leg, Cause.RESOURCE_UNAVAILABLE, "tooManyRooms")
        else:
            (room or self._open(RoomID(target))).admit(leg)

    def close(self) -> None:
        """
        Hang up on everybody.
        """
        for room in tuple(self.rooms.values()):
            room.dismiss(Cause.NORMAL_CALL_CLEARING)

    def _open(self, roomId: RoomID) -> Room:
        limit = self._limits.get(roomId, self._config.maxParticipants)
        room = Room(
            roomId, limit, self._profile, self._clock, self._events, self._pool, self._closed
        )
        self.rooms[roomId] = room
        return room

    def _closed(self, room: Room) -> None:
        self.rooms.pop(room.roomId, None)

    def _refuse(self, leg: ILeg, cause: Cause, reason: str) -> None:
        self._events.publish(
            CallRefused(self._clock.seconds(), leg.callId, leg.legId, cause, reason)
        )
        leg.reject(cause)
