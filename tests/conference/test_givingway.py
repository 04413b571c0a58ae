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


def roomOf(*legs: FakeLeg, clock: Clock | None = None) -> Room:
    room = Room(HERE, TERMS, clock or Clock(), EventBus(), POOL, Recorder())
    for leg in legs:
        room.admit(leg, RoomRole.MODERATOR if leg is legs[-1] else RoomRole.PARTICIPANT)
    return room


def newLeg() -> FakeLeg:
    return FakeLeg(HERE, POOL)


def test_itIsAskedWhoHasToOfThoseWhoHaveThem() -> None:
    first = FirstGoes()
    legs = newLeg(), newLeg()
    assert GivingWay(first).within(roomOf(*legs), newLeg()) is legs[0]
    assert first.taken == [Seat(legs[0].legId), Seat(legs[1].legId, decides=True)]


def test_amongEqualsNobodyHasTo() -> None:
    assert GivingWay(EQUALS).within(roomOf(newLeg(), newLeg()), newLeg()) is None
    assert GivingWay(EQUALS).anywhere([roomOf(newLeg())], [newLeg()], 2, newLeg()) is None


def test_ofAllRoomsThoseAreTheNewestWhoAreAskedForAPIN() -> None:
    first, clock = FirstGoes(), Clock()
    asked, early, late = newLeg(), newLeg(), newLeg()
    clock.advance(1.0)
    one = roomOf(late, clock=clock)
    late.mediaReady()
    two = roomOf(early, newLeg())
    early.mediaReady()
    assert GivingWay(first).anywhere([one, two], [asked], 3, newLeg()) is early
    taken = [each.legId for each in first.taken]
    assert (taken[0], taken[1], taken[-1]) == (early.legId, late.legId, asked.legId)


def test_whoHasToIsToldWhy() -> None:
    first, legs, urgent = FirstGoes(), (newLeg(), newLeg()), newLeg()
    room = roomOf(*legs)
    GivingWay(first).preempt(None, urgent)
    assert (first.done, len(room.participants)) == ([], 2)
    GivingWay(first).preempt(legs[0], urgent)
    assert legs[0].done[-1] == ("hangup", Cause.PREEMPTION)
    assert first.done == [(legs[0].legId, urgent.legId)]
