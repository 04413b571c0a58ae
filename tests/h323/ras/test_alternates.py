"""
Which alternate gatekeeper is next.
"""

from __future__ import annotations

from typing import Any

from h323d.h323.ras.alternates import MAX_ALTERNATES, Alternate, Alternates
from h323d.values.address import TransportAddress
from tests.support.ras import at


def told(*hosts: tuple[str, int]) -> dict[str, Any]:
    alternates = [
        {"rasAddress": at(host, 1719), "needToRegister": True, "priority": priority}
        for host, priority in hosts
    ]
    return {"alternateGatekeeper": alternates}


def ras(host: str) -> Alternate:
    return Alternate(TransportAddress(host, 1719), None)


def test_theyAreTriedOnceEachByPriority() -> None:
    alternates = Alternates()
    alternates.learn(told(("10.0.0.3", 2), ("10.0.0.2", 1)))
    assert [alternates.next() for _ in range(3)] == [ras("10.0.0.2"), ras("10.0.0.3"), None]


def test_whenAllWereTriedTheyCanBeTriedAgain() -> None:
    alternates = Alternates()
    alternates.learn(told(("10.0.0.2", 1)))
    assert [alternates.next() for _ in range(3)] == [ras("10.0.0.2"), None, ras("10.0.0.2")]


def test_aMessageThatTellsNoneLeavesThemAsTheyAre() -> None:
    alternates = Alternates()
    alternates.learn(told(("10.0.0.2", 1)))
    alternates.learn({})
    assert alternates.next() == ras("10.0.0.2")


def test_anEmptyListForgetsThem() -> None:
    alternates = Alternates()
    alternates.learn(told(("10.0.0.2", 1)))
    alternates.learn(told())
    assert alternates.next() is None


def test_addressesThatCannotBeAreLeftOutAndTheirNumberIsBounded() -> None:
    alternates = Alternates()
    alternates.learn(told(("224.0.0.1", 0), *((f"10.0.0.{each}", 1) for each in range(1, 100))))
    tried = 0
    while alternates.next() is not None:
        tried += 1
    assert tried == MAX_ALTERNATES - 1
