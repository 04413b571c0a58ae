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
from h323d.conference.pairing import PAIR, Pairing
from h323d.conference.room import Dial, Room, RoomOwner
from h323d.errors import ConfigurationError, ResourceUnavailable
from h323d.events import CallRefused, EventBus
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, RoomID
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

    def pair(self, callId: CallID, first: Dial, second: Dial) -> None:
        """
        Call two parties and join them: the second as soon as the first has
        answered, in a room of their own, which nobody else can dial.

        @raise ResourceUnavailable: there is no room for them.
        """
        if self.participants + PAIR > self._config.maxTotalParticipants:
            raise ResourceUnavailable("the server is full")
        if len(self.rooms) >= self._config.maxRooms:
            raise ResourceUnavailable("there are as many rooms as there may be")
        pairing = Pairing(second, self.roomClosed)
        self._open(RoomID(f"pair-{callId}"), PAIR, pairing).invite(first)

    def roomAnswered(self, room: Room) -> None:
        """
        Of interest to nobody: everybody comes by themselves.
        """

    def roomLeft(self, room: Room, cause: Cause) -> None:
        """
        The others go on without them.
        """

    def roomClosed(self, room: Room) -> None:
        self.rooms.pop(room.roomId, None)

    def close(self) -> None:
        """
        Hang up on everybody.
        """
        for room in tuple(self.rooms.values()):
            room.dismiss(Cause.NORMAL_CALL_CLEARING)

    def _open(self, roomId: RoomID, limit: int = 0, owner: RoomOwner | None = None) -> Room:
        limit = limit or self._limits.get(roomId, self._config.maxParticipants)
        room = Room(
            roomId, limit, self._profile, self._clock, self._events, self._pool, owner or self
        )
        self.rooms[roomId] = room
        return room

    def _refuse(self, leg: ILeg, cause: Cause, reason: str) -> None:
        self._events.publish(
            CallRefused(self._clock.seconds(), leg.callId, leg.legId, cause, reason)
        )
        leg.reject(cause)
