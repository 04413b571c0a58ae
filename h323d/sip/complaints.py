"""
What peers sent and should not have: counted, told as facts, logged once per source.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.errors import DecodeError
from h323d.events import BadInput, EventBus
from h323d.values.address import TransportAddress

__all__ = ["Complaints"]

MAX_SOURCES = 1000  # whose first fault is logged; of others, nothing until a restart


class Complaints:
    """
    Keeps the count of bad input at the SIP door.

    @ivar count: so far.
    """

    _log = Logger()

    def __init__(self, clock: IReactorTime, events: EventBus) -> None:
        self._clock = clock
        self._events = events
        self._logged: set[str] = set()
        self.count = 0

    def add(self, error: DecodeError, source: TransportAddress) -> None:
        """
        A peer sent something bad.
        """
        self.count += 1
        place = error.path or "message"
        if error.offset >= 0:
            place = f"{place}@{error.offset}"
        self._events.publish(BadInput(self._clock.seconds(), "sip", source, place, error.reason))
        if source.host in self._logged or len(self._logged) >= MAX_SOURCES:
            return
        self._logged.add(source.host)
        self._log.info(
            "bad SIP from {source}, told once: {place}: {reason}",
            source=str(source),
            place=place,
            reason=error.reason,
        )
