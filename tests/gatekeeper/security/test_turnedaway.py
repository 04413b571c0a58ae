"""
Who was turned away, as it is told.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.events.bus import EventBus
from h323d.events.doors import SourceRefused
from h323d.gatekeeper.security.turnedaway import TurnedAway
from h323d.values.address import TransportAddress

THERE = TransportAddress("192.0.2.66", 5060)
ELSEWHERE = TransportAddress("192.0.2.67", 5060)


def test_aFloodIsOneFactASecondWithItsCount() -> None:
    clock, events = Clock(), EventBus()
    facts: list[SourceRefused] = []
    events.subscribe(SourceRefused, facts.append)
    turnedAway = TurnedAway(clock, events)
    for _ in range(5):
        turnedAway.tell("sip", THERE, "network")
    clock.advance(1.0)
    turnedAway.tell("sip", THERE, "network")
    assert [fact.count for fact in facts] == [1, 5]
    assert turnedAway.count == 6


def test_eachAddressIsToldByItself() -> None:
    clock, events = Clock(), EventBus()
    facts: list[SourceRefused] = []
    events.subscribe(SourceRefused, facts.append)
    turnedAway = TurnedAway(clock, events)
    turnedAway.tell("sip", THERE, "network")
    turnedAway.tell("ras", ELSEWHERE, "rateLimit")
    assert [(fact.door, fact.source, fact.reason) for fact in facts] == [
        ("sip", THERE, "network"),
        ("ras", ELSEWHERE, "rateLimit"),
    ]
