"""
A call between two parties whom we call ourselves (third-party call): the first, and as
soon as it answers, the second.
"""

from __future__ import annotations

from h323d.call.dialling import Dial
from h323d.conference.room import Room, RoomOwner
from h323d.values.cause import Cause

__all__ = ["PAIR", "Pairing"]

PAIR = 2  # who are in it


class Pairing:
    """
    A L{h323d.conference.room.RoomOwner}: who leaves takes the other along.
    """

    def __init__(self, second: Dial, owner: RoomOwner) -> None:
        """
        @param second: how the second party is called.
        @param owner: told when both are gone.
        """
        self._waiting = [second]
        self._owner = owner

    def roomAnswered(self, room: Room) -> None:
        while self._waiting:
            first = next(iter(room.participants))
            room.invite(self._waiting.pop(), first)

    def roomLeft(self, room: Room, cause: Cause) -> None:
        room.dismiss(cause)

    def roomClosed(self, room: Room) -> None:
        self._owner.roomClosed(room)
