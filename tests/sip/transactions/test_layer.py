"""
The transaction layer: what is absorbed, what goes up, and how much it holds.
"""

from __future__ import annotations

import random

from twisted.internet.task import Clock

from h323d.call.homes import Home
from h323d.sip.flows import Flow
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.parser import parse
from h323d.sip.messages.via import Via
from h323d.sip.proof import UnprovenCredit
from h323d.sip.transactions.layer import TransactionLayer
from h323d.sip.transactions.running import Proofs, ServerTransaction
from h323d.sip.transactions.timers import Timers
from h323d.values.address import TransportAddress

HERE = TransportAddress("10.0.0.1", 5060)
THERE = TransportAddress("10.0.0.2", 5060)


class FakeFlow:
    usable = True
    source = "10.0.0.1"

    def __init__(self, protocol: str = "UDP") -> None:
        self.protocol = protocol
        self.reliable = protocol == "TCP"
        self.local, self.home = HERE, Home.at(HERE.host)
        self.peer = THERE
        self.credit = UnprovenCredit(1000)
        self.peerKey: bytes | None = None
        self.sent: list[SIPRequest | SIPResponse] = []

    def send(self, data: bytes) -> None:
        self.sent.append(parse(data))

    @property
    def lines(self) -> list[str]:
        return [
            str(each.status) if isinstance(each, SIPResponse) else each.method for each in self.sent
        ]


class Core:
    def __init__(self) -> None:
        self.arrived: list[ServerTransaction] = []
        self.acks: list[SIPRequest] = []
        self.answer: int | None = None
        self.refuses: int | None = None
        self.ignores = False
        self.acknowledged: list[ServerTransaction] = []

    def requestArrived(self, transaction: ServerTransaction) -> None:
        self.arrived.append(transaction)
        if self.answer is not None:
            transaction.respond(transaction.request.response(self.answer, None, "t"))

    def screened(self, request: SIPRequest, flow: Flow) -> SIPResponse | Proofs | None:
        if self.ignores:
            return None
        return () if self.refuses is None else request.response(self.refuses, None, "t")

    def ackArrived(self, ack: SIPRequest, flow: Flow) -> None:
        self.acks.append(ack)

    def refusalAcknowledged(self, transaction: ServerTransaction) -> None:
        self.acknowledged.append(transaction)

    def responseFlow(self, via: Via, flow: Flow) -> Flow:
        return flow


class User:
    def __init__(self) -> None:
        self.said: list[object] = []

    def responseReceived(self, response: SIPResponse) -> None:
        self.said.append(response.status)

    def requestTimedOut(self) -> None:
        self.said.append("timedOut")

    def requestFailed(self) -> None:
        self.said.append("failed")


def make(maximum: int = 10) -> tuple[Clock, Core, FakeFlow, TransactionLayer]:
    clock = Clock()
    core = Core()
    return (
        clock,
        core,
        FakeFlow(),
        TransactionLayer(clock, random.Random(1), Timers(), maximum, core),
    )


def request(
    method: str = "OPTIONS", branch: str = "z9hG4bK1", callId: str = "c", toTag: str = ""
) -> SIPRequest:
    to = f";tag={toTag}" if toTag else ""
    message = parse(
        f"{method} sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2;branch={branch}\r\n"
        f"From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>{to}\r\nMax-Forwards: 70\r\n"
        f"Call-ID: {callId}\r\nCSeq: 1 {method}\r\n\r\n".encode()
    )
    assert isinstance(message, SIPRequest)
    return message


def bare(method: str) -> SIPRequest:
    message = request(method)
    return message.withHeaders(message.headers.without("Via"))


def answerTo(sent: SIPRequest | SIPResponse, status: int) -> SIPResponse:
    assert isinstance(sent, SIPRequest)
    return sent.response(status, None, "remote")


def test_aRetransmissionIsAnsweredWithoutTheUser() -> None:
    clock, core, flow, layer = make()
    core.answer = 200
    layer.requestReceived(request(), flow)
    layer.requestReceived(request(), flow)
    assert len(core.arrived) == 1
    assert flow.lines == ["200", "200"]
    clock.advance(32)
    assert layer.counts == (0, 0)
    assert clock.getDelayedCalls() == []


def test_theAckOfARefusalStopsAtTheTransaction() -> None:
    clock, core, flow, layer = make()
    core.answer = 486
    layer.requestReceived(request("INVITE"), flow)
    layer.requestReceived(request("ACK"), flow)
    assert core.acks == []
    clock.advance(5)
    assert layer.counts == (0, 0)
    assert clock.getDelayedCalls() == []


def test_theFirstAckOfARefusalWithOurTagIsTold() -> None:
    clock, core, flow, layer = make()
    core.answer = 486
    for branch in ("z9hG4bK1", "z9hG4bK2"):
        layer.requestReceived(request("INVITE", branch, callId=branch), flow)
    layer.requestReceived(request("ACK", "z9hG4bK1", toTag="guessed"), flow)
    for _ in range(2):
        layer.requestReceived(request("ACK", "z9hG4bK2", toTag="t"), flow)
    assert core.acknowledged == core.arrived[1:]
    clock.advance(5)


