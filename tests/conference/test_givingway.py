"""
Who leaves a full room.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.call.precedence import EQUALS, Seat
from h323d.conference.givingway import GivingWay
from h323d.conference.roles import RoomRole
from h323d.conference.room import Room, RoomTerms
from h323d.events.bus import EventBus
from h323d.values.cause import Cause
from h323d.values.identifiers import RoomID
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.profile import MediaProfile
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool
from tests.support.firstgoes import FirstGoes
from tests.support.recorder import Recorder

HERE = RoomID("80001")
POOL = FakePool()
TERMS = RoomTerms(2, MediaProfile.audio((G711_ULAW,)))


def roomOf(*legs: FakeLeg) -> Room:
    room = Room(HERE, TERMS, Clock(), EventBus(), POOL, Recorder())
    for leg in legs:
        room.admit(leg, RoomRole.MODERATOR if leg is legs[-1] else RoomRole.PARTICIPANT)
    return room


def newLeg() -> FakeLeg:
    return FakeLeg(HERE, POOL)


def test_itIsAskedWhoHasToOfThoseWhoHaveThem() -> None:
    first = FirstGoes()
    legs = newLeg(), newLeg()
    assert GivingWay(first).yielding(roomOf(*legs), newLeg()) == legs[0].legId
    assert first.taken == [Seat(legs[0].legId), Seat(legs[1].legId, decides=True)]


def test_amongEqualsNobodyHasTo() -> None:
    assert GivingWay(EQUALS).yielding(roomOf(newLeg(), newLeg()), newLeg()) is None


def test_whoHasToIsToldWhy() -> None:
    first, legs, urgent = FirstGoes(), (newLeg(), newLeg()), newLeg()
    room = roomOf(*legs)
    GivingWay(first).preempt(room, None, urgent)
    assert (first.done, len(room.participants)) == ([], 2)
    GivingWay(first).preempt(room, legs[0].legId, urgent)
    assert legs[0].done[-1] == ("hangup", Cause.PREEMPTION)
    assert first.done == [(legs[0].legId, urgent.legId)]
