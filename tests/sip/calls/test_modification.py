"""
Changes that a peer asks for, and the gates that they pass.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from h323d.call.applications import PASSED, Admission, Door, Reason, Refusal
from h323d.call.gates import DEADLINE
from h323d.sip.messages.message import SIPResponse
from h323d.sip.sdp.description import parse
from h323d.values.cause import Cause
from tests.support.fakegate import FakeGate
from tests.support.lease import Lease
from tests.support.sippeers import SERVER, SIPWorld, offerBody, request


class Call:
    """
    A call of a scripted peer that is answered, and a gate that changes of it pass.
    """

    def __init__(self, verdict: Any, offer: str | None = None, answer: str = "") -> None:
        """
        @param offer: that of the INVITE; empty to have us make one, which the ACK answers.
        """
        self.gate = FakeGate(verdict, (Door.REINVITE,))
        self.world = SIPWorld()
        self.peer = self.world.peer("10.0.0.1", gates=(self.gate,))
        self.script = self.world.script("10.0.0.3")
        self.tag = ""
        self.send("INVITE", 1, body=offerBody() if offer is None else offer)
        accepted = self.script.messages[-1]
        assert isinstance(accepted, SIPResponse)
        self.tag = accepted.toAddress.tag or ""
        self.script.messages.clear()
        self.send("ACK", 1, answer)

    def send(self, method: str, cseq: int, body: str = "") -> None:
        branch = f"z9hG4bK{cseq}{method}"
        text = request(method, branch=branch, cseq=cseq, toTag=self.tag, body=body)
        self.script.send(text, SERVER)
        self.world.run(0.05)

    def change(self, cseq: int = 2, method: str = "INVITE") -> None:
        self.send(method, cseq, offerBody() + "b=TIAS:64000\n")

    @property
    def statuses(self) -> list[int]:
        return [each for each in self.script.statuses if each >= 200]

    def end(self) -> None:
        self.peer.legs[0].hangup(Cause.NORMAL_CALL_CLEARING)
        self.world.run(40, step=0.25)


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_aGateJudgesWhatAChangeAsksFor(method: str) -> None:
    call = Call(PASSED)
    call.change(method=method)
    (application,) = call.gate.judged
    assert (application.door, application.bandwidth) == (Door.REINVITE, 128_000)
    assert (application.legId, application.source) == (call.peer.legs[0].legId, call.script.address)
    assert call.statuses == [200]
    call.end()


@pytest.mark.parametrize(
    ("reason", "status"), [(Reason.BANDWIDTH_EXCEEDED, 488), (Reason.INVALID_SIGNATURE, 403)]
)
def test_aChangeThatAGateRefusesLeavesTheCallAsItWas(reason: Reason, status: int) -> None:
    call = Call(Refusal.of(reason))
    call.change()
    assert (call.statuses, call.peer.legs[0].state) == ([status], "established")
    call.end()


def test_whoIsRefusedForTheBandwidthIsToldHowMuchThereIs() -> None:
    call = Call(replace(Refusal.of(Reason.BANDWIDTH_EXCEEDED), bandwidth=128_000))
    call.change()
    answer = call.script.messages[-1]
    assert isinstance(answer, SIPResponse)
    assert answer.headers.get("Content-Type") == "application/sdp"
    assert parse(answer.body).bandwidths == (("TIAS", 64_000), ("AS", 80))
    call.end()


def test_aChangeWaitsForAGateThatTakesItsTime() -> None:
    slow: Deferred[Admission] = Deferred()
    call = Call(slow)
    call.change()
    call.world.run(1.0)
    assert call.statuses == []
    slow.callback(PASSED)
    call.world.run(0.05)
    assert call.statuses == [200]
    call.end()


def test_aGateThatNeverAnswersRefusesTheChange() -> None:
    call = Call(Deferred())
    call.change()
    call.world.run(DEADLINE + 0.1)
    assert (call.statuses[0], call.peer.legs[0].state) == (500, "established")
    call.end()


def test_anotherChangeHasToWaitForTheVerdictOnTheFirst() -> None:
    slow: Deferred[Admission] = Deferred()
    call = Call(slow)
    call.change(2)
    call.change(3, "UPDATE")
    assert call.statuses == [500]
    assert call.script.messages[-1].headers.get("Retry-After") is not None
    slow.callback(PASSED)
    call.world.run(0.05)
    assert call.statuses == [500, 200]
    call.end()


def test_aChangeOfACallThatEndsWhileAGateThinksIsTerminated() -> None:
    slow: Deferred[Admission] = Deferred()
    call, lease = Call(slow), Lease()
    call.change()
    call.send("BYE", 3)
    slow.callback(Admission(leases=(lease,)))
    call.world.run(0.05)
    assert (call.statuses, lease.ends) == ([200, 487], 1)
    call.end()


def answeredInTheACK(verdict: Any) -> Call:
    return Call(verdict, "", offerBody() + "b=TIAS:64000\n")


def test_aGateJudgesWhatAnACKAnswers() -> None:
    call = answeredInTheACK(PASSED)
    (application,) = call.gate.judged
    assert (application.door, application.bandwidth) == (Door.REINVITE, 128_000)
    assert call.peer.logs[0].said == ["answered", "media"]
    call.end()


def test_anACKThatAnswersNothingIsNotJudged() -> None:
    call = Call(PASSED, answer=offerBody())
    assert call.gate.judged == []
    call.end()


def test_anAnswerInAnACKThatAGateRefusesEndsTheCall() -> None:
    call = answeredInTheACK(Refusal.of(Reason.INVALID_SIGNATURE))
    bye = call.script.messages[-1]
    assert bye.cseq.method == "BYE"
    assert bye.headers.lines("Reason") == ('Q.850;cause=31;text="INVALID_SIGNATURE"',)
    assert "media" not in call.peer.logs[0].said
    call.world.run(40, step=0.25)


@pytest.mark.parametrize("isOver", [True, False])
def test_theAnswerInAnACKWaitsForAGateThatTakesItsTime(isOver: bool) -> None:
    slow: Deferred[Admission] = Deferred()
    lease = Lease()
    call = answeredInTheACK(slow)
    call.change()
    assert call.statuses == [500]
    if isOver:
        call.peer.legs[0].hangup(Cause.NORMAL_CALL_CLEARING)
    slow.callback(Admission(leases=(lease,)))
    call.world.run(0.05)
    assert ("media" in call.peer.logs[0].said) is not isOver
    assert lease.ends == int(isOver)
    call.end()
