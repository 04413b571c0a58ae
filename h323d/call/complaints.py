"""
What peers sent that could not be read: counted, told as a fact, logged once for each source.

Every door has one: SIP, call signalling with its H.245, and RAS.  It is not
where a peer is answered or turned away; that is the door's own protocol.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.errors import DecodeError
from h323d.events import BadInput, EventBus
from h323d.values.address import TransportAddress

__all__ = ["MAX_SOURCES", "Complaints"]

MAX_SOURCES = 1000  # that are logged at all: a log is not to be filled from outside


class Complaints:
    """
    The bad input of one endpoint.

    @ivar count: so far.
    """

    _log = Logger()

    def __init__(self, clock: IReactorTime, events: EventBus) -> None:
        """
        @param clock: dates the facts.
        @param events: gets a L{BadInput} for each.
        """
        self._clock = clock
        self._events = events
        self._logged: set[str] = set()
        self.count = 0

    def about(self, door: str, source: TransportAddress, error: DecodeError) -> None:
        """
        Something could not be read.

        @param door: where it arrived, as in L{BadInput}.
        @param source: who sent it; its host is what is logged once.
        """
        self.count += 1
        now = self._clock.seconds()
        self._events.publish(BadInput(now, door, source, error.place, error.reason))
        if source.host in self._logged or len(self._logged) >= MAX_SOURCES:
            return
        self._logged.add(source.host)
        self._log.info(
            "bad input from {source}, told once: {door}: {place}: {reason}",
            source=str(source),
            door=door,
            place=error.place,
            reason=error.reason,
        )
