"""
Our end of a dialog: what is sent in it, how it is answered, and the wait for an ACK.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.errors import DecodeError
from h323d.sip.agent import ALLOW, CONTROL, SDP, SUPPORTED
from h323d.sip.calls.digits import DIGIT_TYPES
from h323d.sip.dialogs.dialog import Dialog, DialogState
from h323d.sip.dialogs.dialogend import DialogEnd
from h323d.sip.sdp.refusal import NoCommonMedia
from h323d.sip.sdp.streams import Obstacle
from h323d.values.cause import Cause
from h323d.values.media.discord import Discord
from tests.support.fakeagent import FakeAgent, FakeFlow, received
from tests.support.recorder import Recorder


class Scene:
    """
    An INVITE that came, its dialog, and our end of it.
    """

    def __init__(self, confirmed: bool = True) -> None:
        self.agent: Any = FakeAgent()
        self.owner: Any = Recorder()
        self.flow = FakeFlow()
        self.end = DialogEnd(self.agent, self.owner, self.flow)
        self.invite = received("INVITE", cseq=5)
        self.end.dialog = Dialog.called(self.invite.request, self.end.localTag, 100)
        if confirmed:
            self.end.dialog.confirm()

    def ack(self, cseq: int = 5, tag: str = "far") -> Any:
        ack = received("ACK", cseq=cseq, toTag=self.end.localTag).request
        return ack.withHeaders(ack.headers.replacing("From", f"<sip:script@10.0.0.3>;tag={tag}"))

    def acceptances(self) -> int:
        return int(self.agent.statuses.count(200))


@pytest.fixture
def scene() -> Scene:
    return Scene()


# What it knows of the peer.


def test_whoNeverToldWhatItTakesIsBelievedToTakeAll(scene: Scene) -> None:
    assert scene.end.takes("update")
    assert not scene.end.names("update")


def test_whoToldTakesThatAndNoMore(scene: Scene) -> None:
    scene.end.heard(received("INVITE", extra="Allow: INVITE, UPDATE\n").request)
    scene.end.heard(received("INVITE").request)
    assert (scene.end.takes("update"), scene.end.names("update")) == (True, True)
    assert (scene.end.takes("info"), scene.end.names("info")) == (False, False)


def test_thePeerIsRealOnceItHasShownSo(scene: Scene) -> None:
    assert not scene.end.proven
    scene.end.prove()
    assert scene.end.proven


def test_whoWasNeverHeardHasProvedNothing() -> None:
    agent: Any = FakeAgent()
    end = DialogEnd(agent, Recorder(), None)
    end.prove()
    assert not end.proven
    assert end.home == agent.homes.main


def test_requestsMayBeSentInAConfirmedDialogOnly() -> None:
    assert Scene(confirmed=False).end.confirmed is None
    scene = Scene()
    assert scene.end.confirmed is scene.end.dialog
    scene.end.close()
    assert scene.end.confirmed is None


def test_aRequestIsInTheDialogOfItsTag(scene: Scene) -> None:
    assert scene.end.dialogOf(received("BYE").request) is scene.end.dialog
    other = received("BYE").request
    other = other.withHeaders(other.headers.replacing("From", "<sip:x@h>;tag=other"))
    assert scene.end.dialogOf(other) is None


def test_beforeTheAnswerItMayBeInAnEarlyOne(scene: Scene) -> None:
    early, scene.end.dialog = scene.end.dialog, None
    assert early is not None
    scene.end.early["far"] = early
    assert scene.end.dialogOf(received("UPDATE").request) is early


# Requests of ours.


@pytest.mark.parametrize(("method", "target"), [("INVITE", True), ("UPDATE", True), ("BYE", False)])
def test_whatRefreshesTheTargetSaysWhereWeAre(method: str, target: bool, scene: Scene) -> None:
    assert scene.end.dialog is not None
    request = scene.end.request(scene.end.dialog, method)
    assert request.method == method
    assert ("Contact" in request.headers, "Allow" in request.headers) == (target, target)
    assert "Content-Type" not in request.headers


def test_aBodySaysWhatItIs(scene: Scene) -> None:
    assert scene.end.dialog is not None
    request = scene.end.request(scene.end.dialog, "INFO", b"Signal=1", "application/dtmf-relay")
    assert (request.body, request.contentType) == (b"Signal=1", "application/dtmf-relay")


def test_aByeHasAReasonAndIsTheLast(scene: Scene) -> None:
    scene.end.sendBye(Cause.USER_BUSY)
    (bye,) = scene.agent.sent
    assert bye.request.method == "BYE"
    assert "cause=17" in (bye.request.headers.get("Reason") or "")
    assert scene.end.dialog is not None
    assert scene.end.dialog.state is DialogState.TERMINATED


def test_withoutADialogThereIsNothingToEnd(scene: Scene) -> None:
    scene.end.dialog = None
    scene.end.sendBye(Cause.NORMAL_CALL_CLEARING)
    assert scene.agent.sent == []


# Answers of ours.


def test_a183BelongsToTheDialog(scene: Scene) -> None:
    scene.end.provide(scene.invite, 183, b"v=0")
    (progress,) = scene.agent.answers
    assert (progress.status, progress.toAddress.tag) == (183, scene.end.localTag)
    assert (progress.body, progress.headers.get("Content-Type")) == (b"v=0", SDP)
    assert "Contact" in progress.headers


def test_anAcceptanceIsRepeatedUntilItsACKComes(scene: Scene) -> None:
    scene.end.accept(scene.invite, b"v=0")
    scene.agent.clock.pump([0.5, 1.0, 2.0])
    assert scene.acceptances() == 4
    ack = scene.ack()
    scene.end.inviteAcknowledged(ack)
    scene.agent.clock.advance(32)
    assert scene.acceptances() == 4
    assert scene.owner.take() == [("acknowledged", ack)]
    assert scene.agent.clock.getDelayedCalls() == []


@pytest.mark.parametrize(("cseq", "tag"), [(4, "far"), (5, "other")])
def test_theACKOfSomethingElseIsNotItsACK(cseq: int, tag: str, scene: Scene) -> None:
    scene.end.accept(scene.invite, b"")
    scene.end.ackArrived(scene.ack(cseq, tag))
    assert scene.owner.take() == []
    scene.end.ackArrived(scene.ack())
    scene.end.ackArrived(scene.ack())
    assert [name for name, _ in scene.owner.take()] == ["acknowledged"]


def test_anACKThatNeverComesIsToldOnce(scene: Scene) -> None:
    scene.end.accept(scene.invite, b"")
    scene.agent.clock.pump([0.5] * 70)
    assert scene.owner.take() == [("neverAcknowledged",)]
    scene.end.ackArrived(scene.ack())
    assert scene.owner.take() == []
    assert scene.agent.clock.getDelayedCalls() == []


def test_nobodyWaitsForAnACKWhenTheCallIsOver(scene: Scene) -> None:
    scene.end.accept(scene.invite, b"")
    scene.end.close()
    assert scene.agent.clock.getDelayedCalls() == []
    scene.end.ackArrived(scene.ack())
    scene.end.repeatAcceptance()
    assert scene.owner.take() == []
    assert scene.acceptances() == 1


def test_otherRequestsAreAcceptedOnce(scene: Scene) -> None:
    scene.end.accept(received("UPDATE"), b"v=0")
    scene.agent.clock.advance(10)
    assert scene.acceptances() == 1
    (answer,) = scene.agent.answers
    assert (answer.headers.get("Allow"), answer.headers.get("Supported")) == (ALLOW, SUPPORTED)


@pytest.mark.parametrize(
    ("method", "status", "allow", "accept"),
    [
        ("INFO", 200, ALLOW, None),
        ("INFO", 405, ALLOW, None),
        ("BYE", 200, None, None),
        ("INFO", 415, None, ", ".join((SDP, *DIGIT_TYPES, CONTROL))),
        ("INFO", 400, None, None),
    ],
)
def test_anAnswerSaysWhatWouldBeTaken(
    method: str, status: int, allow: str | None, accept: str | None, scene: Scene
) -> None:
    scene.end.respond(received(method), status)
    (answer,) = scene.agent.answers
    assert (answer.status, answer.toAddress.tag) == (status, scene.end.localTag)
    assert (answer.headers.get("Allow"), answer.headers.get("Accept")) == (allow, accept)


def test_aRefusalMaySayMoreThanItsStatus(scene: Scene) -> None:
    scene.end.refuse(scene.invite, 500, ("Retry-After", "3"))
    (answer,) = scene.agent.answers
    assert (answer.status, answer.headers.get("Retry-After")) == (500, "3")


@pytest.mark.parametrize(("status", "isTold"), [(488, True), (606, True), (503, False)])
def test_whatThereWouldHaveBeenIsToldWhereThereIsAPlaceForIt(
    status: int, isTold: bool, scene: Scene
) -> None:
    scene.end.refuse(scene.invite, status, instead=Discord(bandwidth=128_000))
    (answer,) = scene.agent.answers
    assert (b"b=TIAS:64000" in answer.body) is isTold


@pytest.mark.parametrize(
    ("error", "status", "warns"),
    [
        (NoCommonMedia(Obstacle.MEDIA_TYPE, "no audio"), 488, True),
        (DecodeError("no SDP", "SDP"), 400, False),
    ],
)
def test_anOfferThatHasNothingForUsIsRefusedWithWhatIsMissing(
    error: Any, status: int, warns: bool, scene: Scene
) -> None:
    scene.end.refuseOffer(scene.invite, error)
    (answer,) = scene.agent.answers
    assert (answer.status, "Warning" in answer.headers) == (status, warns)
