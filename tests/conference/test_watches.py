"""
Who watches a room, and what they see.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock
from zope.interface import implementer

from h323d.call.callers import CallerName, ICallerNames
from h323d.call.gates import Gates
from h323d.call.inquiry import Inquiry
from h323d.call.legs import IOffer
from h323d.call.policy import Route
from h323d.conference.config import ConferenceConfig, RoomConfig
from h323d.conference.directory import RoomDirectory
from h323d.conference.host import ConferenceHost
from h323d.conference.watches import RoomWatches
from h323d.events.bus import EventBus
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import RoomID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.medium import Medium
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool

ROOM, NOBODY = (PartyAddress(AddressKind.DIALLED_DIGITS, text) for text in ("80001", "1001"))


class Scene:
    """
    Rooms, and somebody who watches.

    @ivar told: how often they heard of a change.
    """

    def __init__(self) -> None:
        clock, events, self.pool = Clock(), EventBus(), FakePool()
        config = ConferenceConfig(patterns=("8xxxx",))
        self.host = ConferenceHost(config, clock, events, self.pool, Gates(clock, events, ()))
        self.watches = RoomWatches(self.host, RoomDirectory(config), events)
        self.told = 0

    def conferenceChanged(self) -> None:
        self.told += 1

    def join(self, room: str = "80001") -> FakeLeg:
        leg = FakeLeg(room, self.pool)
        self.host.accept(leg, Route("conference", room))
        leg.answered()
        leg.mediaReady()
        return leg


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_eachChangeIsTold(scene: Scene) -> None:
    assert scene.watches.watch((NOBODY, ROOM), scene) == "80001"
    leg = scene.join()
    scene.join("80002")
    assert scene.told == 1
    assert leg.observer is not None
    leg.observer.legMediaLost(leg, Medium.AUDIO)
    leg.mediaReady()
    leg.release(Cause.NORMAL_CALL_CLEARING)
    assert scene.told == 4
    scene.watches.unwatch(scene)
    scene.join()
    assert scene.told == 4


def test_whoIsThereIsSeen(scene: Scene) -> None:
    assert scene.watches.members("80001") == ()
    leg = scene.join()
    (member,) = scene.watches.members("80001")
    assert (member.legId, member.names, member.isHeld) == (leg.legId, leg.calling, False)
    assert leg.observer is not None
    leg.observer.legMediaLost(leg, Medium.AUDIO)
    assert [each.isHeld for each in scene.watches.members("80001")] == [True]


def test_soIsWhoIsNotHeardAndWhetherItIsLocked(scene: Scene) -> None:
    leg = scene.join()
    scene.watches.watch((ROOM,), scene)
    room = scene.host.rooms[RoomID("80001")]
    room.mute(room.audience)
    assert [each.isMuted for each in scene.watches.members("80001")] == [True]
    room.unmute(room.audience)
    assert not scene.watches.isLocked("80001")
    room.lock()
    assert scene.watches.isLocked("80001")
    room.unlock()
    assert scene.told == 4
    leg.release(Cause.NORMAL_CALL_CLEARING)
    assert not scene.watches.isLocked("80001")


def test_whatIsNoRoomIsNotWatched(scene: Scene) -> None:
    assert scene.watches.watch((NOBODY,), scene) is None


@implementer(ICallerNames)
class Registered:
    """
    Who calls from 127.0.0.9 or 127.0.0.1 is registered there, and nobody else is.
    """

    def nameOf(self, offer: IOffer) -> CallerName:
        known = offer.peer.host in ("127.0.0.9", "127.0.0.1")
        return CallerName(offer.calling, "", offer.peer.host if known else "", isOwn=known)


def asking(name: str, host: str) -> Inquiry:
    names = (PartyAddress(AddressKind.DIALLED_DIGITS, name),)
    return Inquiry("sip", TransportAddress(host, 5060), names, ())


@pytest.mark.parametrize(
    ("name", "host", "may"),
    [
        ("1001", "127.0.0.9", True),  # is in it
        ("1002", "127.0.0.1", True),  # a member
        ("1003", "127.0.0.1", False),
        ("1002", "127.0.0.2", False),  # says so, and no more
        ("1001", "127.0.0.2", False),
    ],
)
def test_whoIsInARoomThatAsksIsForThoseAloneWhomItLetsIn(name: str, host: str, may: bool) -> None:
    clock, events, pool = Clock(), EventBus(), FakePool()
    closed = RoomConfig("closed", pin="1234", members=("1002",))
    config = ConferenceConfig(rooms=(closed, RoomConfig("open")))
    gates = Gates(clock, events, ())
    there = ConferenceHost(config, clock, events, pool, gates, callers=Registered())
    watches = RoomWatches(there, RoomDirectory(config), events)
    leg = FakeLeg("closed", pool)
    there.accept(leg, Route("conference", "closed"))
    leg.answered()
    for key in "1234#":
        assert leg.observer is not None
        leg.observer.legDigit(leg, key, 100, DigitMethod.RTP_EVENT)
    rooms = [PartyAddress(AddressKind.H323_ID, each) for each in ("closed", "open", "nothing")]
    subscriber = asking(name, host)
    assert [watches.mayWatch((each,), subscriber) for each in rooms] == [may, True, True]
