"""
What a source gets that has not shown that it is real: octets in, octets out.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twisted.internet.task import Clock

from h323d.call.applications import PASSED, Admission, Application, Verdict
from h323d.call.legs import ILeg
from h323d.sip.binding import Binding
from h323d.sip.config import SIPConfig
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.uri import SIPURI
from h323d.sip.proof import AMPLIFICATION, PROVEN, Unproven, UnprovenCredit
from h323d.sip.registrar import Registrant
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.sippeers import (
    PROFILE,
    SERVER,
    Peer,
    ScriptedPeer,
    SIPWorld,
    offerBody,
    request,
)

LONG_AFTER = 150.0  # seconds: every timer has run out
T1 = 0.5  # seconds
AGAIN = (0.0, 0.5, 1.0, 2.0, 4.0)  # seconds between repetitions of an INVITE that is not answered

LONG = f"Subject: {'x' * 400}\n"  # with it, an INVITE is as long as those of telephones


class Locations:
    """
    A L{h323d.sip.registrar.RegistrarOwner} that keeps nothing.
    """

    def bindings(self, address: SIPURI, registrant: Registrant) -> tuple[Binding, ...]:
        return ()

    def rebind(
        self, address: SIPURI, bindings: tuple[Binding, ...], registrant: Registrant
    ) -> None:
        pass

    def judge(self, application: Application) -> Verdict:
        return PASSED

    def admitted(self, address: SIPURI, registrant: Registrant, admission: Admission) -> None:
        pass

    def connectionClosed(self, peer: TransportAddress) -> None:
        pass

    def needs(self, peer: TransportAddress) -> bool:
        return False


class Stranger:
    """
    Somebody who sends datagrams, and reads no answer.
    """

    def __init__(
        self, onOffer: Callable[[ILeg], None] | None = None, config: SIPConfig | None = None
    ) -> None:
        """
        @param onOffer: what the called side does; answers, if not said otherwise.
        """
        self.world = SIPWorld()
        self.peer: Peer = self.world.peer("10.0.0.1", config, Locations())
        self.peer.onOffer = onOffer or answer
        self.script: ScriptedPeer = self.world.script("10.0.0.3")

    def send(self, text: str) -> None:
        self.script.send(text, SERVER)
        self.world.run(0.05)

    def tag(self) -> str:
        answer = self.script.messages[-1]
        assert isinstance(answer, SIPResponse)
        return answer.toAddress.tag or ""

    def octets(self, host: str) -> int:
        return sum(len(data) for _, source, data in self.world.sent if source == host)

    def end(self) -> None:
        self.world.run(LONG_AFTER, step=0.25)
        for leg in self.peer.legs:
            leg.hangup(Cause.NORMAL_CALL_CLEARING)
        self.world.run(LONG_AFTER, step=0.25)
        assert self.octets("10.0.0.1") < AMPLIFICATION * self.octets("10.0.0.3")
        self.world.settle()


def isAnswer(message: SIPRequest | SIPResponse) -> bool:
    return isinstance(message, SIPResponse) and message.status == 200


def ring(leg: ILeg) -> None:
    leg.alert(None)


def ringWithSound(leg: ILeg) -> None:
    leg.alert(PROFILE)


def ringAndAnswer(leg: ILeg) -> None:
    leg.alert(None)
    leg.answer(PROFILE)


def ringInManyWaysAndAnswer(leg: ILeg) -> None:
    leg.alert(None)
    leg.alert(PROFILE)
    leg.answer(PROFILE)


def answer(leg: ILeg) -> None:
    leg.answer(PROFILE)


def refuse(leg: ILeg) -> None:
    leg.reject(Cause.UNALLOCATED_NUMBER)


def ringAndRefuse(leg: ILeg) -> None:
    leg.alert(None)
    leg.reject(Cause.USER_BUSY)


def hangUpSoon(leg: ILeg) -> None:
    leg.answer(PROFILE)
    leg.hangup(Cause.NORMAL_CALL_CLEARING)


SHORT = (
    "{method} sip:a SIP/2.0\nv:SIP/2.0/UDP a;branch=z9hG4bK1;rport\nf:<sip:a>;tag=1\nt:<sip:a>\n"
    "i:1\nCSeq:1 {method}\nMax-Forwards:9\nl:0\n\n"
)


@pytest.mark.parametrize(
    ("onOffer", "text"),
    [
        *((does, request("INVITE", body=offerBody())) for does in
          (answer, refuse, ring, ringWithSound, ringAndAnswer, ringInManyWaysAndAnswer,
           ringAndRefuse, hangUpSoon)),
        (answer, request("INVITE")),  # the offer is ours
        (answer, request("INVITE", body=offerBody(), via="SIP/2.0/UDP 10.0.0.3:5070")),
        (answer, request("INVITE", body=offerBody(formats="18"))),
        (answer, request("INVITE", body="no description\n")),
        (answer, request("INVITE", extra="Require: x, y\n", body=offerBody())),
        (answer, request("INVITE", extra='Require: "x\n', body=offerBody())),
        (answer, request("OPTIONS")),
        (answer, request("OPTIONS", cseqMethod="INVITE")),
        (answer, request("REGISTER", extra="Expires: 600\n")),
        (answer, request("MESSAGE")),
        (answer, request("BYE", toTag="x")),
        (answer, request("CANCEL")),
        *((answer, SHORT.format(method=method)) for method in
          ("INVITE", "OPTIONS", "REGISTER", "MESSAGE", "BYE", "CANCEL")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("pauses", [AGAIN[:1], AGAIN])
def test_aStrangerGetsLessThanThreeTimesWhatItSent(
    onOffer: Callable[[ILeg], None], text: str, pauses: tuple[float, ...]
) -> None:
    stranger = Stranger(onOffer)
    for pause in pauses:
        stranger.world.run(pause)
        stranger.send(text)
    stranger.end()


@pytest.mark.parametrize("body", [offerBody(), ""])
@pytest.mark.parametrize("padding", range(0, 1000, 100))
@pytest.mark.parametrize("pause", [0.0, 0.3])
def test_theAnswerToAStrangerMayBeLostWhateverItWasToldBefore(
    pause: float, padding: int, body: str
) -> None:
    stranger = Stranger(lambda leg: None)
    text = request("INVITE", extra=f"Subject: {'x' * padding}\n", body=body)
    stranger.send(text)
    stranger.world.run(pause)  # for long enough, there is a 100
    ringInManyWaysAndAnswer(stranger.peer.legs[0])
    stranger.world.run(T1 - pause)
    if not any(status < 200 for status in stranger.script.statuses):
        stranger.send(text)
    stranger.world.run(4 * T1)
    first, second = [each for each in stranger.script.messages if isAnswer(each)][-2:]
    assert first == second
    stranger.send(
        request("ACK", branch="z9hG4bKack", toTag=stranger.tag(), body="" if body else offerBody())
    )
    assert stranger.peer.logs[0].said[-2:] == ["answered", "media"]
    stranger.send(request("BYE", branch="z9hG4bKbye", cseq=2, toTag=stranger.tag()))
    stranger.end()


def test_whereThereIsNoRoomForAnAnswerTwiceWhoAsksAgainHearsThatItRings() -> None:
    stranger = Stranger(ring)
    text = request("INVITE", body=offerBody())
    stranger.send(text)
    assert stranger.script.statuses == []
    stranger.world.run(T1)
    stranger.send(text)
    assert stranger.script.statuses == [180]
    stranger.peer.legs[0].answer(PROFILE)
    stranger.world.run(2 * T1)
    assert stranger.script.statuses == [180, 200, 200]
    stranger.end()


@pytest.mark.parametrize("onOffer", [refuse, answer])
def test_aRefusalLeavesOnceForEachTimeThatItIsAskedFor(onOffer: Callable[[ILeg], None]) -> None:
    stranger = Stranger(onOffer)
    text = request("INVITE", body=offerBody(formats="18"))
    stranger.send(text)
    stranger.world.run(20)
    assert len(stranger.script.messages) == 1
    stranger.send(text)
    first, second = stranger.script.messages
    assert first == second
    assert len(stranger.peer.legs) == 1
    stranger.send(request("ACK", toTag=stranger.tag()))
    stranger.end()
    assert len(stranger.script.messages) == 2


def test_whoAsksAgainIsAnsweredAsOftenAsTheTimersHaveIt() -> None:
    stranger = Stranger()
    for pause in AGAIN:
        stranger.world.run(pause)
        stranger.send(request("INVITE", body=offerBody()))
    stranger.world.run(4)
    assert len(stranger.script.statuses) >= len(AGAIN)
    stranger.send(request("ACK", branch="z9hG4bKack", toTag=stranger.tag()))
    assert stranger.peer.logs[0].said == ["answered", "media"]
    stranger.send(request("BYE", branch="z9hG4bKbye", cseq=2, toTag=stranger.tag()))
    stranger.end()


def test_aCallThatNobodyAcknowledgesIsNotEndedAtAThirdHost() -> None:
    stranger = Stranger()
    victim = stranger.world.script("10.0.0.66")
    text = request("INVITE", body=offerBody("10.0.0.66"))
    stranger.send(text.replace("<sip:script@10.0.0.3>\n", "<sip:script@10.0.0.66>\n"))
    stranger.end()
    assert victim.messages == []
    assert stranger.peer.logs[0].causes == [Cause.RECOVERY_ON_TIMER_EXPIRY]


def test_byUDPNothingIsToldOrSetUpBeforeTheAck() -> None:
    stranger = Stranger()
    stranger.send(request("INVITE", body=offerBody()))
    (port,) = stranger.peer.pool.ports
    assert (stranger.peer.logs[0].said, port.configured) == ([], [])
    stranger.send(request("ACK", branch="z9hG4bKack", toTag=stranger.tag()))
    assert stranger.peer.logs[0].said == ["answered", "media"]
    assert len(port.configured) == 1
    stranger.send(request("BYE", branch="z9hG4bKbye", cseq=2, toTag=stranger.tag()))
    stranger.end()


@pytest.mark.parametrize("method", ["UPDATE", "INFO", "OPTIONS", "INVITE"])
def test_anyRequestOfTheDialogShowsThatTheSourceIsReal(method: str) -> None:
    stranger = Stranger()
    stranger.send(request("INVITE", body=offerBody()))
    text = request(method, branch="z9hG4bK2", cseq=2, toTag=stranger.tag())
    stranger.send(text)
    assert stranger.peer.logs[0].said[:2] == ["answered", "media"]
    stranger.send(request("BYE", branch="z9hG4bKbye", cseq=3, toTag=stranger.tag()))
    assert stranger.peer.logs[0].said[-1] == "released"
    stranger.world.settle()


def test_aTagThatIsNotOursShowsNothing() -> None:
    stranger = Stranger()
    stranger.send(request("INVITE", body=offerBody()))
    for method in ("ACK", "UPDATE", "BYE"):
        stranger.send(request(method, branch=f"z9hG4bK{method}", cseq=2, toTag="guess"))
    assert stranger.peer.logs[0].said == []
    stranger.end()


def test_overAConnectionAllIsToldAtOnce() -> None:
    world = SIPWorld()
    alice, bob = world.peer("10.0.0.1"), world.peer("10.0.0.2")
    told: list[list[str]] = []

    def answer(leg: ILeg) -> None:
        leg.answer(PROFILE)
        told.append(list(bob.logs[0].said))

    bob.onOffer = answer
    leg, _ = alice.call("sip:80001@10.0.0.2;transport=tcp")
    world.run(0.2)
    assert told == [["answered", "media"]]
    assert len(bob.endpoint.unproven) == 0
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    world.settle()


def test_whatWeRingWithOverUDPIsSilentUntilTheCallerIsReal() -> None:
    stranger = Stranger(ringWithSound)
    stranger.send(request("INVITE", extra=LONG, body=offerBody()))
    assert stranger.script.statuses == [183]
    assert stranger.peer.pool.ports[0].configured == []
    text = request("INFO", branch="z9hG4bK2", cseq=2, toTag=stranger.tag())
    stranger.send(text)
    assert stranger.peer.logs[0].said == ["media"]
    stranger.peer.legs[0].hangup(Cause.NORMAL_CALL_CLEARING)
    stranger.world.settle()


def invite(stranger: Stranger, number: int, script: ScriptedPeer | None = None) -> None:
    text = request("INVITE", branch=f"z9hG4bK{number}", callId=f"c{number}", body=offerBody())
    (script or stranger.script).send(text, SERVER)
    stranger.world.run(0.05)


def test_ofOneHostTheCallThatWaitsLongestGivesWay() -> None:
    stranger = Stranger(config=SIPConfig(maxUnacknowledgedPerSource=2))
    for number in range(3):
        invite(stranger, number)
    assert stranger.script.statuses == [200, 200, 503]
    stranger.world.run(1)
    invite(stranger, 3)
    assert stranger.script.statuses[-1] == 200
    assert len(stranger.peer.pool.ports) == 2
    assert [log.said for log in stranger.peer.logs] == [["released"], [], ["released"], []]
    elsewhere = stranger.world.script("10.0.0.4")
    invite(stranger, 4, elsewhere)
    assert elsewhere.statuses == [200]
    assert len(stranger.peer.endpoint.unproven) == 3
    stranger.world.settle()


def test_whoAcknowledgesTakesNoPlaceAnyMore() -> None:
    stranger = Stranger(config=SIPConfig(maxUnacknowledgedPerSource=1))
    for number in range(3):
        invite(stranger, number)
        tag = stranger.tag()
        text = request("ACK", branch=f"z9hG4bKack{number}", callId=f"c{number}", toTag=tag)
        stranger.send(text)
    assert [log.said for log in stranger.peer.logs] == [["answered", "media"]] * 3
    for leg in stranger.peer.legs:
        leg.hangup(Cause.NORMAL_CALL_CLEARING)
    stranger.world.settle()


class Call:
    def __init__(self, unproven: Unproven) -> None:
        self.unproven = unproven
        self.over = False

    def giveUp(self) -> None:
        self.over = True
        self.unproven.leave(self)


def test_aFloodOfManyHostsTakesTheLastPlaceFromItself() -> None:
    clock = Clock()
    unproven = Unproven(clock, 10, 5, 0.5)
    calls = [Call(unproven) for _ in range(100)]
    for number, call in enumerate(calls):
        assert unproven.enter(call, f"10.0.0.{number}")
        clock.advance(0.06)
    assert [call.over for call in calls] == [True] * 90 + [False] * 10
    for call in calls:
        unproven.leave(call)
    assert len(unproven) == 0


def test_nobodyGivesWayWithinARoundTrip() -> None:
    unproven = Unproven(Clock(), 2, 2, 0.5)
    calls = [Call(unproven) for _ in range(3)]
    assert [unproven.enter(call, call.__class__.__name__) for call in calls] == [True, True, False]
    assert unproven.enter(calls[0], "Call")  # once more is no more
    assert len(unproven) == 2


def response(status: int, body: bytes = b"", rows: str = "") -> bytes:
    return f"SIP/2.0 {status} So\r\nCall-ID: x\r\n{rows}\r\n".encode() + body


@pytest.mark.parametrize(
    ("data", "described", "kept"),
    [
        (response(180), 0, 2 * (26 + 220 + 700)),
        (response(180), 140, 2 * (26 + 220 + 300)),
        (response(180), 400, 2 * (26 + 220 + 400)),
        (response(183, bytes(350)), 400, 2 * (26 + 220 + 350)),
        (response(100), 400, 2 * (26 + 60 + 220 + 400) + 26 + 60),
        (response(182), 400, 2 * (26 + 220 + 400) + 26),
        (response(180, rows="RSeq: 1\r\n"), 400, 35 + 220 + 400),
        (response(200), 400, 0),
        (request("BYE").encode(), 400, 0),
    ],
)
def test_whatIsProvisionalLeavesRoomForTheAnswer(data: bytes, described: int, kept: int) -> None:
    assert UnprovenCredit(1000, described).keptAfter(data) == kept
    assert PROVEN.keptAfter(data) == 0


def test_whatIsKeptIsCoveredLater() -> None:
    credit = UnprovenCredit(400)
    assert not credit.covers(540, 660)
    assert credit.covers(539, 660)
    assert credit.covers(660)


def test_creditGrowsWithWhatComesAndEndsWithProof() -> None:
    credit = UnprovenCredit(100)
    assert credit.covers(299)
    assert not credit.covers(1)
    credit.add(UnprovenCredit(10))
    assert credit.covers(30)
    assert not credit.covers(1)
    credit.prove()
    assert credit.covers(10**6)
    assert PROVEN.covers(10**6)
