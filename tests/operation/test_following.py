"""
What somebody sees of signalling as it comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from twisted.internet.interfaces import IPushProducer
from twisted.internet.task import Clock
from zope.interface.verify import verifyObject

from h323d.call.wire import WireMessage, WireProtocol
from h323d.operation.command import OperatorError
from h323d.operation.config import TraceConfig
from h323d.operation.following import LOOK, MAXIMUM, PAUSE, WAITING, Flow, Following
from h323d.operation.ladder import wireView
from h323d.operation.wirelog import OVERHEAD, WireLog
from h323d.values.address import TransportAddress

US, PEER = TransportAddress("10.0.0.1", 5060), TransportAddress("10.0.0.3", 5060)


class Reader:
    """
    Reads everything.
    """

    def __init__(self) -> None:
        self.said: list[str] = []
        self.lost = 0
        self.over = False

    def told(self, rows: Sequence[Any], lost: int) -> None:
        self.said += [bytes.fromhex(row["octets"]).decode().strip() for row in rows]
        self.lost += lost

    def ended(self) -> None:
        self.over = True


class Scene:
    """
    A log, and whoever follows it.

    @ivar calls: names of those that last.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.wire = WireLog(TraceConfig())
        self.calls: set[str] = set()
        self.reader = Reader()

    def note(self, name: str, *texts: str, size: int = 100) -> None:
        for each in texts:
            octets = each.encode().ljust(size)
            self.wire.seen(name, WireMessage(0.0, WireProtocol.SIP, "UDP", False, US, PEER, octets))

    def follow(self, name: str, limit: int = 1000) -> Flow:
        following = Following(self.clock, self.wire, name, wireView, limit, self.isOn)
        return following.begin(self.reader)

    def isOn(self, names: Sequence[str]) -> bool:
        return not self.calls.isdisjoint(names)

    def settle(self) -> list[str]:
        """
        What has been read, once all that waits is.
        """
        for _ in range(50):
            self.clock.advance(PAUSE)
        return self.reader.said


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_aFlowIsAProducer(scene: Scene) -> None:
    verifyObject(IPushProducer, scene.follow(""))


def test_whatIsKeptComesFirstAndThenWhatIsSaid(scene: Scene) -> None:
    scene.note("a", "1", "2")
    scene.follow(PEER.host)
    scene.note("b", "3")
    assert scene.settle() == ["1", "2", "3"]
    scene.note("c", "4")
    assert scene.settle() == ["1", "2", "3", "4"]


def test_noMoreIsToldOfWhatIsKeptThanWasAsked(scene: Scene) -> None:
    scene.note("a", "1", "2", "3")
    scene.follow("", limit=2)
    assert scene.settle() == ["2", "3"]


def test_nothingIsMadeWhereAMessagePasses(scene: Scene) -> None:
    scene.follow("")
    scene.note("a", "1")
    assert scene.reader.said == []


def test_anotherCallIsNotTold(scene: Scene) -> None:
    scene.calls.add("a")
    scene.note("a", "1")
    scene.follow("a")
    scene.note("b", "2")
    assert scene.settle() == ["1"]


def test_theOtherSideOfACallIsToldOnceItIsKnown(scene: Scene) -> None:
    scene.calls.add("call")
    scene.note("a", "1")
    scene.wire.belongs("a", "call")
    scene.follow("a")
    scene.note("b", "2")
    assert scene.settle() == ["1"]
    scene.wire.belongs("b", "call")
    scene.note("b", "3")
    assert scene.settle() == ["1", "2", "3"]


def test_itEndsWithTheCallOnceAllIsTold(scene: Scene) -> None:
    scene.calls.add("a")
    scene.note("a", "1")
    scene.follow("a")
    scene.clock.advance(10 * LOOK)
    scene.calls.clear()
    scene.clock.advance(LOOK)
    scene.note("a", "2")
    scene.clock.advance(LOOK)
    assert not scene.reader.over
    scene.settle()
    assert (scene.reader.said, scene.reader.over) == (["1", "2"], True)
    assert (scene.wire.followers, scene.clock.getDelayedCalls()) == (0, [])


def test_anAddressHasNoEnd(scene: Scene) -> None:
    scene.follow(PEER.host)
    for _ in range(20):
        scene.clock.advance(LOOK)
    scene.note("a", "1")
    assert (scene.settle(), scene.reader.over) == (["1"], False)


def test_whoReadsSlowlyMissesTheOldestAndIsToldHowMany(scene: Scene) -> None:
    flow = scene.follow("")
    flow.pauseProducing()
    most = WAITING // (10_000 + OVERHEAD)
    scene.note("a", *map(str, range(most + 3)), size=10_000)
    assert scene.settle() == []
    flow.resumeProducing()
    assert scene.settle() == [str(each) for each in range(3, most + 3)]
    assert scene.reader.lost == 3


def test_whatIsKeptFromBeforeIsNotCountedAsLost(scene: Scene) -> None:
    for number in range(200):
        scene.note(f"a{number}", str(number), size=10_000)
    scene.follow("")
    assert scene.settle()[-1] == "199"
    assert (len(scene.reader.said), scene.reader.lost) == (WAITING // (10_000 + OVERHEAD), 0)


def test_whoHasLeftIsToldNothing(scene: Scene) -> None:
    scene.calls.add("a")
    scene.note("a", "1")
    flow = scene.follow("a")
    flow.stopProducing()
    flow.stopProducing()
    scene.note("a", "2")
    assert (scene.settle(), scene.clock.getDelayedCalls()) == ([], [])


def test_oneMoreThanMayFollowIsRefused(scene: Scene) -> None:
    for _ in range(MAXIMUM):
        scene.follow("")
    with pytest.raises(OperatorError, match=r"^16 follow what is said already$"):
        scene.follow("")
