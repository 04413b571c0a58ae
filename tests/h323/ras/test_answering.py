from __future__ import annotations

from collections.abc import Callable

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from h323d.h323.ras import answering
from h323d.h323.ras.answering import ANSWER_LIFETIME, ServerTransactions
from h323d.h323.ras.messages import RASMessage, decodeRAS, encodeRAS
from h323d.h323.ras.transactions import RASAnswer, RASRequest
from h323d.values.address import TransportAddress
from tests.support.memory import heldBy
from tests.support.ras import urq

THERE = TransportAddress("10.0.0.2", 1719)
ELSEWHERE = TransportAddress("10.0.0.3", 1719)

Answering = Callable[[RASRequest], RASAnswer | Deferred[RASAnswer]]


def confirm(request: RASRequest) -> RASMessage:
    return RASMessage("unregistrationConfirm", {"requestSeqNum": request.message.requestSeqNum})


class Server:
    """
    The server side, with an owner that answers as it is told.
    """

    def __init__(self, answering: Answering = confirm) -> None:
        self.clock = Clock()
        self.answering = answering
        self.asked: list[RASRequest] = []
        self.sent: list[tuple[str, bytes, TransportAddress]] = []
        self.table = ServerTransactions(self.clock, self.send, self)

    def send(self, data: bytes, destination: TransportAddress, message: RASMessage | None) -> None:
        assert message in (None, decodeRAS(data))
        self.sent.append((decodeRAS(data).name, data, destination))

    def rasRequested(self, request: RASRequest) -> RASAnswer | Deferred[RASAnswer]:
        self.asked.append(request)
        return self.answering(request)

    def receive(self, message: RASMessage, source: TransportAddress = THERE) -> None:
        data = encodeRAS(message)
        repeated = self.table.repeated(data, source)
        if repeated is not None:
            self.table.answerAgain(repeated)
        else:
            self.table.requested(RASRequest(message, source, data, False))

    @property
    def names(self) -> list[str]:
        return [name for name, _, _ in self.sent]


def test_aRepetitionGetsTheSameOctetsAndIsNotAskedAgain() -> None:
    server = Server()
    server.receive(urq(1, "10.0.0.2"))
    server.clock.advance(10)
    server.receive(urq(1, "10.0.0.2"))
    assert len(server.asked) == 1
    assert server.sent[0] == server.sent[1]
    assert server.sent[0][2] == THERE


def test_theSameOctetsOfAnotherAreAnotherRequest() -> None:
    server = Server()
    server.receive(urq(1, "10.0.0.2"))
    server.receive(urq(1, "10.0.0.2"), ELSEWHERE)
    assert len(server.asked) == 2
    assert [there for _, _, there in server.sent] == [THERE, ELSEWHERE]


def test_theSameNumberWithOtherContentIsAnotherRequest() -> None:
    # An endpoint that was started anew counts from the beginning.
    server = Server()
    server.receive(urq(1, "10.0.0.2"))
    server.receive(urq(1, "10.0.0.3"))
    assert len(server.asked) == 2


def test_answersAreForgottenAndLeaveNoTimer() -> None:
    server = Server()
    server.receive(urq(1, "10.0.0.2"))
    server.clock.advance(5)
    server.receive(urq(2, "10.0.0.2"))
    assert len(server.clock.getDelayedCalls()) == 1
    server.clock.advance(ANSWER_LIFETIME - 5)
    assert len(server.table) == 1
    server.clock.advance(5)
    assert len(server.table) == 0
    assert server.clock.getDelayedCalls() == []
    server.receive(urq(1, "10.0.0.2"))
    assert len(server.asked) == 3
    server.table.close()


def test_aFloodIsNotRememberedForever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "MAX_ANSWERS", 10)
    server = Server()
    for seq in range(1, 50):
        server.receive(urq(seq, "10.0.0.2"))
    assert len(server.table) == 10
    server.receive(urq(49, "10.0.0.2"))
    assert len(server.asked) == 49
    server.table.close()


