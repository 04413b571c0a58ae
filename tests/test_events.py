"""
The bus hands facts on, and lets no listener harm another.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from h323d.events import EventBus, Fact, RoomClosed, RoomOpened
from h323d.values.identifiers import RoomID


class EventBusTests(SynchronousTestCase):
    """
    L{EventBus}.
    """

    def setUp(self) -> None:
        self.bus = EventBus()
        self.heard: list[Fact] = []

    def test_aListenerHearsItsKindOnly(self) -> None:
        self.bus.subscribe(RoomOpened, self.heard.append)
        self.bus.publish(RoomClosed(1.0, RoomID("a")))
        self.bus.publish(RoomOpened(2.0, RoomID("a")))
        self.assertEqual(self.heard, [RoomOpened(2.0, RoomID("a"))])

    def test_unsubscribing(self) -> None:
        unsubscribe = self.bus.subscribe(Fact, self.heard.append)
        unsubscribe()
        unsubscribe()
        self.bus.publish(RoomOpened(2.0, RoomID("a")))
        self.assertEqual(self.heard, [])

    def test_aFailingListenerIsLoggedAndTheNextIsTold(self) -> None:
        def fail(fact: Fact) -> None:
            raise ZeroDivisionError

        self.bus.subscribe(Fact, fail)
        self.bus.subscribe(Fact, self.heard.append)
        self.bus.publish(RoomOpened(2.0, RoomID("a")))
        self.assertEqual(len(self.heard), 1)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)


def test_everyFactIsInTheReference() -> None:
    page = (Path(__file__).parents[1] / "docs/reference/facts.rst").read_text()
    for fact in Fact.__subclasses__():
        assert f"``{fact.__name__}``" in page
        for each in dataclasses.fields(fact):
            assert each.name == "at" or f"``{each.name}``" in page, f"{fact.__name__}.{each.name}"
