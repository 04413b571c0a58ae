"""
Requests within a dialog, to who wants to know who sends them, too.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.sip.dialogs.dialog import Dialog
from h323d.sip.dialogs.within import RequestWithin
from h323d.sip.digest.algorithms import Algorithm
from h323d.sip.digest.answering import MAX_ANSWERS, Answering
from h323d.sip.digest.fields import Challenge
from h323d.sip.messages.message import SIPRequest, SIPResponse
from tests.support.digest import REALM, FakeSecrets
from tests.support.fakeagent import FakeAgent, FakeFlow, received
from tests.support.recorder import Recorder


class Scene:
    """
    A request that has left.
    """

    def __init__(self, flow: Any = None) -> None:
        self.agent: Any = FakeAgent()
        self.secrets = FakeSecrets()
        self.agent.answering = Answering(self.secrets, self.agent.clock, self.agent.rng)
        self.user: Any = Recorder()
        self.dialog = Dialog.called(received("INVITE").request, "ours", 7)
        request = self.dialog.request("UPDATE")
        self.sent = RequestWithin(self.agent, self.dialog, request, flow, self.user, "second")

    def answer(self, status: int, nonce: str = "n", stale: bool = False) -> SIPResponse:
        response = self.last.response(status)
        if status == 401:
            line = str(Challenge(REALM, nonce, Algorithm.SHA_256, stale=stale))
            response = response.withHeaders(response.headers.adding("WWW-Authenticate", line))
        self.agent.sent[-1].user.responseReceived(response)
        return response

    @property
    def last(self) -> SIPRequest:
        request: SIPRequest = self.agent.sent[-1].request
        return request


@pytest.fixture
def scene() -> Scene:
    return Scene(FakeFlow())


def test_itIsSentAgainWithWhatIsAskedForAndTheDialogsNextNumber(scene: Scene) -> None:
    scene.dialog.request("INFO")  # which has left meanwhile
    scene.answer(401)
    assert scene.user.take() == []
    assert (scene.last.method, scene.last.cseq.number) == ("UPDATE", 10)
    assert "Authorization" in scene.last.headers
    assert scene.sent.request is scene.last
    assert scene.secrets.accounts == ["second"]
    assert scene.dialog.request("BYE").cseq.number == 11


def test_whatComesOfItIsToldOnce(scene: Scene) -> None:
    scene.answer(401)
    response = scene.answer(200)
    assert scene.user.take() == [("responseReceived", response)]


def test_aChallengeThatCannotBeAnsweredIsARefusal(scene: Scene) -> None:
    scene.answer(401)
    response = scene.answer(401)  # what was shown was not good
    assert scene.user.take() == [("responseReceived", response)]
    assert len(scene.agent.sent) == 2


def test_whoFindsEverythingTooOldIsNotAnsweredForEver(scene: Scene) -> None:
    for number in range(MAX_ANSWERS + 3):
        scene.answer(401, f"n{number}", stale=True)
    assert len(scene.agent.sent) == 1 + MAX_ANSWERS


def test_whatNobodyWaitsForIsNotSentAgain(scene: Scene) -> None:
    scene.sent.destroy()
    scene.answer(401)
    assert len(scene.agent.sent) == 1
    assert scene.agent.sent[0].destroyed


def test_withoutAWayBackItIsNot() -> None:
    scene = Scene()
    scene.answer(401)
    assert len(scene.agent.sent) == 1


def test_silenceIsToldAsItIs(scene: Scene) -> None:
    for name in ("requestTimedOut", "requestFailed"):
        getattr(scene.agent.sent[0].user, name)()
    assert scene.user.take() == [("requestTimedOut",), ("requestFailed",)]
