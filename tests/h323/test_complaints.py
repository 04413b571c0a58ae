"""
Unreadable input, counted and told.
"""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.logger import capturedLogs

from h323d.errors import DecodeError
from h323d.events import BadInput, EventBus
from h323d.h323.complaints import Complaints
from h323d.values.address import TransportAddress

SOURCE = TransportAddress("10.0.0.9", 4000)


def test_everyFaultIsAFactAndOneForEachPeerIsLogged() -> None:
    events = EventBus()
    facts: list[BadInput] = []
    events.subscribe(BadInput, facts.append)
    with capturedLogs() as logged:
        complaints = Complaints(Clock(), events)
        for _ in range(3):
            complaints.about("h225", SOURCE, DecodeError("cut", "Q931.elements", 5))
        complaints.about("h245", SOURCE, DecodeError("cut"))
    assert complaints.count == 4
    assert facts[0] == BadInput(0.0, "h225", SOURCE, "Q931.elements at octet 5", "cut")
    assert facts[3].door == "h245"
    assert len(logged) == 1
