"""
UDP and TCP: which way messages take.
"""

from __future__ import annotations

import itertools

import pytest
from twisted.logger import capturedLogs, formatEvent

from h323d.net.stream import StreamListener, StreamOpener
from h323d.sip.config import SIPConfig
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.network import Conditions
from tests.support.sealed import sealedStreams
from tests.support.sippeers import SECURED, SERVER, SIPWorld, Wire, offerBody, request, responseTo

TCP_VIA = "SIP/2.0/TCP 10.0.0.3;rport"


def connect(world: SIPWorld, host: str = "10.0.0.3") -> Wire:
    wire = Wire()
    StreamOpener(world.network.host(host)).open(SERVER, wire, 5)
    world.run(0.05)
    return wire


def invite(branch: str = "z9hG4bK1", callId: str = "call") -> str:
    return request("INVITE", via=TCP_VIA, body=offerBody(), branch=branch, callId=callId)


def tagOf(wire: Wire) -> str:
    (response,) = [each for each in wire.messages if isinstance(each, SIPResponse)][:1]
    return response.toAddress.tag or ""


@pytest.mark.parametrize("fragment", [1 << 16, 7])
def test_aCallOverTCPInAnyPieces(fragment: int) -> None:
    world = SIPWorld(Conditions(fragment=fragment))
    peer = world.peer("10.0.0.1")
    wire = connect(world)
    wire.send(invite())
    world.run(0.1)
    tag = tagOf(wire)
    wire.send(
        request("ACK", via=TCP_VIA, branch="z9hG4bK2", toTag=tag)
        + request("BYE", via=TCP_VIA, branch="z9hG4bK3", toTag=tag, cseq=2)
    )
    world.run(0.1)
    assert wire.statuses == [200, 200]
    assert peer.logs[0].said == ["answered", "media", "released"]
    assert wire.stream is not None
    wire.stream.close()
    world.settle()


def test_requestsWithinTheCallUseItsConnection() -> None:
    world = SIPWorld()
    peer = world.peer("10.0.0.1")
    wire = connect(world)
    wire.send(invite())
    world.run(0.1)
    wire.send(request("ACK", via=TCP_VIA, branch="z9hG4bK2", toTag=tagOf(wire)))
    world.run(0.1)
    peer.legs[0].hangup(Cause.NORMAL_CALL_CLEARING)
    world.run(0.1)
    assert wire.methods == ["BYE"]
    bye = wire.messages[-1]
    assert isinstance(bye, SIPRequest)
    assert bye.via.transport == "TCP"
    assert wire.stream is not None
    wire.stream.write(responseTo(bye, 200))
    world.run(0.1)
    wire.stream.close()
    world.settle()


def test_a2xxIsRepeatedOverTCPToo() -> None:
    world = SIPWorld()
    world.peer("10.0.0.1")
    wire = connect(world)
    wire.send(invite())
    world.run(2)
    assert wire.statuses == [200, 200, 200]
    assert wire.stream is not None
    wire.stream.close()
    world.settle()


def test_aRefusalIsNotRepeatedOverTCP() -> None:
    world = SIPWorld()
    world.peer("10.0.0.1").onOffer = lambda leg: leg.reject(Cause.USER_BUSY)
    wire = connect(world)
    wire.send(invite())
    world.run(5)
    assert wire.statuses == [486]
    assert wire.stream is not None
    wire.stream.close()
    world.settle()


def test_anAnswerWhoseConnectionIsGoneGoesToThePortOfTheVia() -> None:
    world = SIPWorld()
    peer = world.peer("10.0.0.1")
    peer.onOffer = lambda leg: leg.alert(None)
    arrived: list[Wire] = []

    def accept(peer: TransportAddress) -> Wire:
        arrived.append(Wire())
        return arrived[-1]

    StreamListener(world.network.host("10.0.0.3")).listen(
        TransportAddress("10.0.0.3", 5070), accept
    )
    wire = connect(world)
    wire.send(request("INVITE", via="SIP/2.0/TCP 10.0.0.3:5070;rport", body=offerBody()))
    world.run(0.1)
    assert wire.stream is not None
    wire.stream.close()
    world.run(0.1)
    peer.legs[0].reject(Cause.USER_BUSY)
    world.run(0.1)
    assert arrived[0].statuses == [486]
    world.settle()


