"""
The types of rooms: as which type of call everything in them counts, whatever its caller declares.

A room has one by the configuration, or for as long as a council meets there.  It is the room's by
whichever of its names it is called.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from h323d.call.applications import CallType
from h323d.values.address import AddressKind, PartyAddress

__all__ = ["NO_ROOMS", "RoomNames", "RoomTypes"]


class RoomNames(Protocol):
    """
    Knows which names are whose.
    """

    def resolve(self, called: Iterable[PartyAddress]) -> str | None:
        """The room that one of these names means."""


class _NoRooms:
    """
    Where no name means a room.
    """

    def resolve(self, called: Iterable[PartyAddress]) -> str | None:
        return None


NO_ROOMS: RoomNames = _NoRooms()


class RoomTypes:
    """
    Those of all rooms that have one.
    """

    def __init__(self, names: RoomNames = NO_ROOMS) -> None:
        self._names = names
        self._configured: frozenset[str] = frozenset()
        self._meeting: dict[str, CallType] = {}

    def reconfigure(self, escalateRooms: Iterable[str]) -> None:
        """
        @param escalateRooms: names and numbers of rooms whose type is ESCALATE.
        """
        self._configured = frozenset(name.casefold() for name in escalateRooms)

    def meet(self, room: str, callType: CallType) -> None:
        """
        A council meets in a room, whose type is this as long as it does.
        """
        self._meeting[room.casefold()] = callType

    def over(self, room: str) -> None:
        """
        It does no more.
        """
        self._meeting.pop(room.casefold(), None)

    def room(self, called: Iterable[PartyAddress]) -> str | None:
        """
        The room that somebody calls; C{None} if it is none.
        """
        return self._names.resolve(called)

    def of(self, called: tuple[PartyAddress, ...]) -> CallType | None:
        """
        The type of the room that somebody calls; C{None} if that has none, or it is no room.
        """
        names = {text.casefold() for each in called for text in (each.value, each.number)}
        room = self._names.resolve(called)
        if room is not None:
            names.add(room.casefold())
        for name in names & self._meeting.keys():
            return self._meeting[name]
        isGrave = not names.isdisjoint(self._configured) or (
            room is not None and room in map(self._named, self._configured)
        )
        return CallType.ESCALATE if isGrave else None

    def _named(self, name: str) -> str | None:
        return self._names.resolve((PartyAddress(AddressKind.H323_ID, name),))
