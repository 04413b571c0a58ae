"""
A leg that goes on in a room as if it had called there.
"""

from __future__ import annotations

import pytest
from zope.interface.verify import verifyObject

from h323d.call.legs import ILeg, ILegObserver, LegDirection
from h323d.gateway.movedleg import MovedLeg
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from tests.support.oldcall import OldCall

ROOM = PartyAddress(AddressKind.DIALLED_DIGITS, "80001")
PROFILE = MediaProfile.audio((G711_ULAW, G711_ALAW))


class Scene(OldCall):
    """
    And what stands for it in the new one.
    """

    def move(self) -> MovedLeg:
        moved = MovedLeg(self.side, (CallID("new"), LegID("new-1")), (ROOM,))
        moved.observe(self.observer)
        return moved


def test_itIsALegAndWatchesOne() -> None:
    moved = Scene().move()
    assert verifyObject(ILeg, moved)
    assert verifyObject(ILegObserver, moved)


@pytest.mark.parametrize(
    ("direction", "name"), [(LegDirection.INCOMING, "1001"), (LegDirection.OUTGOING, "1003")]
)
def test_itIsAsIfItsPartyHadCalledTheRoom(direction: LegDirection, name: str) -> None:
    moved = Scene(direction).move()
    assert moved.direction is LegDirection.INCOMING
    assert [str(each) for each in moved.calling] == [name]
    assert moved.called == (ROOM,)


def test_itComesOverAnsweredAndHeard() -> None:
    scene = Scene()
    scene.move().comeOver(PROFILE)
    assert scene.observer.told == ["answered", "media"]
    assert scene.leg.done == []


def test_whatItSpeaksIsChangedWhereItMustBe() -> None:
    scene = Scene()
    other = MediaProfile.audio((G711_ALAW,))
    scene.move().comeOver(other)
    assert scene.leg.done == [("changeMedia", other)]


def test_whoHoldsIsHeardWhenTheyResume() -> None:
    scene = Scene()
    assert scene.leg.observer is not None
    scene.leg.observer.legMediaLost(scene.leg, Medium.AUDIO)
    scene.move().comeOver(PROFILE)
    assert scene.observer.told == ["answered"]
    scene.leg.mediaReady()
    assert scene.observer.told == ["answered", "media"]


def test_itIsOverWithItsLeg() -> None:
    scene = Scene()
    moved = scene.move()
    moved.comeOver(PROFILE)
    moved.hangup(Cause.USER_BUSY)
    assert scene.leg.done[-1] == ("hangup", Cause.USER_BUSY)
    assert scene.observer.told[-1].startswith("released")
