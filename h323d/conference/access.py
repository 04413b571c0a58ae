"""
Who is what in a room, by its configuration.

A role belongs to an identity: to a name that is the caller's for certain
(L{h323d.call.callers.identitiesOf}), and never to who came first, or calls itself so.
"""

from __future__ import annotations

from collections.abc import Iterable

from h323d.conference.config import RoomConfig
from h323d.conference.roles import RoomRole

__all__ = ["EVERYBODYS", "RoomAccess", "accessesOf"]


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


class RoomAccess:
    """
    That to one room.
    """

    def __init__(self, config: RoomConfig) -> None:
        self._moderators = _folded(config.moderators)

    def roleOf(self, identities: Iterable[str]) -> RoomRole:
        """
        What somebody is there.

        @param identities: names that are the caller's for certain.
        """
        if self._moderators.isdisjoint(_folded(identities)):
            return RoomRole.PARTICIPANT
        return RoomRole.MODERATOR


EVERYBODYS = RoomAccess(RoomConfig("everybody's"))
"""
That to a room that a number has opened.
"""


def accessesOf(rooms: Iterable[RoomConfig]) -> dict[str, RoomAccess]:
    """
    By the names of the rooms.
    """
    return {room.name: RoomAccess(room) for room in rooms}
