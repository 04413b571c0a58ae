"""
The bus hands facts on, and lets no listener harm another.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from h323d.events.bus import EventBus, Fact
from h323d.events.rooms import RoomClosed, RoomOpened
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

    def test_aListenerHearsWhatIsMadeOfItsKindToo(self) -> None:
        class RoomOpenedTwice(RoomOpened):
            pass

        self.bus.subscribe(RoomOpened, self.heard.append)
        fact = RoomOpenedTwice(1.0, RoomID("a"))
        self.bus.publish(fact)
        self.assertEqual(self.heard, [fact])

    def test_whoAskedFirstIsToldFirstWhateverTheyAskedFor(self) -> None:
        order: list[str] = []
        self.bus.subscribe(RoomOpened, lambda fact: order.append("one kind"))
        self.bus.subscribe(Fact, lambda fact: order.append("all"))
        self.bus.subscribe(RoomOpened, lambda fact: order.append("one kind again"))
        self.bus.publish(RoomOpened(1.0, RoomID("a")))
        self.assertEqual(order, ["one kind", "all", "one kind again"])

    def test_whoComesLaterHearsWhatIsToldFromThenOn(self) -> None:
        self.bus.publish(RoomOpened(1.0, RoomID("a")))
        self.bus.subscribe(RoomOpened, self.heard.append)
        self.bus.publish(RoomOpened(2.0, RoomID("a")))
        self.assertEqual([fact.at for fact in self.heard], [2.0])

    def test_unsubscribing(self) -> None:
        subscription = self.bus.subscribe(Fact, self.heard.append)
        self.bus.publish(RoomOpened(1.0, RoomID("a")))
        self.heard.clear()
        subscription.end()
        subscription.end()
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
