"""
Bad input, counted, told and logged.
"""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.logger import LogEvent, capturedLogs

from h323d.call.complaints import MAX_SOURCES, Complaints, FirstOf
from h323d.errors import DecodeError
from h323d.events.bus import EventBus
from h323d.events.doors import BadInput
from h323d.values.address import TransportAddress


class Door:
    """
    Complaints, with the facts and log events they make.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.facts: list[BadInput] = []
        self.logged: list[LogEvent] = []
        events = EventBus()
        events.subscribe(BadInput, self.facts.append)
        self.complaints = Complaints(self.clock, events)

    def hear(self, *sources: TransportAddress) -> None:
        with capturedLogs() as logged:
            for source in sources:
                self.complaints.about("h225", source, DecodeError("cut", "Q931.elements", 5))
        self.logged += logged


def test_eachFaultIsCountedAndToldWithItsPlace() -> None:
    door = Door()
    source = TransportAddress("10.0.0.9", 4000)
    door.clock.advance(2)
    door.hear(source, source)
    assert door.complaints.count == 2
    assert door.facts == [BadInput(2.0, "h225", source, "Q931.elements at octet 5", "cut")] * 2


def test_eachSourceIsLoggedOnceWhateverItsPort() -> None:
    door = Door()
    door.hear(*(TransportAddress(f"10.0.0.{number % 2}", number) for number in range(10)))
    assert [event["source"] for event in door.logged] == ["10.0.0.0:0", "10.0.0.1:1"]


def test_ofTooManySourcesNoMoreAreLogged() -> None:
    door = Door()
    count = MAX_SOURCES + 50
    door.hear(*(TransportAddress(f"10.0.{n >> 8}.{n & 255}", 5060) for n in range(count)))
    assert (len(door.logged), len(door.facts)) == (MAX_SOURCES, count)


def test_namesAreToldOnceUpToALimit() -> None:
    first = FirstOf(2)
    assert [first.isFirst(name) for name in "aabbc"] == [True, False, True, False, False]