def test_aPingIsAnswered() -> None:
    world = SIPWorld()
    world.peer("10.0.0.1")
    wire = connect(world)
    wire.send("\n\n")
    world.run(0.1)
    assert wire.raw == b"\r\n"
    assert wire.stream is not None
    wire.stream.close()
    world.settle()


def test_noiseClosesTheConnectionAndIsCounted() -> None:
    world = SIPWorld()
    peer = world.peer("10.0.0.1")
    wire = connect(world)
    wire.send("GET / HTTP/1.0\n\n")
    world.run(0.1)
    assert wire.closed
    assert peer.endpoint.complaints.count == 1
    world.settle()


def test_aConnectionThatSaysNothingWholeIsClosedSoon() -> None:
    world = SIPWorld()
    world.peer("10.0.0.1", SIPConfig(firstMessageTimeout=20.0, messageTimeout=60.0))
    wire = connect(world)
    for _ in range(19):
        wire.send("O")
        world.run(1, step=0.1)
    assert not wire.closed
    world.run(2, step=0.1)
    assert wire.closed
    world.settle()


def test_anIdleConnectionIsClosedButNotThatOfACall() -> None:
    world = SIPWorld()
    world.peer("10.0.0.1", SIPConfig(idleTimeout=60.0))
    caller, idler = connect(world), connect(world, "10.0.0.4")
    caller.send(invite())
    idler.send(request("OPTIONS", via="SIP/2.0/TCP 10.0.0.4;rport", branch="z9hG4bKo"))
    world.run(0.1)
    caller.send(request("ACK", via=TCP_VIA, branch="z9hG4bK2", toTag=tagOf(caller)))
    world.run(200, step=1)
    assert (caller.closed, idler.closed) == (False, True)
    caller.send(request("BYE", via=TCP_VIA, branch="z9hG4bK3", toTag=tagOf(caller), cseq=2))
    world.run(0.1)
    assert caller.statuses[-1] == 200
    world.settle()


def test_moreConnectionsThanAllowedAreClosedAtOnce() -> None:
    world = SIPWorld()
    world.peer("10.0.0.1", SIPConfig(maxConnections=3))
    wires = [connect(world) for _ in range(5)]
    assert [wire.closed for wire in wires] == [False, False, False, True, True]
    world.settle()


def test_manyInvitesAndThenAResetLeaveNothing() -> None:
    world = SIPWorld()
    peer = world.peer("10.0.0.1")
    wire = connect(world)
    for number in range(60):
        wire.send(invite(branch=f"z9hG4bK{number}", callId=f"c{number}"))
    world.run(0.1)
    assert len(peer.legs) == 60
    world.network.resetStreams("10.0.0.3")
    for _ in itertools.repeat(None, 100):
        world.clock.advance(1)
    assert peer.endpoint.legs == ()
    world.settle()


def test_aLargeRequestGoesOverTCP() -> None:
    world = SIPWorld()
    alice, bob = world.peer("10.0.0.1", SIPConfig(mtu=576)), world.peer("10.0.0.2")
    leg, log = alice.call("sip:b@10.0.0.2")
    world.run(0.1)
    assert log.said == ["answered", "media"]
    assert bob.legs[0].peer.host == "10.0.0.1"
    first = world.sent[0][2]
    assert b"SIP/2.0/TCP" in first
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    world.settle()


