"""
Which called names mean a room.

Configured rooms are found by alias, number or URI; a pattern of numbers opens
a room on demand.  This module opens nothing: it answers the routing question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from zope.interface import implementer

from h323d.call.legs import IOffer
from h323d.call.parts import Change, Commit, Part
from h323d.call.policy import IRoutePolicy, Route
from h323d.conference.config import ConferenceConfig
from h323d.values.address import PartyAddress

__all__ = ["RoomDirectory"]


@dataclass(frozen=True, slots=True)
class _Names:
    """
    @ivar rooms: the room that each name means, in lower case.
    @ivar patterns: of the numbers that open a room.
    """

    rooms: dict[str, str]
    patterns: tuple[re.Pattern[str], ...]


@implementer(IRoutePolicy)
class RoomDirectory(Part[ConferenceConfig]):
    """
    The names of all rooms.
    """

    name = "rooms"

    def __init__(self, config: ConferenceConfig) -> None:
        self._names = _namesOf(config)

    def prepare(self, config: ConferenceConfig) -> Commit:
        """
        Have other names ready.
        """
        return Change(self, _namesOf(config))

    def reconfigure(self, names: _Names) -> None:
        """
        Other names for whoever is called from now on.
        """
        self._names = names

    def resolve(self, called: Iterable[PartyAddress]) -> str | None:
        """
        The room that any of these names means.
        """
        for address in called:
            for text in (address.value, _withoutScheme(address.value), address.number):
                configured = self._names.rooms.get(text.lower())
                if configured is not None:
                    return configured
            if any(pattern.fullmatch(address.number) for pattern in self._names.patterns):
                return address.number
        return None

    def serves(self, address: PartyAddress) -> bool:
        """
        Whether a call to this name would end in a room.
        """
        return self.resolve((address,)) is not None

    def route(self, offer: IOffer) -> Route | None:
        room = self.resolve(offer.called)
        return None if room is None else Route("conference", room)


def _namesOf(config: ConferenceConfig) -> _Names:
    rooms = {
        alias.lower(): room.name for room in config.rooms for alias in (room.name, *room.aliases)
    }
    patterns = (
        "".join("[0-9]" if c == "x" else re.escape(c) for c in pattern)
        for pattern in config.patterns
    )
    return _Names(rooms, tuple(map(re.compile, patterns)))


def _withoutScheme(text: str) -> str:
    scheme, colon, rest = text.partition(":")
    return rest if colon and scheme.isalpha() else text
