"""
ARQ, from the octets of the request to those of the answer.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from h323d.call.applications import Admission, Door, Priority, Reason, Refusal, Texts
from h323d.events.gatekeeper import (
    BandwidthExceeded,
    RASAdmissionEnded,
    RASAdmissionGranted,
    RASAdmissionRefused,
)
from h323d.h323.ras.messages import reasonOf
from h323d.h323.signalling.callpriority import CallPriority, PriorityValue, designation
from tests.support.fakegate import FakeGate
from tests.support.lease import Lease
from tests.support.ras import CALL, CONFERENCE, arq, at, brq, drq, keepAlive, rrq, urq

ANNA = ("h323-ID", "anna")
BERT = ("dialledDigits", "1002")
ROOM = ("dialledDigits", "80001")


def test_aCallToARoomGoesToOurSignallingAddress(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    answer = peer.ask(arq(2, endpointId, ROOM))
    assert answer.fields["destCallSignalAddress"] == at("10.0.0.1", 1720)
    assert answer.fields["bandWidth"] == 1280
    (fact,) = world.told(RASAdmissionGranted)
    assert (fact.endpointId, fact.callIdentifier) == (endpointId, CALL.hex())
    assert not fact.answerCall


def test_aCallToAnEndpointGoesToItDirectly(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    world.registered("10.0.0.3", BERT)
    answer = peer.ask(arq(2, endpointId, BERT))
    assert answer.fields["callModel"] == ("direct", None)
    assert answer.fields["destCallSignalAddress"] == at("10.0.0.3", 1720)


def test_theCalledSideIsAdmittedToo(world: Any) -> None:
    caller, callerId = world.registered("10.0.0.2", ANNA)
    called, calledId = world.registered("10.0.0.3", BERT)
    caller.ask(arq(2, callerId, BERT))
    answer = called.ask(arq(2, calledId, BERT, answerCall=True))
    assert answer.name == "admissionConfirm"
    assert len(world.zone.admissions) == 2
    assert world.zone.bandwidth.used == 1280
    assert caller.ask(drq(3, callerId)).name == "disengageConfirm"
    assert called.ask(drq(3, calledId, answeredCall=True)).name == "disengageConfirm"
    assert world.zone.bandwidth.used == 0


def test_anAddressInsteadOfANameIsTaken(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    there = at("192.0.2.9", 1720)
    answer = peer.ask(arq(2, endpointId, destCallSignalAddress=there))
    assert answer.fields["destCallSignalAddress"] == there


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"destCallSignalAddress": at("0.0.0.0", 0)},
        {"destCallSignalAddress": at("127.0.0.1", 2222)},
        {"destCallSignalAddress": at("10.0.0.1", 2222)},
        {"destCallSignalAddress": at("169.254.169.254", 80)},
    ],
)
def test_aCalledPartyThatNobodyKnowsIsRefused(world: Any, more: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    answers = [peer.ask(arq(2, endpointId, BERT, **more)), peer.ask(arq(3, endpointId, **more))]
    assert [reasonOf(each) for each in answers] == ["calledPartyNotRegistered"] * 2
    assert world.told(RASAdmissionRefused)[0].reason == "calledPartyNotRegistered"
    assert len(world.zone.admissions) == 0


def test_anEndpointOnOurMachineIsCalledByItsAddress(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    there = [at("10.0.0.1", 1730)]
    world.peer("10.0.0.1", 1729).ask(rrq(1, "10.0.0.1", BERT, callSignalAddress=there))
    answer = peer.ask(arq(2, endpointId, destCallSignalAddress=there[0]))
    assert answer.fields["destCallSignalAddress"] == there[0]


def test_aCallerThatIsNotRegisteredIsRefused(world: Any) -> None:
    answer = world.peer("10.0.0.2").ask(arq(1, "nobody", ROOM))
    assert reasonOf(answer) == "callerNotRegistered"
    assert world.told(RASAdmissionRefused)[0].endpointId == ""


def test_anARQFromElsewhereIsRefused(world: Any) -> None:
    _, endpointId = world.registered("10.0.0.2")
    answer = world.peer("10.0.0.66").ask(arq(1, endpointId, ROOM))
    assert reasonOf(answer) == "callerNotRegistered"
    assert len(world.zone.admissions) == 0


def test_anIdentifierFilledUpWithNULsIsKnown(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    padded = endpointId.ljust(128, "\0")
    assert peer.ask(arq(2, padded, ROOM)).name == "admissionConfirm"
    assert peer.ask(drq(3, padded)).name == "disengageConfirm"
    assert len(world.zone.admissions) == 0


def test_anARQForAnotherGatekeeperIsRefused(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    answer = peer.ask(arq(2, endpointId, ROOM, gatekeeperIdentifier="other"))
    assert reasonOf(answer) == "callerNotRegistered"


def test_theSameCallAskedForAgainIsOneAdmission(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    peer.ask(arq(2, endpointId, ROOM))
    peer.ask(arq(3, endpointId, ROOM, bandWidth=640))
    assert len(world.zone.admissions) == 1
    assert world.zone.bandwidth.used == 640


def test_aCallWithoutACallIdentifierIsKnownByItsConference(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    none = {"callIdentifier": {"guid": bytes(16)}}
    peer.ask(arq(2, endpointId, ROOM, **none))
    peer.ask(drq(3, endpointId, **none, conferenceID=CALL))
    assert len(world.zone.admissions) == 1
    peer.ask(drq(4, endpointId, **none, conferenceID=CONFERENCE))
    assert len(world.zone.admissions) == 0


# --- limits


def test_oneCallGetsNoMoreBandwidthThanItMay(makeWorld: Any) -> None:
    world = makeWorld(bandwidthPerCall=1000)
    peer, endpointId = world.registered("10.0.0.2")
    assert peer.ask(arq(2, endpointId, ROOM, bandWidth=200000)).fields["bandWidth"] == 1000


def test_aCallThatAsksForLittleIsGrantedTheFloor(makeWorld: Any) -> None:
    world = makeWorld(minimumBandwidthPerCall=1280)
    peer, endpointId = world.registered("10.0.0.2")
    assert peer.ask(arq(2, endpointId, ROOM, bandWidth=1)).fields["bandWidth"] == 1280
    assert peer.ask(brq(3, endpointId, 640)).fields["bandWidth"] == 1280
    assert world.zone.bandwidth.used == 1280


def test_whoUsesMoreThanItWasGrantedIsTold(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    peer.ask(arq(2, endpointId, ROOM))
    (admission,) = world.zone.admissions
    for used in (640, 5000, 5000):
        world.zone.admissions.observe(admission, used)
    (fact,) = world.told(BandwidthExceeded)
    assert (fact.endpointId, fact.granted, fact.used) == (endpointId, 1280, 5000)
    assert world.zone.bandwidth.used == 5000


def test_noBandwidthLeftIsRequestDenied(makeWorld: Any) -> None:
    world = makeWorld(totalBandwidth=1280)
    first, firstId = world.registered("10.0.0.2")
    second, secondId = world.registered("10.0.0.3")
    assert first.ask(arq(2, firstId, ROOM)).name == "admissionConfirm"
    other = {"callIdentifier": {"guid": bytes(range(50, 66))}}
    assert reasonOf(second.ask(arq(2, secondId, ROOM, **other))) == "requestDenied"
    first.ask(drq(3, firstId))
    assert second.ask(arq(3, secondId, ROOM, **other)).name == "admissionConfirm"


@pytest.mark.parametrize("limit", ["maxCalls", "maxCallsPerEndpoint"])
def test_oneCallTooManyIsRefused(makeWorld: Any, limit: str) -> None:
    world = makeWorld(**{limit: 2})
    peer, endpointId = world.registered("10.0.0.2")
    answers = [
        peer.ask(arq(seq, endpointId, ROOM, callIdentifier={"guid": bytes([seq]) * 16}))
        for seq in (2, 3, 4)
    ]
    assert reasonOf(answers[2]) == "resourceUnavailable"
    assert len(world.zone.admissions) == 2


def test_anAdmissionTellsOfBothParties(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    peer.ask(arq(2, endpointId, ROOM))
    (fact,) = world.told(RASAdmissionGranted)
    assert [str(each) for each in (*fact.calling, *fact.called)] == ["anna", "80001"]
    assert fact.source.host == "10.0.0.2"
    assert fact.destination.port == 1720


# --- the endpoint's end


def test_anEndpointThatLeavesHasNoCalls(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    peer.ask(arq(2, endpointId, ROOM))
    peer.ask(urq(3, "10.0.0.2", endpointIdentifier=endpointId))
    assert len(world.zone.admissions) == 0
    assert world.zone.bandwidth.used == 0
    assert world.told(RASAdmissionEnded)[0].callIdentifier == CALL.hex()


def test_anEndpointThatExpiresHasNoCalls(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", timeToLive=30)
    peer.ask(arq(2, endpointId, ROOM))
    world.clock.advance(20)
    peer.ask(keepAlive(3, "10.0.0.2", endpointId))
    assert len(world.zone.admissions) == 1
    world.clock.advance(60)
    assert len(world.zone.admissions) == 0


# --- the gates


AT_ARQ = (Door.ARQ,)


def test_aGateJudgesAnARQWithWhatIsKnownOfIt(makeWorld: Any) -> None:
    gate = FakeGate(Admission(), AT_ARQ)
    peer, endpointId = makeWorld(gates=(gate,)).registered("10.0.0.2", ANNA)
    assert peer.ask(arq(2, endpointId, ROOM)).name == "admissionConfirm"
    (application,) = gate.judged
    assert (application.party, str(application.source)) == (endpointId, "10.0.0.2:1719")
    assert [str(each) for each in (*application.calling, *application.called)] == ["anna", "80001"]
    assert (application.texts.names, application.bandwidth) == (("anna",), 128_000)
    assert (application.callIdentifier, application.proofs) == (CALL.hex(), ())


def test_theCalledSidesARQIsJudgedToo(makeWorld: Any) -> None:
    gate = FakeGate(Refusal.of(Reason.CAPACITY_EXCEEDED), AT_ARQ)
    peer, endpointId = makeWorld(gates=(gate,)).registered("10.0.0.2", ANNA)
    answer = peer.ask(arq(2, endpointId, ROOM, answerCall=True))
    assert reasonOf(answer) == "exceedsCallCapacity"


def test_anARQThatAGateRefusesIsRejectedByItsReason(makeWorld: Any) -> None:
    world = makeWorld(gates=(FakeGate(Refusal.of(Reason.INVALID_SIGNATURE), AT_ARQ),))
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    assert reasonOf(peer.ask(arq(2, endpointId, ROOM))) == "securityDenial"
    (fact,) = world.told(RASAdmissionRefused)
    assert (fact.reason, fact.endpointId) == ("securityDenial", endpointId)
    assert len(world.zone.admissions) == 0


def test_nobodyElsesARQIsJudged(makeWorld: Any) -> None:
    gate = FakeGate(Admission(), AT_ARQ)
    makeWorld(gates=(gate,)).peer("10.0.0.2").ask(arq(1, "nobody", ROOM))
    assert gate.judged == []


def test_whatAGateGrantsIsConfirmed(makeWorld: Any) -> None:
    admission = Admission(Texts(names=("anna [REDACTED:SSN]",)), bandwidth=64_000)
    world = makeWorld(gates=(FakeGate(admission, AT_ARQ),))
    peer, endpointId = world.registered("10.0.0.2", ("h323-ID", "anna 123-45-6789"))
    assert peer.ask(arq(2, endpointId, ROOM)).fields["bandWidth"] == 640
    (fact,) = world.told(RASAdmissionGranted)
    assert [str(each) for each in fact.calling] == ["anna [REDACTED:SSN]"]
    assert (fact.bandwidth, world.zone.bandwidth.used) == (640, 640)


def test_aGateThatTakesItsTimeIsAnnounced(makeWorld: Any) -> None:
    slow: Deferred[Admission] = Deferred()
    world = makeWorld(gates=(FakeGate(slow, AT_ARQ),))
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    peer.received.clear()
    peer.send(arq(2, endpointId, ROOM))
    world.clock.pump([0.1] * 17)
    slow.callback(Admission())
    world.clock.advance(0.1)
    assert [each.name for each in peer.messages()] == ["requestInProgress", "admissionConfirm"]


def test_aGateThatNeverAnswersRefusesTheARQ(makeWorld: Any) -> None:
    world = makeWorld(gates=(FakeGate(Deferred(), AT_ARQ),))
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    peer.received.clear()
    peer.send(arq(2, endpointId, ROOM))
    world.clock.pump([0.1] * 25)
    assert [each.name for each in peer.messages()] == ["requestInProgress", "admissionReject"]
    assert reasonOf(peer.messages()[1]) == "undefinedReason"


def test_whoLeavesWhileAGateThinksIsNotAdmitted(makeWorld: Any) -> None:
    slow: Deferred[Admission] = Deferred()
    world, lease = makeWorld(gates=(FakeGate(slow, AT_ARQ),)), Lease()
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    peer.send(arq(2, endpointId, ROOM))
    world.clock.advance(0.1)
    peer.ask(urq(3, "10.0.0.2", endpointIdentifier=endpointId))
    peer.received.clear()
    slow.callback(Admission(leases=(lease,)))
    world.clock.advance(0.1)
    assert [reasonOf(each) for each in peer.messages()] == ["callerNotRegistered"]
    assert (len(world.zone.admissions), lease.ends) == (0, 1)


def test_whatAGateKeepsEndsWithTheAdmission(makeWorld: Any) -> None:
    lease = Lease()
    world = makeWorld(gates=(FakeGate(Admission(leases=(lease,)), AT_ARQ),))
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    peer.ask(arq(2, endpointId, ROOM))
    assert lease.ends == 0
    peer.ask(drq(3, endpointId))
    assert lease.ends == 1


def test_whatAGateKeepsForACallToNobodyEndsAtOnce(makeWorld: Any) -> None:
    lease = Lease()
    world = makeWorld(gates=(FakeGate(Admission(leases=(lease,)), AT_ARQ),))
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    assert reasonOf(peer.ask(arq(2, endpointId, BERT))) == "calledPartyNotRegistered"
    assert lease.ends == 1


@pytest.mark.parametrize(
    ("priority", "said"),
    [(Priority.HIGH, ""), (Priority.NORMAL, "priorityUnauthorized"), (None, None)],
)
def test_itIsSaidWhetherAPriorityIsGranted(
    priority: Priority | None, said: str | None, makeWorld: Any
) -> None:
    world = makeWorld(gates=(FakeGate(Admission(priority=priority), AT_ARQ),))
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    asked = CallPriority(PriorityValue.EMERGENCY_AUTHORIZED)
    answer = peer.ask(arq(2, endpointId, ROOM, genericData=[designation(asked)]))
    assert answer.name == "admissionConfirm"
    expected = None if said is None else [designation(asked, said)]
    assert answer.fields.get("genericData") == expected