def test_aLargeRequestGoesOverUDPWhereTCPIsNotTaken() -> None:
    world = SIPWorld()
    alice = world.peer("10.0.0.1", SIPConfig(mtu=576))
    script = world.script("10.0.0.3")
    with capturedLogs() as logged:
        _, log = alice.call("sip:b@10.0.0.3")
        world.run(0.1)
    assert [formatEvent(each) for each in logged] == [
        "INVITE to 10.0.0.3:5060 goes by UDP after all: there is no way by TCP"
    ]
    assert script.methods == ["INVITE"]
    assert script.messages[0].via.transport == "UDP"
    script.send(responseTo(script.messages[0], 486), SERVER)
    world.run(0.1)
    assert log.causes == [Cause.USER_BUSY]
    world.settle()


def test_aPeerThatAsksForUDPGetsLargeRequestsByUDP() -> None:
    world = SIPWorld()
    alice = world.peer("10.0.0.1", SIPConfig(mtu=576))
    script = world.script("10.0.0.3")
    alice.call("sip:b@10.0.0.3;transport=udp")
    world.run(0.05)
    assert script.messages[0].via.transport == "UDP"
    script.send(responseTo(script.messages[0], 486), SERVER)
    world.settle()


def test_aCallToAPeerThatRefusesTheConnectionFails() -> None:
    world = SIPWorld()
    _, log = world.peer("10.0.0.1").call("sip:b@10.0.0.3;transport=tcp")
    world.run(0.1)
    assert log.causes == [Cause.NETWORK_OUT_OF_ORDER]
    world.settle()


def test_withoutTCPThereIsNoListener() -> None:
    world = SIPWorld()
    world.peer("10.0.0.1", SIPConfig(tcp=False))
    assert connect(world).closed


def test_pingsDoNotKeepAConnectionThatNeverSaysAnything() -> None:
    world = SIPWorld()
    world.peer("10.0.0.1", SIPConfig(firstMessageTimeout=20.0))
    wire = connect(world)
    for _ in range(21):
        if not wire.closed:
            wire.send("\n\n")
        world.run(1, step=0.1)
    assert wire.closed
    assert wire.raw == b"\r\n" * 20
    world.settle()


def test_norDoesWhatCannotBeRead() -> None:
    world = SIPWorld()
    world.peer("10.0.0.1", SIPConfig(firstMessageTimeout=20.0))
    wire = connect(world)
    for _ in range(21):
        if not wire.closed:
            wire.send("NONSENSE\nContent-Length: 0\n\n")
        world.run(1, step=0.1)
    assert wire.closed
    world.settle()


def test_afterItsFirstMessagePingsKeepIt() -> None:
    world = SIPWorld()
    world.peer("10.0.0.1", SIPConfig(firstMessageTimeout=20.0, idleTimeout=30.0))
    wire = connect(world)
    wire.send(request("OPTIONS", via=TCP_VIA))
    for _ in range(5):
        world.run(20, step=0.1)
        wire.send("\n\n")
    assert not wire.closed
    world.run(31, step=0.1)
    assert wire.closed
    world.settle()


@pytest.mark.parametrize(
    "beginning",
    ["OPTIONS sip:a@b SIP/2.0\n", request("OPTIONS", via=TCP_VIA).replace(": 0", ": 200")],
    ids=["head", "body"],
)
def test_aMessageThatNeverEndsEndsTheConnection(beginning: str) -> None:
    world = SIPWorld()
    peer = world.peer("10.0.0.1", SIPConfig(messageTimeout=15.0))
    wire = connect(world)
    wire.send(request("OPTIONS", via=TCP_VIA))
    world.run(0.1)
    wire.send(beginning)
    world.run(14, step=0.1)
    assert not wire.closed
    world.run(2, step=0.1)
    assert wire.closed
    assert peer.endpoint.complaints.count == 1
    world.settle()


def test_aSlowPeerThatEndsItsMessagesIsNotCutOff() -> None:
    world = SIPWorld()
    world.peer("10.0.0.1", SIPConfig(messageTimeout=15.0))
    wire = connect(world)
    for number in range(6):
        text = request("OPTIONS", via=TCP_VIA, branch=f"z9hG4bK{number}")
        wire.send(text[5:] + text[:5] if number else text + text[:5])
        world.run(10, step=0.1)
    assert wire.statuses[:6] == [200] * 6
    assert not wire.closed


