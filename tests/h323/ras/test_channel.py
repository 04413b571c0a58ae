"""
A RAS port: what becomes of a datagram, and how we ask.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.logger import capturedLogs

from h323d.events.bus import EventBus
from h323d.events.doors import BadInput
from h323d.h323.ras.channel import DISCOVERY_GROUP, RASChannel
from h323d.h323.ras.messages import RASMessage, encodeRAS, rejection
from h323d.h323.ras.security import BELIEVED, PLAIN, Verdict
from h323d.h323.ras.transactions import RASAnswer, RASRequest
from h323d.operation.config import TraceConfig
from h323d.operation.ladder import whatIn
from h323d.operation.wirelog import WireLog
from h323d.values.address import TransportAddress
from tests.support.fakemedia import FakePool
from tests.support.network import SimulatedHost, SimulatedNetwork
from tests.support.ras import GATEKEEPER, H225_V4, Peer, grq, lrq, rai, urq
from tests.support.surroundings import surroundingsOf

US = GATEKEEPER.host


class Guard:
    """
    Believes everybody but some.
    """

    def __init__(self, *disbelieved: str) -> None:
        self._disbelieved = disbelieved

    def examine(self, message: RASMessage, octets: bytes, source: TransportAddress) -> Verdict:
        if source.host not in self._disbelieved:
            return BELIEVED
        more = {"protocolIdentifier": H225_V4} if message.name == "gatekeeperRequest" else {}
        return Verdict(False, rejection(message, "securityDenial", **more))

    def towards(self, name: str, fields: Any, destination: TransportAddress) -> Any:
        return PLAIN


class Scene:
    """
    A channel that confirms what it is asked, and one peer.
    """

    def __init__(self, **more: Any) -> None:
        self.clock = Clock()
        self.network = SimulatedNetwork(self.clock, random.Random(1))
        self.requests: list[RASRequest] = []
        self.bad: list[BadInput] = []
        events = EventBus()
        events.subscribe(BadInput, self.bad.append)
        world = surroundingsOf(
            SimulatedHost(self.network, US), self.clock, random.Random(1), FakePool(), events
        )
        self.wire = WireLog(TraceConfig())
        world = replace(world, wire=self.wire)
        self.channel = RASChannel(world, (US,), 1719, self, **more)
        self.peer = Peer(self.network, "10.0.0.2")

    def rasRequested(self, request: RASRequest) -> RASAnswer:
        self.requests.append(request)
        return RASMessage("unregistrationConfirm", {"requestSeqNum": request.message.requestSeqNum})

    def started(self) -> Scene:
        self.channel.start()
        return self

    def settle(self) -> None:
        self.clock.pump([0.01] * 5)

    def close(self) -> None:
        self.channel.close()
        assert self.clock.getDelayedCalls() == []


def test_aRequestIsAnsweredToWhereItCameFrom() -> None:
    scene = Scene().started()
    answer = scene.peer.ask(urq(3, "10.0.0.2"))
    assert (answer.name, answer.requestSeqNum) == ("unregistrationConfirm", 3)
    (request,) = scene.requests
    assert (request.source.host, request.multicast, request.local) == ("10.0.0.2", False, US)
    scene.close()


def test_aRepetitionIsAnsweredAndNotAskedAgain() -> None:
    scene = Scene().started()
    for _ in range(2):
        assert scene.peer.ask(urq(3, "10.0.0.2")).requestSeqNum == 3
    assert len(scene.requests) == 1
    scene.channel.forgetAnswers(scene.requests[0].source)
    scene.peer.ask(urq(3, "10.0.0.2"))
    assert len(scene.requests) == 2
    scene.close()


def test_whatIsNoMessageAndAnAnswerToNothingAreTold() -> None:
    scene = Scene().started()
    scene.peer.port.send(b"\xff", GATEKEEPER)
    scene.peer.send(RASMessage("unregistrationConfirm", {"requestSeqNum": 9}))
    scene.settle()
    assert [each.source.host for each in scene.bad] == ["10.0.0.2"] * 2
    assert scene.requests == []
    scene.close()


def test_whatComesFromPortZeroIsDropped() -> None:
    scene = Scene().started()
    scene.channel.datagramReceived(b"\xff", TransportAddress("10.0.0.2", 0))
    assert scene.bad == []
    scene.close()


def test_theAnswerGoesWhereAPeerThatIsTrustedSays() -> None:
    elsewhere = TransportAddress("10.0.0.3", 1719)
    scene = Scene(replyTo=lambda message, source, proof: elsewhere).started()
    other = Peer(scene.network, "10.0.0.3")
    scene.peer.send(urq(3, "10.0.0.2"))
    scene.settle()
    assert (len(other.received), scene.peer.received) == (1, [])
    assert scene.requests[0].asker == elsewhere
    scene.close()


def test_nobodyIsBelievedWhereToReplyWhoIsNotBelievedAtAll() -> None:
    asked: list[Any] = []
    scene = Scene(
        replyTo=lambda *arguments: asked.append(arguments), security=Guard("10.0.0.2")
    ).started()
    scene.peer.send(urq(3, "10.0.0.2"))
    scene.settle()
    assert (asked, scene.requests) == ([], [])
    assert [each.name for each in scene.peer.messages()] == ["unregistrationReject"]
    scene.close()


def test_weAskAndTakeTheAnswerOfWhomWeAsked() -> None:
    scene = Scene().started()
    answers: list[RASMessage | None] = []
    fields = {"endpointIdentifier": "e1", "reason": ("maintenance", None)}
    there = TransportAddress("10.0.0.2", 1719)
    asked = scene.channel.request(
        "unregistrationRequest", {**urq(1, US).fields, **fields}, there, answers.append
    )
    scene.settle()
    number = asked.message.requestSeqNum
    assert [each.requestSeqNum for each in scene.peer.messages()] == [number]
    scene.peer.send(RASMessage("unregistrationConfirm", {"requestSeqNum": number}))
    scene.settle()
    assert [each and each.name for each in answers] == ["unregistrationConfirm"]
    scene.close()


def test_whatNeedsNoAnswerIsSentOnce() -> None:
    scene = Scene().started()
    message = rai(1, "e1", True)
    there = TransportAddress("10.0.0.2", 1719)
    scene.channel.tell(message.name, dict(message.fields), there)
    scene.clock.pump([1.0] * 20)
    assert len(scene.peer.received) == 1
    scene.close()


@pytest.mark.parametrize("multicast", [False, True])
def test_discoveryByMulticastIsHeardWhereItIsWanted(multicast: bool) -> None:
    scene = Scene(multicast=multicast).started()
    scene.peer.send(grq(1, "10.0.0.2"), DISCOVERY_GROUP)
    scene.settle()
    assert [each.multicast for each in scene.requests] == [True] * multicast
    scene.close()


GRQ, LRQ = grq(1, "10.0.0.2"), lrq(1, "10.0.0.2", ("h323-ID", "anna"))


@pytest.mark.parametrize(
    ("asked", "to", "answers"),
    [
        (GRQ, DISCOVERY_GROUP, ["gatekeeperReject"]),
        (LRQ, GATEKEEPER, ["locationReject"]),
        (LRQ, DISCOVERY_GROUP, []),  # all gatekeepers were asked: only who knows answers
    ],
)
def test_whoIsNotBelievedIsToldSoUnlessEverybodyWasAsked(
    asked: RASMessage, to: TransportAddress, answers: list[str]
) -> None:
    scene = Scene(multicast=True, security=Guard("10.0.0.2")).started()
    scene.peer.send(asked, to)
    scene.settle()
    assert scene.requests == []
    assert [each.name for each in scene.peer.messages()] == answers
    scene.close()


def test_itsAddressIsWhatIsBound() -> None:
    scene = Scene()
    assert scene.channel.address == GATEKEEPER
    assert scene.channel.heardAt(GATEKEEPER) == ""
    scene.started()
    assert scene.channel.address == GATEKEEPER
    scene.close()


def test_afterItsEndItSaysNothing() -> None:
    scene = Scene().started()
    scene.close()
    with capturedLogs() as logged:
        scene.peer.send(urq(3, "10.0.0.2"))
        scene.settle()
    assert (scene.requests, scene.peer.received, logged) == ([], [], [])


def test_requestsAndAnswersAreNotedRepeatedOnesToo() -> None:
    scene = Scene().started()
    for _ in range(2):
        scene.peer.ask(urq(3, "10.0.0.2"))
    noted = scene.wire.of("10.0.0.2")
    assert [whatIn(each) for each in noted] == ["URQ (3)", "UCF (3)"] * 2
    assert {(str(each.local), each.sent) for each in noted} == {
        (f"{US}:1719", False),
        (f"{US}:1719", True),
    }
    scene.close()


def test_requestsOfOursAreNotedEachTime() -> None:
    scene = Scene().started()
    fields = {key: value for key, value in urq(1, US).fields.items() if key != "requestSeqNum"}
    scene.channel.request(
        "unregistrationRequest", fields, TransportAddress("10.0.0.9", 1719), lambda answer: None
    )
    scene.clock.pump([1.0] * 10)
    assert [each.sent for each in scene.wire.of("10.0.0.9")] == [True, True]
    scene.close()


def test_whatIsNoMessageIsNotNoted() -> None:
    scene = Scene().started()
    scene.peer.port.send(b"\xff", GATEKEEPER)
    scene.settle()
    assert scene.wire.of("") == []
    scene.close()


def test_aGroupIsWhereItsDatagramsWent() -> None:
    scene = Scene().started()
    scene.channel.received(
        encodeRAS(urq(3, "10.0.0.2")), TransportAddress("10.0.0.2", 1719), multicast=True
    )
    assert scene.wire.of("10.0.0.2")[0].local == DISCOVERY_GROUP
    scene.settle()
    scene.close()


def test_nothingIsNotedWhereNothingIsKept() -> None:
    scene = Scene().started()
    scene.wire.reconfigure(TraceConfig(callOctets=0))
    scene.peer.ask(urq(3, "10.0.0.2"))
    assert scene.wire.of("") == []
    scene.close()


class Sealing:
    """
    Says a password in all that leaves.
    """

    def seal(self, message: RASMessage) -> bytes:
        token = {"tokenOID": (0, 0, 8, 235, 0, 2, 1), "password": "secret"}
        return encodeRAS(RASMessage(message.name, {**message.fields, "tokens": [token]}))

    def believes(self, message: RASMessage, octets: bytes) -> bool:
        return True

    def examine(self, message: RASMessage, data: bytes, source: TransportAddress) -> Verdict:
        return Verdict(association=self)

    def towards(self, name: str, fields: Any, destination: TransportAddress) -> Any:
        return self


def test_whatIsAddedWhereAMessageIsSealedIsNotNoted() -> None:
    scene = Scene(security=Sealing()).started()
    peer = TransportAddress("10.0.0.2", 1719)
    fields = {key: value for key, value in urq(1, US).fields.items() if key != "requestSeqNum"}
    scene.channel.request("unregistrationRequest", fields, peer, lambda answer: None)
    scene.channel.tell("unregistrationRequest", fields, peer)
    scene.peer.send(urq(3, "10.0.0.2"))
    scene.settle()
    password = "secret".encode("utf-16-be")
    assert [password in octets for octets, _ in scene.peer.received] == [True] * 3
    assert [password in each.octets for each in scene.wire.of("10.0.0.2")] == [False] * 4
    scene.close()
