"""
An INVITE whose next hop fails, and goes to the next one.
"""

from __future__ import annotations

import pytest

from h323d.call.legs import ILeg
from h323d.net.stream import StreamListener
from h323d.sip.calls.originator import SIPOriginator
from h323d.sip.messages.message import SIPRequest
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.lookups import FakeNames
from tests.support.sippeers import (
    SERVER,
    LegLog,
    ScriptedPeer,
    SIPWorld,
    Wire,
    offerBody,
    responseTo,
)

FIRST, SECOND = "10.0.0.3", "10.0.0.4"
TARGET = "sip:bob@example.com"
NORMAL = Cause.NORMAL_CALL_CLEARING


class Scene:
    """
    Somebody who calls a domain of two servers, each a script.
    """

    def __init__(self, service: str = "_sip._udp.example.com") -> None:
        self.world = SIPWorld()
        self.peer = self.world.peer("10.0.0.1")
        self.names = FakeNames()
        self.peer.originator = SIPOriginator(self.peer.endpoint, self.names)
        for priority, host in enumerate((FIRST, SECOND)):
            self.names.service(service, f"h{priority}.example.com", 5060, priority)
            self.names.host(f"h{priority}.example.com", host)
        self.first = self.world.script(FIRST)
        self.second = self.world.script(SECOND)

    def call(self) -> tuple[ILeg, LegLog]:
        leg, log = self.peer.call(TARGET)
        self.world.run(0.05)
        return leg, log

    def answer(self, script: ScriptedPeer, status: int, body: str = "") -> None:
        (invite,) = (each for each in script.messages[-1:] if isinstance(each, SIPRequest))
        answer = responseTo(invite, status, body=body)
        script.send(answer.replace(b"@10.0.0.3", b"@" + script.address.host.encode()), SERVER)
        self.world.run(0.05)

    def isTalking(self, log: LegLog) -> bool:
        return "answered" in log.said


def test_whoHasNoTimeMakesWayForTheNext() -> None:
    scene = Scene()
    leg, log = scene.call()
    scene.answer(scene.first, 503)
    assert scene.first.methods == ["INVITE", "ACK"]
    assert log.causes == []
    scene.answer(scene.second, 200, offerBody(SECOND))
    assert scene.isTalking(log)
    assert leg.peer == TransportAddress(SECOND, 5060)
    leg.hangup(NORMAL)
    scene.world.run(0.05)
    assert scene.second.methods == ["INVITE", "ACK", "BYE"]
    scene.peer.endpoint.close()


def test_theSameRequestGoesThereWithANewBranch() -> None:
    scene = Scene()
    scene.call()
    scene.answer(scene.first, 503)
    one, other = scene.first.messages[0], scene.second.messages[0]
    assert isinstance(one, SIPRequest)
    assert isinstance(other, SIPRequest)
    for name in ("Call-ID", "CSeq", "From", "To"):
        assert one.headers.get(name) == other.headers.get(name)
    assert one.uri == other.uri
    assert one.via.branch != other.via.branch
    scene.world.settle()


@pytest.mark.parametrize("status", [486, 500, 404])
def test_aRefusalIsNoFailureOfTheHop(status: int) -> None:
    scene = Scene()
    _, log = scene.call()
    scene.answer(scene.first, status)
    assert len(log.causes) == 1
    assert scene.second.messages == []
    scene.world.settle()


def test_silenceMakesWayForTheNextLongBeforeTheTransactionGivesUp() -> None:
    scene = Scene()
    _, log = scene.call()
    scene.world.run(3.9)
    assert scene.second.messages == []
    scene.world.run(0.2)
    scene.answer(scene.second, 200, offerBody(SECOND))
    assert scene.isTalking(log)
    scene.peer.endpoint.close()


def test_whoIsWorkingOnTheCallIsWaitedFor() -> None:
    scene = Scene()
    scene.call()
    scene.answer(scene.first, 100)
    scene.world.run(20)
    assert scene.second.messages == []
    scene.peer.endpoint.close()


def test_aHopThatWasSilentIsTheLastOfTheNextCall() -> None:
    scene = Scene()
    scene.call()
    scene.world.run(4.1)
    scene.answer(scene.second, 486)
    scene.call()
    assert scene.second.methods == ["INVITE", "ACK", "INVITE"]
    scene.peer.endpoint.close()


def test_whenNobodyAnswersTheCallFailsAfterTheTimeOfOneTransaction() -> None:
    scene = Scene()
    _, log = scene.call()
    scene.world.run(31.8)
    assert log.causes == []
    scene.world.run(0.3)
    assert log.causes == [Cause.NO_USER_RESPONDING]
    scene.world.settle()


def test_anAnswerOfAHopThatWasLeftIsEnded() -> None:
    scene = Scene()
    _, log = scene.call()
    late = scene.first.messages[0]
    scene.world.run(4.1)
    scene.first.send(responseTo(late, 200, body=offerBody()), SERVER)
    scene.world.run(0.05)
    assert scene.first.methods[-2:] == ["ACK", "BYE"]
    assert log.said == []
    scene.answer(scene.second, 200, offerBody(SECOND))
    assert scene.isTalking(log)
    scene.peer.endpoint.close()


def test_whoHangsUpBetweenTwoHopsCancelsOnceTheSecondIsWorkingOnIt() -> None:
    scene = Scene()
    leg, _ = scene.call()
    scene.answer(scene.first, 100)
    scene.answer(scene.first, 503)
    leg.hangup(NORMAL)
    scene.world.run(0.05)
    assert scene.second.methods == ["INVITE"]
    scene.answer(scene.second, 100)
    assert scene.second.methods == ["INVITE", "CANCEL"]
    scene.world.settle()


def test_whoHasHungUpIsNotSentOn() -> None:
    scene = Scene()
    leg, log = scene.call()
    leg.hangup(NORMAL)
    scene.answer(scene.first, 503)
    assert scene.second.messages == []
    assert log.causes == [NORMAL]
    scene.world.settle()


def test_aCallThatRangIsNotSentOn() -> None:
    scene = Scene()
    _, log = scene.call()
    scene.answer(scene.first, 180)
    scene.answer(scene.first, 503)
    assert scene.second.messages == []
    assert log.causes == [Cause.TEMPORARY_FAILURE]
    scene.world.settle()


def test_aConnectionThatIsRefusedMakesWayForTheNext() -> None:
    scene = Scene("_sip._tcp.example.com")
    wire = Wire()
    there = StreamListener(scene.world.network.host(SECOND))
    there.listen(TransportAddress(SECOND, 5060), lambda peer: wire)
    scene.call()
    scene.world.run(1)
    assert wire.methods == ["INVITE"]
    assert scene.first.messages == []
    scene.peer.endpoint.close()
