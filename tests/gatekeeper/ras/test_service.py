"""
What is neither registration nor admission, and what is common to all.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.events.doors import BadInput
from h323d.h323.ras.channel import DISCOVERY_GROUP
from h323d.h323.ras.messages import RASMessage, encodeRAS, reasonOf, rejection
from tests.support.ras import H225_V4, arq, grq, irr, nsm, rrq

ANNA = ("h323-ID", "anna")
ROOM = ("dialledDigits", "80001")


# --- IRR


def test_anIRRThatWantsAnAnswerIsAcknowledged(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    assert peer.ask(irr(2, "10.0.0.2", endpointId)).name == "infoRequestAck"


def test_anIRROfAStrangerIsNotAcknowledged(world: Any) -> None:
    _, endpointId = world.registered("10.0.0.2")
    answers = [
        world.peer("10.0.0.3").ask(irr(1, "10.0.0.3", "nobody")),
        world.peer("10.0.0.4").ask(irr(1, "10.0.0.4", endpointId)),
    ]
    assert [reasonOf(each) for each in answers] == ["notRegistered"] * 2


@pytest.mark.parametrize("answered", [True, False])
def test_anIRRForCallsThatNobodyKnowsHarmsNothing(world: Any, answered: bool) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    call = {
        "callReferenceValue": 9,
        "conferenceID": bytes(16),
        "h245": {},
        "callSignalling": {},
        "callType": ("pointToPoint", None),
        "bandWidth": 1,
        "callModel": ("direct", None),
        "callIdentifier": {"guid": b"never heard of it"[:16]},
        "substituteConfIDs": [],
    }
    peer.received.clear()
    peer.send(irr(2, "10.0.0.2", endpointId, perCallInfo=[call] * 50, needResponse=answered))
    world.clock.pump([0.01] * 5)
    assert [each.name for each in peer.messages()] == ["infoRequestAck"] * answered
    assert len(world.zone.admissions) == 0


# --- what is not understood


def test_aRequestThatIsNotForAGatekeeperIsAnsweredAsUnknown(world: Any) -> None:
    peer = world.peer("10.0.0.2")
    request = RASMessage("infoRequest", {"requestSeqNum": 7, "callReferenceValue": 0})
    for each in (request, nsm(8)):
        answer = peer.ask(each)
        assert answer.name == "unknownMessageResponse"
        assert answer.fields["requestSeqNum"] == each.requestSeqNum
        assert answer.fields["messageNotUnderstood"] == encodeRAS(each)


def test_whatIsNotUnderstoodIsNotSentBackInFull(world: Any) -> None:
    long = RASMessage(
        "nonStandardMessage",
        {
            "requestSeqNum": 1,
            "nonStandardData": {
                "nonStandardIdentifier": ("object", (1, 2)),
                "data": bytes(30000),
            },
        },
    )
    answer = world.peer("10.0.0.2").ask(long)
    assert len(answer.fields["messageNotUnderstood"]) == 1024


def test_onlyDiscoveryAndLocationAreAnsweredByMulticast(world: Any) -> None:
    peer = world.peer("10.0.0.2")
    for request in (rrq(1, "10.0.0.2"), arq(2, "x", ROOM), nsm(3)):
        peer.send(request, DISCOVERY_GROUP)
    world.clock.pump([0.01] * 5)
    assert peer.received == []
    assert world.zone.registrations() == ()


def test_answersThatNobodyWaitsForAreNotAnswered(world: Any) -> None:
    peer = world.peer("10.0.0.2")
    peer.send(rejection(grq(1, "10.0.0.2"), "undefinedReason", protocolIdentifier=H225_V4))
    peer.send(RASMessage("unregistrationConfirm", {"requestSeqNum": 2}))
    unknown = {"requestSeqNum": 3, "messageNotUnderstood": b""}
    peer.send(RASMessage("unknownMessageResponse", unknown))
    world.clock.pump([0.01] * 5)
    assert peer.received == []


# --- repetitions and bad octets


def test_aRepetitionIsAnsweredWithTheSameOctetsAndDoneOnce(world: Any) -> None:
    peer = world.peer("10.0.0.2")
    first = peer.ask(rrq(1, "10.0.0.2", ANNA))
    octets = peer.received[0]
    world.clock.advance(3)
    again = peer.ask(rrq(1, "10.0.0.2", ANNA))
    assert first == again
    assert peer.received[0] == octets
    assert len(world.facts) == 1


def test_theSameOctetsFromElsewhereAreAnotherRequest(world: Any) -> None:
    world.registered("10.0.0.2", ANNA)
    replayed = world.peer("10.0.0.66").ask(rrq(1, "10.0.0.2", ANNA))
    assert replayed.name == "registrationReject"


@pytest.mark.parametrize("seq", [1, 2])
def test_aReplayedRegistrationFromElsewhereChangesNothing(world: Any, seq: int) -> None:
    _, endpointId = world.registered("10.0.0.2", ANNA)
    before = world.zone.registrations()
    replay = rrq(seq, "10.0.0.2", ANNA, endpointIdentifier=endpointId)
    assert world.peer("10.0.0.66").ask(replay).name == "registrationReject"
    assert world.zone.registrations() == before


@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff" * 40, b"\xc4" * 2000, b"\x0e\xc0\x00"])
def test_badOctetsAreDroppedAndTold(world: Any, data: bytes) -> None:
    peer = world.peer("10.0.0.2")
    peer.port.send(data, peer.peer)
    world.clock.pump([0.01] * 5)
    assert peer.received == []
    (fact,) = world.told(BadInput)
    assert fact.door == "ras"
    assert fact.source.host == "10.0.0.2"
