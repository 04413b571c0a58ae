"""
Bad input, counted, told and logged.
"""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from zope.interface import implementer

from h323d.errors import DecodeError
from h323d.events import BadInput, EventBus
from h323d.sip.complaints import MAX_SOURCES, Complaints
from h323d.values.address import TransportAddress


def logged(count: int, sources: int) -> tuple[Complaints, list[LogEvent], list[BadInput]]:
    events: list[LogEvent] = []
    facts: list[BadInput] = []
    bus = EventBus()
    bus.subscribe(BadInput, facts.append)
    complaints = Complaints(Clock(), bus)

    @implementer(ILogObserver)
    def observe(event: LogEvent) -> None:
        events.append(event)

    globalLogPublisher.addObserver(observe)
    try:
        for number in range(count):
            source = TransportAddress(
                f"10.{number % sources >> 8}.{number % sources & 255}.1", number
            )
            complaints.add(DecodeError("bad", "Via", 7), source)
    finally:
        globalLogPublisher.removeObserver(observe)
    return complaints, events, facts


def test_eachIsCountedAndToldAndEachSourceLoggedOnce() -> None:
    complaints, events, facts = logged(10, 2)
    assert (complaints.count, len(events), len(facts)) == (10, 2, 10)
    assert (facts[0].place, facts[0].reason) == ("Via@7", "bad")


def test_ofTooManySourcesNoMoreAreLogged() -> None:
    _, events, facts = logged(MAX_SOURCES + 50, MAX_SOURCES + 50)
    assert (len(events), len(facts)) == (MAX_SOURCES, MAX_SOURCES + 50)