def test_whatASourceWasToldCanBeTakenBack() -> None:
    server = Server()
    before = heldBy(server.table, server.clock)
    server.receive(urq(1, "10.0.0.2"))
    server.receive(urq(1, "10.0.0.2"), ELSEWHERE)
    server.table.forget(THERE)
    server.receive(urq(1, "10.0.0.2"))
    server.receive(urq(1, "10.0.0.2"), ELSEWHERE)
    assert [each.source for each in server.asked] == [THERE, ELSEWHERE, THERE]
    server.clock.advance(ANSWER_LIFETIME)
    assert len(server.table) == 0
    server.sent.clear()
    server.asked.clear()
    assert heldBy(server.table, server.clock) == before
    assert server.clock.getDelayedCalls() == []


def test_noAnswerIsNotRemembered() -> None:
    server = Server(lambda request: None)
    server.receive(urq(1, "10.0.0.2"))
    assert server.sent == []
    assert len(server.table) == 0
    assert server.clock.getDelayedCalls() == []


def test_aSlowAnswerIsAnnouncedByTheClock() -> None:
    answer: Deferred[RASAnswer] = Deferred()
    server = Server(lambda request: answer)
    server.receive(urq(5, "10.0.0.2"))
    server.clock.pump([0.5] * 2)
    assert server.sent == []
    server.clock.pump([0.5] * 12)
    assert server.names == ["requestInProgress"] * 2
    rip = decodeRAS(server.sent[0][1])
    assert rip.fields == {"requestSeqNum": 5, "delay": 6000}
    answer.callback(confirm(server.asked[0]))
    assert server.names[2:] == ["unregistrationConfirm"]
    server.clock.advance(ANSWER_LIFETIME)
    assert server.clock.getDelayedCalls() == []


def test_aRepetitionOfASlowRequestIsAnnouncedToo() -> None:
    answer: Deferred[RASAnswer] = Deferred()
    server = Server(lambda request: answer)
    server.receive(urq(5, "10.0.0.2"))
    server.receive(urq(5, "10.0.0.2"))
    assert len(server.asked) == 1
    assert server.names == ["requestInProgress"]
    server.table.close()
    answer.callback(confirm(server.asked[0]))
    assert server.names == ["requestInProgress"]
    assert server.clock.getDelayedCalls() == []


def test_anAnswerThatIsThereAlreadyIsNotAnnounced() -> None:
    server = Server(lambda request: succeed(confirm(request)))
    server.receive(urq(5, "10.0.0.2"))
    assert server.names == ["unregistrationConfirm"]
    server.table.close()
    assert server.clock.getDelayedCalls() == []


def test_slowRequestsAreBounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "MAX_PENDING", 3)
    answers: list[Deferred[RASAnswer]] = []

    def slow(request: RASRequest) -> Deferred[RASAnswer]:
        answers.append(Deferred())
        return answers[-1]

    server = Server(slow)
    for seq in range(1, 10):
        server.receive(urq(seq, "10.0.0.2"))
    assert len(server.table) == 3
    for answer, request in zip(answers, server.asked, strict=True):
        answer.callback(confirm(request))
    assert len(server.sent) == 3
    server.table.close()


def test_whereATrustedPeerWantsItsAnswersTheyGoRepeatedAndAnnouncedToo() -> None:
    answer: Deferred[RASAnswer] = Deferred()
    server = Server(lambda request: answer)
    request = urq(1, "10.0.0.2")
    data = encodeRAS(request)
    server.table.requested(RASRequest(request, THERE, data, False, ELSEWHERE))
    server.clock.advance(answering.RIP_AFTER)
    answer.callback(RASMessage("unregistrationConfirm", {"requestSeqNum": 1}))
    repeated = server.table.repeated(data, THERE)
    assert repeated is not None
    server.table.answerAgain(repeated)
    assert server.names == ["requestInProgress", *["unregistrationConfirm"] * 2]
    assert {there for _, _, there in server.sent} == {ELSEWHERE}
    server.table.close()
