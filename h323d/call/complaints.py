"""
What peers sent that could not be read: counted, told as a fact, logged once for each source.

Every door has one: SIP, call signalling with its H.245, and RAS.  It is not
where a peer is answered or turned away; that is the door's own protocol.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.errors import DecodeError
from h323d.events.bus import EventBus
from h323d.events.doors import BadInput
from h323d.values.address import TransportAddress

__all__ = ["MAX_SOURCES", "Complaints", "FirstOf"]

MAX_SOURCES = 1000  # that are logged at all: a log is not to be filled from outside


class FirstOf:
    """
    Knows which names it has seen, up to a limit: a log is not to be filled
    from outside.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: set[str] = set()

    def isFirst(self, name: str) -> bool:
        """
        Whether this name is new, and there is place for it.
        """
        if name in self._seen or len(self._seen) >= self._limit:
            return False
        self._seen.add(name)
        return True


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
        self._logged = FirstOf(MAX_SOURCES)
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
        if not self._logged.isFirst(source.host):
            return
        self._log.info(
            "bad input from {source}, told once: {door}: {place}: {reason}",
            source=str(source),
            door=door,
            place=error.place,
            reason=error.reason,
        )
