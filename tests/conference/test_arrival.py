"""
Who is being answered, and has no seat yet.
"""

from __future__ import annotations

from typing import Any

from zope.interface.verify import verifyObject

from h323d.call.legs import ILegObserver
from h323d.conference.arrival import Arrival
from h323d.values.cause import Cause
from h323d.values.identifiers import RoomID
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool
from tests.support.recorder import Recorder


def arrivalWith(owner: Any) -> tuple[FakeLeg, Arrival]:
    leg = FakeLeg("80001", FakePool())
    arrival = Arrival(owner, leg, RoomID("80001"))
    leg.observe(arrival)
    return leg, arrival


def test_itObservesItsLeg() -> None:
    leg, arrival = arrivalWith(Recorder())
    assert verifyObject(ILegObserver, arrival)
    assert (arrival.leg, arrival.roomId) == (leg, "80001")


def test_itsAnswerIsTold() -> None:
    owner = Recorder()
    leg, arrival = arrivalWith(owner)
    leg.answered()
    assert owner.take() == [("arrivalAnswered", arrival)]


def test_whoGivesUpBeforeIsToldWithTheCause() -> None:
    owner = Recorder()
    leg, arrival = arrivalWith(owner)
    leg.release(Cause.NORMAL_CALL_CLEARING)
    assert owner.take() == [("arrivalLeft", arrival, Cause.NORMAL_CALL_CLEARING)]


def test_mediaBeforeTheAnswerChangesNothing() -> None:
    owner = Recorder()
    leg, _ = arrivalWith(owner)
    leg.mediaReady()
    assert owner.take() == []