def test_whatIsNotHeardGetsNoAnswerAndNoTransaction() -> None:
    _, core, flow, layer = make()
    core.ignores = True
    layer.requestReceived(request(), flow)
    assert flow.lines == []
    assert layer.counts == (0, 0)


def test_theAckOfA2xxGoesUp() -> None:
    _, core, flow, layer = make()
    core.answer = 200
    layer.requestReceived(request("INVITE"), flow)
    layer.requestReceived(request("ACK", "z9hG4bKother"), flow)
    assert len(core.acks) == 1
    layer.close()


def test_aMergedRequestIsRefusedWith482() -> None:
    clock, core, flow, layer = make()
    layer.requestReceived(request("INVITE", "z9hG4bK1"), flow)
    layer.requestReceived(request("INVITE", "z9hG4bK2"), flow)
    assert len(core.arrived) == 1
    assert flow.lines == ["482"]
    layer.close()
    assert clock.getDelayedCalls() == []


def test_aFullLayerAnswers503AndRemembersNothing() -> None:
    _, core, flow, layer = make(maximum=2)
    for number in range(5):
        layer.requestReceived(request("INVITE", f"z9hG4bK{number}", f"c{number}"), flow)
    assert len(core.arrived) == 2
    assert flow.lines == ["503"] * 3
    assert flow.sent[0].headers.get("Retry-After") == "5"
    assert layer.counts == (2, 0)
    layer.close()


def test_aRefusalThatNeedsNoTransactionLeavesNone() -> None:
    _, core, flow, layer = make()
    core.refuses = 405
    layer.requestReceived(request("MESSAGE"), flow)
    layer.requestReceived(request("MESSAGE"), flow)
    assert (flow.lines, core.arrived, layer.counts) == (["405", "405"], [], (0, 0))


def test_aResponseFindsItsRequest() -> None:
    clock, _, flow, layer = make()
    user = User()
    layer.request(bare("BYE"), flow, user)
    assert layer.responseReceived(answerTo(flow.sent[0], 200))
    assert user.said == [200]
    clock.advance(5)
    assert layer.counts == (0, 0)


def test_aStrayResponseIsNobodys() -> None:
    _, _, _, layer = make()
    assert not layer.responseReceived(request().response(200, None, "t"))


def test_aCancelHasTheBranchAndRouteOfItsInviteAndNoBody() -> None:
    _, _, flow, layer = make()
    invite = layer.request(bare("INVITE"), flow, User())
    layer.cancel(invite, User(), "Q.850;cause=16")
    sent = flow.sent[1]
    assert isinstance(sent, SIPRequest)
    assert sent.method == "CANCEL"
    assert sent.via == invite.request.via
    assert sent.cseq.number == invite.request.cseq.number
    assert sent.headers.get("To") == invite.request.headers.get("To")
    assert sent.headers.get("Reason") == "Q.850;cause=16"
    layer.close()


def test_theAckOfARefusalHasTheBranchOfItsInviteAndTheToOfTheResponse() -> None:
    clock, _, flow, layer = make()
    user = User()
    layer.request(bare("INVITE"), flow, user)
    layer.responseReceived(answerTo(flow.sent[0], 486))
    ack = flow.sent[1]
    assert isinstance(ack, SIPRequest)
    assert (ack.method, ack.cseq.number, ack.toAddress.tag) == ("ACK", 1, "remote")
    assert ack.via == flow.sent[0].via
    clock.advance(32)
    assert clock.getDelayedCalls() == []


def test_aClosedConnectionFailsWhatWaitsForAnAnswer() -> None:
    clock, _, _, layer = make()
    flow, user = FakeFlow("TCP"), User()
    layer.request(bare("INVITE"), flow, user)
    layer.flowClosed(flow)
    assert user.said == ["failed"]
    assert layer.counts == (0, 0)
    assert clock.getDelayedCalls() == []


def test_aRequestThatTCPDoesNotTakeGoesByTheFallback() -> None:
    clock, _, udp, layer = make()
    tcp, user = FakeFlow("TCP"), User()
    layer.request(bare("INVITE"), tcp, user, fallback=udp)
    layer.flowClosed(tcp)
    assert user.said == []
    assert udp.lines == ["INVITE"]
    assert (tcp.sent[0].via.transport, udp.sent[0].via.transport) == ("TCP", "UDP")
    layer.responseReceived(answerTo(udp.sent[0], 486))
    assert user.said == [486]
    layer.close()
    assert clock.getDelayedCalls() == []


def test_anOldPeersRetransmissionIsAbsorbedToo() -> None:
    _, core, flow, layer = make()
    core.answer = 486
    layer.requestReceived(request("INVITE", "1"), flow)
    layer.requestReceived(request("INVITE", "1"), flow)
    layer.requestReceived(request("ACK", "1"), flow)
    assert len(core.arrived) == 1
    assert core.acks == []
    layer.close()
