"""
A leg that is joined with another as if we had called it.
"""

from __future__ import annotations

import pytest
from zope.interface.verify import verifyObject

from h323d.call.legs import ILeg, ILegObserver, LegDirection
from h323d.gateway.joinedleg import JoinedLeg
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from tests.support.oldcall import OldCall

ALICE = PartyAddress(AddressKind.DIALLED_DIGITS, "1001")
PROFILE = MediaProfile.audio((G711_ULAW, G711_ALAW))


class Scene(OldCall):
    """
    And what stands for it in the new one.
    """

    def join(self) -> JoinedLeg:
        joined = JoinedLeg(self.side, (CallID("new"), LegID("new-2")), (ALICE,))
        joined.observe(self.observer)
        return joined


def test_itIsALegAndWatchesOne() -> None:
    joined = Scene().join()
    assert verifyObject(ILeg, joined)
    assert verifyObject(ILegObserver, joined)


@pytest.mark.parametrize(
    ("direction", "name"), [(LegDirection.INCOMING, "1001"), (LegDirection.OUTGOING, "1003")]
)
def test_itIsAsIfItsPartyHadBeenCalled(direction: LegDirection, name: str) -> None:
    joined = Scene(direction).join()
    assert joined.direction is LegDirection.OUTGOING
    assert [str(each) for each in joined.called] == [name]
    assert joined.calling == (ALICE,)
    application = joined.application()
    assert (application.callId, application.legId) == ("new", "new-2")


def test_itComesOverAnsweredAndHeard() -> None:
    scene = Scene()
    joined = scene.join()
    joined.comeOver(PROFILE)
    assert scene.observer.told == ["answered", "media"]
    assert scene.leg.observer is joined
    assert scene.leg.done == []


def test_whatItSpeaksIsChangedWhereItMustBe() -> None:
    scene = Scene()
    other = MediaProfile.audio((G711_ALAW,))
    scene.join().comeOver(other)
    assert scene.leg.done == [("changeMedia", other)]


def test_whoWasOnHoldIsHeardWhenTheyAreBack() -> None:
    scene = Scene()
    scene.side.legMediaLost(scene.leg, Medium.AUDIO)
    scene.join().comeOver(PROFILE)
    assert scene.observer.told == ["answered"]
    assert scene.leg.done == [("changeMedia", PROFILE)]
    scene.leg.mediaReady()
    assert scene.observer.told == ["answered", "media"]


def test_whatIsForACallThatRingsDoesNothing() -> None:
    scene = Scene()
    joined = scene.join()
    joined.proceed()
    joined.alert(None)
    joined.answer(PROFILE)
    joined.reject(Cause.USER_BUSY)
    assert scene.leg.done == []
    joined.hangup(Cause.NORMAL_CALL_CLEARING)
    assert scene.leg.done == [("hangup", Cause.NORMAL_CALL_CLEARING)]
