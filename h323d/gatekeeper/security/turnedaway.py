"""
Who was turned away at a door: told as facts, and in the log, so that neither is filled by a flood.
"""

from __future__ import annotations

from collections import OrderedDict

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.call.complaints import MAX_SOURCES, FirstOf
from h323d.events.bus import EventBus
from h323d.events.doors import SourceRefused
from h323d.gatekeeper.security.rate import MAX_ADDRESSES
from h323d.values.address import TransportAddress

__all__ = ["TurnedAway"]

TELL_EVERY = 1.0  # seconds between two facts about one address


class TurnedAway:
    """
    Tells of it, of each address at most once a second, and how often it was meanwhile.

    @ivar count: of all that were, so far.
    """

    _log = Logger()

    def __init__(self, clock: IReactorTime, events: EventBus) -> None:
        self._clock = clock
        self._events = events
        self._told: OrderedDict[str, tuple[float, int]] = OrderedDict()  # when, refused since
        self._logged = FirstOf(MAX_SOURCES)
        self.count = 0

    def tell(self, door: str, source: TransportAddress, reason: str) -> None:
        """
        Somebody was not let in.

        @param door: as in L{SourceRefused}; so is the reason.
        """
        self.count += 1
        now = self._clock.seconds()
        since, count = self._told.pop(source.host, (now - TELL_EVERY, 0))
        if now - since < TELL_EVERY:
            self._told[source.host] = (since, count + 1)
            return
        self._told[source.host] = (now, 0)
        if len(self._told) > MAX_ADDRESSES:
            self._told.popitem(last=False)
        self._events.publish(SourceRefused(now, door, source, reason, count + 1))
        if self._logged.isFirst(source.host):
            self._log.info(
                "{source} is kept out, told once: {door}: {reason}",
                source=str(source),
                door=door,
                reason=reason,
            )
