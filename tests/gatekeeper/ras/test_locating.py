"""
LRQs, of neighbours, endpoints and strangers, and how they are passed on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from h323d.events.gatekeeper import EndpointLocated
from h323d.gatekeeper.routing.config import NeighbourConfig, RoutingConfig, StaticRoute
from h323d.h323.ras.channel import DISCOVERY_GROUP
from h323d.h323.ras.messages import RASMessage, reasonOf
from h323d.values.address import TransportAddress
from tests.support.ras import CALL, Peer, at, lrq
from tests.support.registrations import endpoint

ANNA = ("h323-ID", "anna")
ROOM = ("dialledDigits", "80001")
FORBIDDEN = ("dialledDigits", "0900")

NORTH, SOUTH, STRANGER = "10.0.0.8", "10.0.0.9", "10.0.0.66"
ROUTING = RoutingConfig(
    neighbours=(
        NeighbourConfig("north", NORTH, gatekeeperIdentifier="north"),
        NeighbourConfig("south", SOUTH),
        NeighbourConfig("mute", "10.0.0.10", prefixes=(), asks=False),
    ),
    routes=(StaticRoute(prefix="0900", reject=True),),
)
CALLID = {"guid": CALL}


@pytest.fixture
def zone(makeWorld: Any) -> Any:
    return makeWorld(ROUTING)


def pump(world: Any, seconds: float = 0.1) -> None:
    for _ in range(int(seconds / 0.02) + 1):
        world.clock.advance(0.02)


def questions(peer: Peer) -> list[RASMessage]:
    return [each for each in peer.messages() if each.name == "locationRequest"]


def reject(question: RASMessage) -> RASMessage:
    fields = {"requestSeqNum": question.requestSeqNum, "rejectReason": ("notRegistered", None)}
    return RASMessage("locationReject", fields)


def confirm(question: RASMessage, host: str) -> RASMessage:
    fields = {
        "requestSeqNum": question.requestSeqNum,
        "callSignalAddress": at(host, 1720),
        "rasAddress": at(host, 1719),
    }
    return RASMessage("locationConfirm", fields)


# --- who is answered


def test_aNeighbourIsToldWhereARoomIs(zone: Any) -> None:
    answer = zone.peer(NORTH).ask(lrq(1, NORTH, ROOM))
    assert answer.name == "locationConfirm"
    assert answer.fields["callSignalAddress"] == at("10.0.0.1", 1720)
    assert answer.fields["rasAddress"] == at("10.0.0.1", 1719)


def test_aNeighbourIsToldWhereAnEndpointIsAndItsNames(zone: Any) -> None:
    zone.registered("10.0.0.2", ANNA)
    answer = zone.peer(NORTH).ask(lrq(1, NORTH, ANNA))
    assert answer.fields["callSignalAddress"] == at("10.0.0.2", 1720)
    assert answer.fields["destinationInfo"] == [ANNA]
    (fact,) = zone.told(EndpointLocated)
    assert (fact.source.host, fact.callIdentifier) == (NORTH, "")
    assert fact.destination == TransportAddress("10.0.0.2", 1720)


def test_anEndpointIsAnsweredByItsIdentifier(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    answer = peer.ask(lrq(9, "10.0.0.2", ROOM, endpointIdentifier=endpointId))
    assert answer.name == "locationConfirm"


def test_anIdentifierFromElsewhereIsOfNoUse(world: Any) -> None:
    _, endpointId = world.registered("10.0.0.2", ANNA)
    answer = world.peer(STRANGER).ask(lrq(9, STRANGER, ROOM, endpointIdentifier=endpointId))
    assert reasonOf(answer) == "invalidPermission"


@pytest.mark.parametrize("name", [ROOM, ANNA])
def test_aStrangerIsRefusedByUnicastAndIgnoredByMulticast(zone: Any, name: Any) -> None:
    peer = zone.peer(STRANGER)
    assert reasonOf(peer.ask(lrq(1, STRANGER, name))) == "invalidPermission"
    peer.received.clear()
    peer.send(lrq(2, STRANGER, name), DISCOVERY_GROUP)
    pump(zone)
    assert peer.received == []


def test_aStrangerIsAnsweredIfThatIsConfigured(makeWorld: Any) -> None:
    world = makeWorld(RoutingConfig(acceptUnknownLRQ=True, neighbours=ROUTING.neighbours))
    north = world.peer(NORTH)
    peer = world.peer(STRANGER)
    assert peer.ask(lrq(1, STRANGER, ROOM)).name == "locationConfirm"
    assert peer.ask(lrq(2, STRANGER, ANNA)).name == "locationReject"
    assert questions(north) == []  # nobody is asked on a stranger's behalf


def test_aNeighbourThatMayNotAskIsRefused(makeWorld: Any) -> None:
    world = makeWorld(RoutingConfig(acceptUnknownLRQ=True, neighbours=ROUTING.neighbours))
    assert reasonOf(world.peer("10.0.0.10").ask(lrq(1, "10.0.0.10", ROOM))) == "invalidPermission"


def test_aNeighbourThatCallsItselfOtherwiseIsRefused(zone: Any) -> None:
    north = zone.peer(NORTH)
    wrong = lrq(1, NORTH, ROOM, gatekeeperIdentifier="south")
    right = lrq(2, NORTH, ROOM, gatekeeperIdentifier="north")
    assert reasonOf(north.ask(wrong)) == "invalidPermission"
    assert north.ask(right).name == "locationConfirm"


def test_whatARouteRejectsIsDenied(zone: Any) -> None:
    assert reasonOf(zone.peer(NORTH).ask(lrq(1, NORTH, FORBIDDEN))) == "requestDenied"


def test_aNumberOfAGatewayKeepsItsName(zone: Any) -> None:
    zone.zone.registry.register(replace(endpoint(1, "gateway"), prefixes=("41",)))
    answer = zone.peer(NORTH).ask(lrq(1, NORTH, ("dialledDigits", "41123")))
    assert answer.fields["callSignalAddress"] == at("10.1.0.2", 1720)
    assert "destinationInfo" not in answer.fields


# --- where the answer goes


def test_aNeighboursAnswerGoesToItsReplyAddress(zone: Any) -> None:
    north, other = zone.peer(NORTH, 40000), zone.peer(NORTH)
    north.send(lrq(1, NORTH, ROOM))
    pump(zone)
    assert north.received == []
    assert [each.name for each in other.messages()] == ["locationConfirm"]
    north.send(lrq(1, NORTH, ROOM))  # repeated
    pump(zone)
    assert len(other.received) == 2


@pytest.mark.parametrize("source", [STRANGER, "10.0.0.10", "10.0.0.2"])
def test_nobodyElsesAnswerGoesToAReplyAddress(makeWorld: Any, source: str) -> None:
    world = makeWorld(RoutingConfig(acceptUnknownLRQ=True, neighbours=ROUTING.neighbours))
    victim = world.peer("10.0.0.67")
    world.peer(source).ask(lrq(1, "10.0.0.67", ROOM))
    assert victim.received == []


@pytest.mark.parametrize("host", ["0.0.0.0", "224.0.0.1"])
def test_aReplyAddressThatIsNoneIsNotUsed(zone: Any, host: str) -> None:
    assert zone.peer(NORTH).ask(lrq(1, host, ROOM)).name == "locationConfirm"


# --- asking others on


def test_whatIsNotKnownHereIsAskedOfTheOtherNeighbours(zone: Any) -> None:
    north, south = zone.peer(NORTH), zone.peer(SOUTH)
    north.send(lrq(1, NORTH, ANNA, hopCount=4, callIdentifier=CALLID))
    pump(zone)
    (question,) = questions(south)
    assert question.fields["hopCount"] == 3
    assert question.fields["callIdentifier"] == CALLID
    assert question.fields["replyAddress"] == at("10.0.0.1", 1719)
    assert north.received == []
    south.send(confirm(question, "10.9.0.1"))
    pump(zone)
    (answer,) = north.messages()
    assert answer.name == "locationConfirm"
    assert answer.fields["callSignalAddress"] == at("10.9.0.1", 1720)


def test_whoeverIsSlowIsAnnouncedAndWaitedFor(zone: Any) -> None:
    north, south = zone.peer(NORTH), zone.peer(SOUTH)
    north.send(lrq(1, NORTH, ANNA, hopCount=4))
    pump(zone)
    (question,) = questions(south)
    progress = {"requestSeqNum": question.requestSeqNum, "delay": 10000}
    south.send(RASMessage("requestInProgress", progress))
    pump(zone, 9)
    assert {each.name for each in north.messages()} == {"requestInProgress"}
    south.send(confirm(question, "10.9.0.1"))
    pump(zone)
    assert north.messages()[-1].name == "locationConfirm"
    assert len(questions(south)) == 1


def test_whenNobodyKnowsItIsRejected(zone: Any) -> None:
    north, south = zone.peer(NORTH), zone.peer(SOUTH)
    north.send(lrq(1, NORTH, ANNA, hopCount=4))
    pump(zone)
    south.send(reject(questions(south)[0]))
    pump(zone)
    assert [reasonOf(each) for each in north.messages()] == ["notRegistered"]


def test_theLastHopIsAnsweredFromWhatIsKnownHere(zone: Any) -> None:
    north, south = zone.peer(NORTH), zone.peer(SOUTH)
    assert reasonOf(north.ask(lrq(1, NORTH, ANNA, hopCount=1))) == "hopCountExceeded"
    assert north.ask(lrq(2, NORTH, ROOM, hopCount=1)).name == "locationConfirm"
    assert south.received == []


def test_aQuestionWithoutAHopCountIsPassedOnOnce(zone: Any) -> None:
    north, south = zone.peer(NORTH), zone.peer(SOUTH)
    north.send(lrq(1, NORTH, ANNA))
    pump(zone)
    assert [each.fields["hopCount"] for each in questions(south)] == [1]


def test_anEndpointsQuestionIsPassedOnToo(zone: Any) -> None:
    north = zone.peer(NORTH)
    peer, endpointId = zone.registered("10.0.0.2")
    peer.send(lrq(9, "10.0.0.2", ANNA, endpointIdentifier=endpointId))
    pump(zone)
    assert [each.fields["hopCount"] for each in questions(north)] == [6]


# --- loops


def test_aQuestionThatComesBackIsAnsweredAtOnce(zone: Any) -> None:
    north, south = zone.peer(NORTH), zone.peer(SOUTH)
    north.send(lrq(1, NORTH, ANNA, hopCount=6, callIdentifier=CALLID))
    pump(zone)
    back = lrq(7, SOUTH, ANNA, hopCount=4, callIdentifier=CALLID)
    south.send(back)
    pump(zone)
    answers = [each for each in south.messages() if each.name == "locationReject"]
    assert [each.requestSeqNum for each in answers] == [7]
    assert questions(north) == []


def test_aQuestionThatComesTwoWaysIsStillAnsweredIfWeKnow(zone: Any) -> None:
    north, south = zone.peer(NORTH), zone.peer(SOUTH)
    north.send(lrq(1, NORTH, ANNA, hopCount=6, callIdentifier=CALLID))
    pump(zone)
    zone.registered("10.0.0.2", ANNA)
    south.received.clear()
    answer = south.ask(lrq(7, SOUTH, ANNA, hopCount=4, callIdentifier=CALLID))
    assert answer.name == "locationConfirm"


def test_ourOwnQuestionWithoutACallIdentifierIsKnownByOurName(zone: Any) -> None:
    north, south = zone.peer(NORTH), zone.peer(SOUTH)
    back = lrq(7, SOUTH, ANNA, hopCount=4, gatekeeperIdentifier="h323d")
    assert south.ask(back).name == "locationReject"
    assert questions(north) == []