# TLS.

OVER_TLS = TransportAddress("10.0.0.1", 5061)
TLS_VIA = "SIP/2.0/TLS 10.0.0.3;rport"


def connectSecurely(world: SIPWorld, host: str = "10.0.0.3") -> Wire:
    wire = Wire()
    sealedStreams(world.network.host(host)).opener.open(OVER_TLS, wire, 5)
    world.run(0.05)
    return wire


@pytest.mark.parametrize(
    ("uri", "contact"),
    [
        ("sip:80001@10.0.0.1", "<sip:h323d@10.0.0.1:5061;transport=tls>"),
        ("sips:80001@10.0.0.1", "<sips:h323d@10.0.0.1:5061>"),
    ],
)
def test_aCallOverTLSIsToldAContactOverTLS(uri: str, contact: str) -> None:
    world = SIPWorld()
    peer = world.peer("10.0.0.1", SECURED)
    wire = connectSecurely(world)
    wire.send(request("INVITE", uri=uri, via=TLS_VIA, body=offerBody()))
    world.run(0.1)
    (accepted,) = wire.messages
    assert isinstance(accepted, SIPResponse)
    assert accepted.headers.get("Contact") == contact
    wire.send(request("ACK", uri=uri, via=TLS_VIA, branch="z9hG4bK2", toTag=tagOf(wire)))
    world.run(0.1)
    peer.legs[0].hangup(Cause.NORMAL_CALL_CLEARING)
    world.run(0.1)
    bye = wire.messages[-1]
    assert isinstance(bye, SIPRequest)
    assert (bye.method, bye.via.transport, bye.via.port) == ("BYE", "TLS", 5061)
    assert wire.stream is not None
    wire.stream.write(responseTo(bye, 200))
    world.run(0.1)
    wire.stream.close()
    world.settle()


@pytest.mark.parametrize("target", ["sip:x@10.0.0.2;transport=tls", "sips:x@10.0.0.2"])
def test_whoIsCalledOverTLSIsCalledOverNothingElse(target: str) -> None:
    world = SIPWorld()
    here, there = world.peer("10.0.0.1", SECURED), world.peer("10.0.0.2", SECURED)
    leg, log = here.call(target)
    world.run(1.0)
    assert log.said == ["answered", "media"]
    assert not any(b"SIP/2.0" in data for _, _, data in world.sent)
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    world.run(1.0)
    assert there.logs[0].said[-1] == "released"
    world.settle()


def test_aSecondCallOverTLSUsesTheConnectionOfTheFirst() -> None:
    world = SIPWorld()
    here = world.peer("10.0.0.1", SECURED)
    world.peer("10.0.0.2", SECURED)
    legs = [here.call("sips:x@10.0.0.2")[0] for _ in range(2)]
    world.run(1.0)
    assert len(world.network.streams) == 2  # the two ends of one
    for leg in legs:
        leg.hangup(Cause.NORMAL_CALL_CLEARING)
    world.settle()


def test_whereTLSIsNotSpokenNobodyIsCalledInTheClearInstead() -> None:
    world = SIPWorld()
    _, log = world.peer("10.0.0.1").call("sips:x@10.0.0.2")
    world.run(1.0)
    assert log.causes == [Cause.NO_ROUTE_TO_DESTINATION]
    assert world.sent == []
    world.settle()


def test_anAnswerWhoseTLSConnectionIsGoneDoesNotGoInTheClear() -> None:
    world = SIPWorld()
    peer = world.peer("10.0.0.1", SECURED)
    peer.onOffer = lambda leg: leg.alert(None)
    wire = connectSecurely(world)
    wire.send(request("INVITE", via=TLS_VIA, body=offerBody()))
    world.run(0.1)
    assert wire.stream is not None
    wire.stream.close()
    world.run(0.1)
    world.sent.clear()
    peer.legs[0].reject(Cause.USER_BUSY)
    world.run(0.1)
    assert world.sent == []  # it is dialled for in vain: nobody listens at the port of its Via
    world.settle()
