"""
An INVITE of ours, and its forks.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.sip.calls.sentinvite import MAX_FORKS, Fork, SentInvite
from h323d.sip.dialogs.dialog import DialogState
from h323d.sip.dialogs.dialogend import DialogEnd
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.cause import Cause
from tests.support.fakeagent import FakeAgent, FakeFlow, received
from tests.support.recorder import Recorder


class Scene:
    """
    An INVITE that has left.
    """

    def __init__(self) -> None:
        self.agent: Any = FakeAgent()
        self.owner: Any = Recorder()
        self.end = DialogEnd(self.agent, Recorder(), FakeFlow())
        self.request: SIPRequest = received("INVITE").request
        self.invite = SentInvite(self.agent, self.end, self.request, self.owner)

    def answer(self, status: int, tag: str = "one", contact: str = "<sip:b@10.0.0.3>") -> None:
        response = self.request.response(status, None, tag)
        headers = response.headers.adding("Contact", contact)
        self.invite.responseReceived(response.withHeaders(headers))

    def told(self) -> list[str]:
        return [name for name, *_ in self.owner.take()]

    def accepted(self, tag: str = "one") -> Fork:
        self.answer(200, tag)
        ((_, fork),) = self.owner.take()
        assert isinstance(fork, Fork)
        return fork


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_itLeavesWhenItIsMade(scene: Scene) -> None:
    assert [each.request for each in scene.agent.sent] == [scene.request]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (100, "inviteProgressed"),
        (183, "inviteProgressed"),
        (200, "inviteAccepted"),
        (302, "inviteRefused"),
        (486, "inviteRefused"),
        (603, "inviteRefused"),
    ],
)
def test_eachAnswerIsToldAsWhatItIs(status: int, told: str, scene: Scene) -> None:
    scene.answer(status)
    assert scene.told() == [told]


def test_noAnswerIsAFailureToo(scene: Scene) -> None:
    scene.invite.requestTimedOut()
    scene.invite.requestFailed()
    assert scene.owner.take() == [
        ("inviteFailed", Cause.NO_USER_RESPONDING),
        ("inviteFailed", Cause.NETWORK_OUT_OF_ORDER),
    ]


@pytest.mark.parametrize("status", [180, 200])
def test_anAnswerThatMakesNoDialogIsToldSo(status: int, scene: Scene) -> None:
    scene.answer(status, contact="<<>")
    assert scene.told() == ["inviteMisanswered"]
    assert scene.end.early == {}


def test_eachTagIsAnEarlyDialogUpToALimit(scene: Scene) -> None:
    for number in range(MAX_FORKS + 5):
        scene.answer(180, str(number))
        scene.answer(180, str(number))
    assert len(scene.end.early) == MAX_FORKS
    assert len(scene.told()) == 2 * (MAX_FORKS + 5)


def test_aForkIsAcknowledgedInItsDialog(scene: Scene) -> None:
    scene.answer(180)
    early = scene.end.early["one"]
    scene.owner.take()
    dialog = scene.accepted().acknowledge()
    assert dialog is early
    assert dialog.state is DialogState.CONFIRMED
    assert scene.end.early == {}
    (ack,) = scene.agent.acks
    assert (ack.method, ack.cseq.number) == ("ACK", scene.request.cseq.number)


def test_aForkThatIsDeclinedIsAcknowledgedAndEnded(scene: Scene) -> None:
    scene.accepted().decline(Cause.NO_ANSWER_FROM_USER)
    assert len(scene.agent.acks) == 1
    assert scene.agent.methods == ["INVITE", "BYE"]
    assert scene.agent.sent[-1].request.headers.get("Reason") == "Q.850;cause=19"


def test_theSameAnswerAgainGetsTheSameACK(scene: Scene) -> None:
    scene.accepted().acknowledge()
    scene.accepted().answerAgain()
    first, again = scene.agent.acks
    assert first is again
    assert scene.agent.methods == ["INVITE"]


def test_anotherForkIsDeclinedAndNoMoreThanMayBe(scene: Scene) -> None:
    scene.accepted("0").acknowledge()
    for number in range(1, MAX_FORKS + 5):
        scene.accepted(str(number)).answerAgain()
    assert scene.agent.methods.count("BYE") == MAX_FORKS - 1
    assert len(scene.agent.acks) == MAX_FORKS


def test_whatIsRefusedIsNotCancelled(scene: Scene) -> None:
    scene.answer(302)
    scene.invite.cancel(Cause.REDIRECTION_TO_NEW_DESTINATION)
    assert scene.agent.cancelled == []


def test_aCancelSaysWhy(scene: Scene) -> None:
    scene.invite.cancel(Cause.NORMAL_CALL_CLEARING)
    ((cancelled, reason),) = scene.agent.cancelled
    assert cancelled is scene.request
    assert "cause=16" in reason


def test_whoWaitsNoMoreFreesTheTransaction(scene: Scene) -> None:
    scene.invite.destroy()
    (transaction,) = scene.agent.sent
    assert transaction.destroyed


def test_whatThePeerTakesIsHeardFromItsAnswers(scene: Scene) -> None:
    response: SIPResponse = scene.request.response(180, None, "one")
    headers = response.headers.extending(("Contact", "<sip:b@h>"), ("Allow", "INVITE"))
    scene.invite.responseReceived(response.withHeaders(headers))
    assert not scene.end.takes("info")
