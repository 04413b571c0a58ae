"""
What the endpoint answers to requests that make no call, and to what is no request.
"""

from __future__ import annotations

import pytest

from h323d.events.bus import Fact
from h323d.events.doors import BadInput
from h323d.sip.config import SIPConfig
from h323d.sip.messages.message import SIPResponse
from h323d.values.address import TransportAddress
from tests.support.sippeers import SERVER, Peer, ScriptedPeer, SIPWorld, offerBody, request


def make(config: SIPConfig | None = None) -> tuple[SIPWorld, Peer, ScriptedPeer]:
    world = SIPWorld()
    return world, world.peer("10.0.0.1", config), world.script("10.0.0.3")


def ask(text: str | bytes) -> tuple[SIPWorld, Peer, SIPResponse]:
    """
    Send one message, and wait for the answer.
    """
    world, peer, script = make()
    script.send(text, SERVER)
    world.run(0.05)
    (answer,) = script.messages
    assert isinstance(answer, SIPResponse)
    return world, peer, answer


def test_anOptionsIsAnsweredWithWhatWeCanDo() -> None:
    world, _, answer = ask(request("OPTIONS"))
    assert answer.status == 200
    assert "INVITE" in (answer.headers.get("Allow") or "")
    assert "application/sdp" in answer.headers.all("Accept")
    assert answer.toAddress.tag
    assert answer.headers.get("Server") == "h323d"
    world.settle()


def test_theAnswerTellsWhereTheRequestCameFrom() -> None:
    _, _, answer = ask(request("OPTIONS"))
    assert (answer.via.received, answer.via.rport) == ("10.0.0.3", 5060)


def test_withoutRportTheAnswerGoesToThePortOfTheVia() -> None:
    world, _, script = make()
    elsewhere = world.script("10.0.0.3", 5070)
    script.send(request("OPTIONS", via="SIP/2.0/UDP other.example:5070"), SERVER)
    world.run(0.05)
    assert (script.statuses, elsewhere.statuses) == ([], [200])
    assert elsewhere.messages[0].via.received == "10.0.0.3"
    world.settle()


def test_maddrDoesNotTurnTheAnswerAgainstAnother() -> None:
    world, _, script = make()
    victim = world.script("10.0.0.66")
    script.send(request("OPTIONS", via="SIP/2.0/UDP 10.0.0.3;maddr=10.0.0.66;rport"), SERVER)
    world.run(0.05)
    assert (script.statuses, victim.messages) == ([200], [])


@pytest.mark.parametrize("method", ["MESSAGE", "REGISTER", "PUBLISH", "FOO"])
def test_aMethodThatWeDoNotTakeIsRefusedWithTheListOfThoseWeDo(method: str) -> None:
    _, _, answer = ask(request(method))
    assert answer.status == 405
    assert "INVITE" in (answer.headers.get("Allow") or "")


def test_anUnknownExtensionIsRefused() -> None:
    _, _, answer = ask(
        request("INVITE", extra="Require: 100rel, precondition, x\n", body=offerBody())
    )
    assert answer.status == 420
    assert answer.headers.all("Unsupported") == ("precondition", "x")


def test_anUnknownBodyIsRefused() -> None:
    text = request("INVITE", extra="Content-Type: text/plain\n", body="hello\n")
    _, _, answer = ask(text)
    assert (answer.status, answer.headers.get("Accept")) == (415, "application/sdp")


def test_anEncodedBodyIsRefused() -> None:
    _, _, answer = ask(request("INVITE", extra="Content-Encoding: gzip\n", body=offerBody()))
    assert (answer.status, answer.headers.get("Accept-Encoding")) == (415, "identity")


def test_aCallerThatTakesNoSDPIsRefused() -> None:
    _, _, answer = ask(request("INVITE", extra="Accept: text/plain\n", body=offerBody()))
    assert answer.status == 406


def test_sixtyAcceptHeadersAreRead() -> None:
    many = "".join(f"Accept: text/x{number}\n" for number in range(60))
    _, _, answer = ask(request("INVITE", extra=many + "Accept: */*\n", body=offerBody()))
    assert answer.status == 200


def test_aSchemeThatWeCannotReachIsRefused() -> None:
    _, _, answer = ask(request("INVITE", uri="sips:x@10.0.0.1", body=offerBody()))
    assert answer.status == 416


@pytest.mark.parametrize(
    ("method", "tag"),
    [
        *((method, "unknown") for method in ("BYE", "INFO", "UPDATE", "INVITE", "OPTIONS")),
        *((method, "") for method in ("BYE", "INFO", "UPDATE")),
    ],
)
def test_aRequestOfNoDialogIsRefused(method: str, tag: str) -> None:
    _, _, answer = ask(request(method, toTag=tag))
    assert answer.status == 481


