"""
A leg that goes on in another call.
"""

from __future__ import annotations

from typing import Any

import pytest
from zope.interface.verify import verifyObject

from h323d.call.applications import Priority
from h323d.call.legs import ILeg, ILegObserver, LegDirection
from h323d.call.ways import Way
from h323d.gateway.bridgeside import BridgeSide
from h323d.gateway.transferredleg import TransferredLeg
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool
from tests.support.faketransfer import FakeTransferRequest
from tests.support.oldcall import Observer

ALICE, CAROL = (PartyAddress(AddressKind.DIALLED_DIGITS, text) for text in ("1001", "1003"))
PROFILE = MediaProfile.audio((G711_ULAW, G711_ALAW))


class Scene:
    """
    Alice's leg in the old call, and what stands for it in the new one.

    @ivar told: what the old call hears.
    """

    def __init__(self, direction: LegDirection = LegDirection.INCOMING) -> None:
        self.leg = FakeLeg("1002", FakePool())
        self.leg.direction = direction
        self.told: list[str] = []
        self.side = BridgeSide(self, self.leg)  # type: ignore[arg-type]  # only in one thing
        self.leg.observe(self.side)
        self.leg.mediaReady()
        self.request = FakeTransferRequest(Way("sip", None, (CAROL,)))
        ids = CallID("new"), LegID("new-1")
        other = BridgeSide(self, FakeLeg("1001", FakePool()))  # type: ignore[arg-type]  # as above
        self.transferred = TransferredLeg(self, (self.side, other), self.request, ids, 1)
        self.observer = Observer()
        self.transferred.observe(self.observer)

    def sideHeard(self, side: BridgeSide, stream: Any) -> None:
        """
        Of no interest.
        """

    def sideMoves(self, side: BridgeSide) -> None:
        side.depart()
        self.told.append("moves")

    def transferFailed(self) -> None:
        self.told.append("failed")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_itIsALegAndWatchesOne(scene: Scene) -> None:
    assert verifyObject(ILeg, scene.transferred)
    assert verifyObject(ILegObserver, scene.transferred)


@pytest.mark.parametrize(
    ("direction", "name"), [(LegDirection.INCOMING, "1001"), (LegDirection.OUTGOING, "1002")]
)
def test_itIsAsIfItsPartyHadCalled(direction: LegDirection, name: str) -> None:
    scene = Scene(direction)
    transferred = scene.transferred
    assert transferred.direction is LegDirection.INCOMING
    application = transferred.application()
    for each in (transferred, application):
        assert [str(party) for party in each.calling] == [name]
        assert (each.called, each.callId, each.legId) == ((CAROL,), "new", "new-1")
    assert application.continues == scene.leg.legId


def test_itsPriorityIsThatOfTheLegThatItStandsFor(scene: Scene) -> None:
    scene.transferred.prioritize(Priority.HIGH)
    assert scene.leg.done == [("prioritize", Priority.HIGH)]


def test_whileItRingsTheOldCallGoesOn(scene: Scene) -> None:
    scene.transferred.proceed()
    scene.transferred.alert(None)
    scene.transferred.sendDigit("7", 100)
    scene.transferred.changeMedia(PROFILE)
    assert scene.request.told == ["ringing"]
    assert (scene.told, scene.observer.told, scene.leg.done) == ([], [], [])


def test_withTheAnswerTheLegComesOver(scene: Scene) -> None:
    scene.transferred.answer(PROFILE)
    assert scene.request.told == ["succeed"]
    assert (scene.told, scene.observer.told) == (["moves"], ["answered", "media"])
    assert scene.leg.done == []  # it speaks what it may already
    scene.transferred.sendDigit("7", 100)
    assert scene.leg.done == [("sendDigit", "7")]


def test_whatItSpeaksIsChangedWhereItMustBe(scene: Scene) -> None:
    other = MediaProfile.audio((G711_ALAW,))
    scene.transferred.answer(other)
    assert scene.leg.done == [("changeMedia", other)]


def test_whatItReportsAfterwardsIsOfTheNewCall(scene: Scene) -> None:
    scene.transferred.answer(PROFILE)
    scene.observer.told.clear()
    assert scene.leg.observer is scene.transferred
    scene.transferred.legMediaLost(scene.leg, Medium.AUDIO)
    scene.transferred.legDigit(scene.leg, "5", 100, DigitMethod.RTP_EVENT)
    scene.leg.mediaReady()
    scene.leg.peerEnded = True
    scene.leg.release(Cause.USER_BUSY)
    assert scene.observer.told == ["lost", "digit 5", "media", "released USER_BUSY"]
    assert scene.transferred.peerEnded


def test_whoIsRefusedStaysInTheOldCall(scene: Scene) -> None:
    scene.transferred.reject(Cause.CALL_REJECTED)
    assert scene.request.told == ["fail CALL_REJECTED"]
    assert (scene.told, scene.observer.told) == (["failed"], ["released CALL_REJECTED"])
    scene.transferred.answer(PROFILE)
    scene.transferred.hangup(Cause.NORMAL_CALL_CLEARING)
    assert (scene.leg.done, len(scene.request.told)) == ([], 1)


def test_whoAskedMayLeaveBeforeTheAnswer(scene: Scene) -> None:
    scene.transferred.move()
    assert (scene.told, scene.observer.told) == (["moves"], ["media"])
    scene.transferred.answer(PROFILE)
    assert scene.observer.told == ["media", "answered"]
    assert scene.request.told == ["succeed"]


def test_afterThatItIsRefusedByHangingUp(scene: Scene) -> None:
    scene.transferred.move()
    scene.transferred.reject(Cause.USER_BUSY)
    assert scene.leg.done == [("hangup", Cause.USER_BUSY)]
    assert scene.observer.told == ["media", "released USER_BUSY"]
    assert scene.request.told == ["fail USER_BUSY"]


def test_whoHangsUpMeanwhileIsInNeitherCall(scene: Scene) -> None:
    scene.transferred.lose(Cause.NORMAL_CALL_CLEARING)
    assert scene.request.told == ["fail NORMAL_CALL_CLEARING"]
    assert (scene.told, scene.observer.told) == ([], ["released NORMAL_CALL_CLEARING"])
