"""
An INVITE of ours, and its forks.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.sip.calls.sentinvite import MAX_FORKS, Fork, SentInvite
from h323d.sip.dialogs.dialog import DialogState
from h323d.sip.dialogs.dialogend import DialogEnd
from h323d.sip.digest.algorithms import Algorithm
from h323d.sip.digest.answering import Answering
from h323d.sip.digest.fields import Challenge
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.cause import Cause
from tests.support.digest import REALM, FakeSecrets
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

    def answer(
        self,
        status: int,
        tag: str = "one",
        contact: str = "<sip:b@10.0.0.3>",
        *rows: tuple[str, str],
    ) -> None:
        response = self.request.response(status, None, tag)
        headers = response.headers.extending(("Contact", contact), *rows)
        self.invite.responseReceived(response.withHeaders(headers))

    def mustArrive(self, rseq: int, tag: str = "one", status: int = 180) -> None:
        rows = (("Require", "100rel"), ("RSeq", str(rseq)))
        self.answer(status, tag, "<sip:b@10.0.0.3>", *rows)

    @property
    def racks(self) -> list[str | None]:
        """
        What was acknowledged by PRACK, in order.
        """
        sent = [each.request for each in self.agent.sent]
        return [each.headers.get("RAck") for each in sent if each.method == "PRACK"]

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


def test_aResponseThatMustArriveIsAcknowledgedInItsEarlyDialog(scene: Scene) -> None:
    scene.mustArrive(7)
    assert scene.told() == ["inviteProgressed"]
    assert scene.racks == [f"7 {scene.request.cseq}"]
    prack = scene.agent.sent[-1].request
    assert (str(prack.uri), prack.toAddress.tag) == ("sip:b@10.0.0.3", "one")
    assert prack.cseq.number == scene.request.cseq.number + 1


@pytest.mark.parametrize(
    ("numbers", "acknowledged"),
    [
        ([7, 7, 7], [7]),  # repeated
        ([7, 9, 8], [7, 8]),  # one is missing, which then comes
        ([7, 8, 9], [7, 8, 9]),
        ([7, 6], [7]),
    ],
)
def test_whatComesAgainOrOutOfItsTurnIsNotLookedAt(
    numbers: list[int], acknowledged: list[int], scene: Scene
) -> None:
    for each in numbers:
        scene.mustArrive(each)
    assert scene.racks == [f"{each} {scene.request.cseq}" for each in acknowledged]
    assert scene.told() == len(acknowledged) * ["inviteProgressed"]


def test_eachForkCountsByItself(scene: Scene) -> None:
    scene.mustArrive(7, "one")
    scene.mustArrive(100, "two")
    scene.mustArrive(8, "one")
    assert scene.racks == [f"{each} {scene.request.cseq}" for each in (7, 100, 8)]


@pytest.mark.parametrize("rows", [(("Require", "100rel"),), (("RSeq", "1"),)])
def test_onlyWhatIsNumberedAndMustArriveIsAcknowledged(
    rows: tuple[tuple[str, str], ...], scene: Scene
) -> None:
    scene.answer(180, "one", "<sip:b@10.0.0.3>", *rows)
    assert scene.racks == []


def test_a100IsNeverAcknowledged(scene: Scene) -> None:
    scene.mustArrive(1, status=100)
    assert (scene.racks, scene.told()) == ([], ["inviteProgressed"])


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


# Who is called wants a password.


class Challenged(Scene):
    """
    Who is called is known, and asks.
    """

    def __init__(self) -> None:
        super().__init__()
        self.agent.answering = Answering(FakeSecrets(), self.agent.clock, self.agent.rng)

    def challenge(self, nonce: str = "n", stale: bool = False) -> None:
        line = str(Challenge(REALM, nonce, Algorithm.MD5, stale=stale))
        self.answer(407, "one", "<sip:b@10.0.0.3>", ("Proxy-Authenticate", line))

    @property
    def numbers(self) -> list[int]:
        return [each.request.cseq.number for each in self.agent.sent]


@pytest.fixture
def challenged() -> Challenged:
    return Challenged()


def test_aChallengeIsAnsweredAndNotTold(challenged: Challenged) -> None:
    challenged.challenge()
    assert challenged.numbers == [1, 2]
    assert challenged.told() == []
    challenged.answer(180)
    challenged.answer(200)
    assert challenged.told() == ["inviteProgressed", "inviteAccepted"]


def test_whoAsksForEverIsAnsweredThreeTimes(challenged: Challenged) -> None:
    for number in range(9):
        challenged.challenge(f"n{number}", stale=True)
    assert challenged.numbers == [1, 2, 3, 4]


def test_theAckHasWhatTheInviteHas(challenged: Challenged) -> None:
    challenged.challenge()
    challenged.accepted().acknowledge()
    (ack,) = challenged.agent.acks
    sent = challenged.agent.sent[-1].request
    assert ack.headers.lines("Proxy-Authorization") == sent.headers.lines("Proxy-Authorization")
    assert ack.cseq.number == 2


def test_whatIsCancelledIsNotSentAgain(challenged: Challenged) -> None:
    challenged.answer(180)
    challenged.invite.cancel(Cause.NORMAL_CALL_CLEARING)
    challenged.told()
    challenged.challenge()
    assert challenged.numbers == [1]
    assert challenged.told() == ["inviteRefused"]


def test_whatWasSentAgainIsCancelledOnceItIsWorkedOn(challenged: Challenged) -> None:
    challenged.answer(100)
    challenged.challenge()
    challenged.invite.cancel(Cause.NORMAL_CALL_CLEARING)
    assert challenged.agent.cancelled == []
    challenged.answer(100)
    ((cancelled, _),) = challenged.agent.cancelled
    assert cancelled.cseq.number == 2


def test_whatWasSentAgainAndIsAnsweredAtOnceIsNotCancelled(challenged: Challenged) -> None:
    challenged.challenge()
    challenged.invite.cancel(Cause.NORMAL_CALL_CLEARING)
    challenged.answer(200)
    assert challenged.agent.cancelled == []
    assert challenged.told() == ["inviteAccepted"]