def test_aCancelOfNothingIsRefused() -> None:
    _, _, answer = ask(request("CANCEL"))
    assert answer.status == 481


def test_anAckOfNothingIsNotAnswered() -> None:
    world, _, script = make()
    script.send(request("ACK"), SERVER)
    world.run(1)
    assert script.messages == []
    world.settle()


def test_aStrayResponseIsNotAnswered() -> None:
    world, _, script = make()
    script.send(
        "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx\nFrom: <sip:a@h>;tag=1\n"
        "To: <sip:b@h>;tag=2\nCall-ID: c\nCSeq: 1 INVITE\nContent-Length: 0\n\n",
        SERVER,
    )
    world.run(1)
    assert script.messages == []


def test_aMalformedRequestIsAnsweredWith400AndTold() -> None:
    world, peer, script = make()
    facts: list[Fact] = []
    peer.events.subscribe(Fact, facts.append)
    script.send(request("OPTIONS", cseqMethod="INVITE"), SERVER)
    world.run(0.05)
    assert script.statuses == [400]
    assert script.messages[0].via.received == "10.0.0.3"
    (fact,) = facts
    assert isinstance(fact, BadInput)
    assert (fact.door, fact.source) == ("sip", TransportAddress("10.0.0.3", 5060))
    assert fact.place.startswith("CSeq")
    assert peer.endpoint.transactions == (0, 0)


def test_aMalformedViaIsAnsweredAsFarAsItCanBeRead() -> None:
    text = request("INVITE", body=offerBody()).replace("UDP 10.0.0.3;rport", "UDP 10.0.0.3;;,;,,")
    _, peer, answer = ask(text)
    assert answer.status == 400
    assert answer.headers.lines("Via") == ("SIP/2.0/UDP 10.0.0.3;received=10.0.0.3",)
    assert peer.endpoint.complaints.count == 1


def test_aMalformedHeaderThatIsReadLateIsAnsweredWith400() -> None:
    _, peer, answer = ask(request("INVITE", extra='Require: "x, y\n', body=offerBody()))
    assert answer.status == 400
    assert peer.endpoint.complaints.count == 1


def test_noiseIsCountedAndNotAnswered() -> None:
    world, peer, script = make()
    for noise in (b"\x80\xc9\x00\x01", b"GET / HTTP/1.0\r\n\r\n", b"SIP/2.0", b"\xff" * 1000):
        script.send(noise, SERVER)
    world.run(1)
    assert script.messages == []
    assert peer.endpoint.complaints.count == 4
    world.settle()


def test_anEmptyDatagramKeepsABindingAliveAndIsNoFault() -> None:
    world, peer, script = make()
    script.send(b"\r\n\r\n", SERVER)
    world.run(0.1)
    assert (script.messages, peer.endpoint.complaints.count) == ([], 0)


def test_aMalformedAckIsNotAnswered() -> None:
    world, _, script = make()
    script.send(request("ACK", cseqMethod="INVITE"), SERVER)
    world.run(1)
    assert script.messages == []


def test_moreCallsThanAllowedAreRefusedWith503() -> None:
    world, _, script = make(SIPConfig(maxCalls=2))
    for number in range(3):
        script.send(
            request("INVITE", branch=f"z9hG4bK{number}", callId=f"c{number}", body=offerBody()),
            SERVER,
        )
    world.run(0.05)
    assert sorted(script.statuses) == [200, 200, 503]
    refused = next(each for each in script.messages if getattr(each, "status", 0) == 503)
    assert refused.headers.get("Retry-After") == "5"
    world.settle()


def test_aRequestThatCameByTwoWaysIsRefusedOnce() -> None:
    world, peer, script = make()
    script.send(request("INVITE", branch="z9hG4bK1", body=offerBody()), SERVER)
    script.send(request("INVITE", branch="z9hG4bK2", body=offerBody()), SERVER)
    world.run(0.05)
    assert sorted(script.statuses) == [200, 482]
    assert len(peer.legs) == 1
    world.settle()


def test_maxForwardsZeroReachesAUserAgent() -> None:
    _, _, answer = ask(request("OPTIONS").replace("Max-Forwards: 70", "Max-Forwards: 0"))
    assert answer.status == 200


@pytest.mark.parametrize(
    "text",
    [
        request("OPTIONS"),
        request("MESSAGE"),
        request("BYE", toTag="x"),
        request("CANCEL"),
        request("INVITE", extra="Require: x\n", body=offerBody()),
    ],
)
def test_aStrangerWhoIsRefusedLeavesNoTransactionAndIsAnsweredAlikeEachTime(text: str) -> None:
    world, peer, script = make()
    script.send(text, SERVER)
    script.send(text, SERVER)
    world.run(60, step=0.5)
    assert len(script.messages) == 2
    assert script.messages[0] == script.messages[1]
    assert peer.endpoint.transactions == (0, 0)
