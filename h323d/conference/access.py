"""
Who is what in a room, by its configuration, and by the PIN that they know.

A role belongs to an identity: to a name that is the caller's for certain
(L{h323d.call.callers.identitiesOf}), and never to who came first, or calls itself so.
"""

from __future__ import annotations

from collections.abc import Iterable

from h323d.conference.config import RoomConfig
from h323d.conference.pins import PIN
from h323d.conference.roles import RoomRole

__all__ = ["EVERYBODYS", "RoomAccess", "accessesOf"]


def _pinOf(text: str) -> PIN | None:
    return PIN(text) if text else None


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


class RoomAccess:
    """
    That to one room.

    @ivar recorded: whether who comes in is told that it is recorded.
    @ivar tellsApart: whether it matters who comes in.
    """

    def __init__(self, config: RoomConfig) -> None:
        self.recorded = config.recorded
        self._moderators = _folded(config.moderators)
        self._members = _folded(config.members)
        self._pin = _pinOf(config.pin)
        self._moderatorPin = _pinOf(config.moderatorPin)
        self._asks = self._pin is not None or self._moderatorPin is not None
        self.tellsApart = self._asks or bool(self._moderators)

    def roleOf(self, identities: Iterable[str]) -> RoomRole | None:
        """
        What somebody is there; C{None} where only a PIN can tell.

        @param identities: names that are the caller's for certain.
        """
        names = _folded(identities)
        if not self._moderators.isdisjoint(names):
            return RoomRole.MODERATOR
        return None if self._asks and self._members.isdisjoint(names) else RoomRole.PARTICIPANT

    def roleFor(self, entered: str) -> RoomRole | None:
        """
        What somebody is there who has entered this; C{None} if it opens nothing.
        """
        isModerator = self._moderatorPin is not None and self._moderatorPin.matches(entered)
        if isModerator:
            return RoomRole.MODERATOR
        opens = not entered if self._pin is None else self._pin.matches(entered)
        return RoomRole.PARTICIPANT if opens else None


EVERYBODYS = RoomAccess(RoomConfig("everybody's"))
"""
That to a room that a number has opened.
"""


def accessesOf(rooms: Iterable[RoomConfig]) -> dict[str, RoomAccess]:
    """
    By the names of the rooms.
    """
    return {room.name: RoomAccess(room) for room in rooms}
