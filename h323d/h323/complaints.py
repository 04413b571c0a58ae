"""
What peers sent that could not be read: counted, published, and logged once for each peer.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.errors import DecodeError
from h323d.events import BadInput, EventBus
from h323d.values.address import TransportAddress

__all__ = ["Complaints"]

MAXIMUM_LOGGED = 1000
"""Peers that are logged at all: a log is not to be filled from outside."""


class Complaints:
    """
    Keeps count of unreadable input.

    @ivar count: how much there was.
    """

    _log = Logger()

    def __init__(self, clock: IReactorTime, events: EventBus) -> None:
        self._clock = clock
        self._events = events
        self._logged: set[str] = set()
        self.count = 0

    def about(self, door: str, source: TransportAddress, error: DecodeError) -> None:
        """
        Something could not be read.

        @param door: C{"h225"}, C{"h245"} or C{"ras"}.
        @param source: who sent it.
        """
        self.count += 1
        place = error.path if error.offset < 0 else f"{error.path} at octet {error.offset}"
        self._events.publish(BadInput(self._clock.seconds(), door, source, place, error.reason))
        if source.host in self._logged or len(self._logged) >= MAXIMUM_LOGGED:
            return
        self._logged.add(source.host)
        self._log.info(
            "bad input from {source}, told once: {door}: {place}: {reason}",
            source=str(source),
            door=door,
            place=place,
            reason=error.reason,
        )
