"""
ARQ, BRQ and DRQ, each from the octets of the request to those of the answer.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.events.gatekeeper import (
    BandwidthChanged,
    BandwidthExceeded,
    RASAdmissionEnded,
    RASAdmissionGranted,
    RASAdmissionRefused,
)
from h323d.h323.ras.messages import reasonOf
from h323d.values.cause import Cause
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


# --- BRQ


def test_aCallCanHaveMoreBandwidthWhileThereIsSome(makeWorld: Any) -> None:
    world = makeWorld(totalBandwidth=5000)
    peer, endpointId = world.registered("10.0.0.2")
    peer.ask(arq(2, endpointId, ROOM))
    assert peer.ask(brq(3, endpointId, 5000)).fields["bandWidth"] == 5000
    assert world.told(BandwidthChanged)[0].bandwidth == 5000
    answer = peer.ask(brq(4, endpointId, 5001))
    assert reasonOf(answer) == "insufficientResources"
    assert answer.fields["allowedBandWidth"] == 5000
    assert world.zone.bandwidth.used == 5000


def test_aBRQThatIsNotTheCallersOwnIsRefused(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    other, otherId = world.registered("10.0.0.3")
    peer.ask(arq(2, endpointId, ROOM))
    answers = [
        other.ask(brq(2, endpointId, 1)),
        other.ask(brq(3, otherId, 1)),
        other.ask(brq(4, "nobody", 1)),
    ]
    assert [reasonOf(each) for each in answers] == [
        "invalidPermission",
        "invalidConferenceID",
        "notBound",
    ]
    assert world.zone.bandwidth.used == 1280


# --- DRQ


def test_aSpoofedDRQIsRefused(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    attacker, attackerId = world.registered("10.0.0.66")
    peer.ask(arq(2, endpointId, ROOM))
    answers = [attacker.ask(drq(2, endpointId)), attacker.ask(drq(3, attackerId))]
    assert [reasonOf(each) for each in answers] == ["requestToDropOther"] * 2
    assert len(world.zone.admissions) == 1


def test_aDRQOfAStrangerIsRefused(world: Any) -> None:
    assert reasonOf(world.peer("10.0.0.2").ask(drq(1, "nobody"))) == "notRegistered"


def test_aCallThatNobodyKnowsIsOver(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    assert peer.ask(drq(2, endpointId)).name == "disengageConfirm"
    assert world.told(RASAdmissionEnded) == []


def test_aDRQNeedNotSayWhichSideItIs(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    peer.ask(arq(2, endpointId, answerCall=True))
    peer.ask(drq(3, endpointId, answeredCall=False))
    assert len(world.zone.admissions) == 0


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        ({}, None),
        ({"terminationCause": ("releaseCompleteReason", ("inConf", None))}, Cause.USER_BUSY),
        (
            {"terminationCause": ("releaseCompleteCauseIE", b"\x80\x90")},
            Cause.NORMAL_CALL_CLEARING,
        ),
        ({"terminationCause": ("releaseCompleteCauseIE", b"\x00\x00")}, None),
    ],
)
def test_aDRQTellsWhyTheCallEnded(world: Any, told: Any, cause: Cause | None) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    peer.ask(arq(2, endpointId, ROOM))
    peer.ask(drq(3, endpointId, **told))
    (fact,) = world.told(RASAdmissionEnded)
    assert (fact.cause, fact.disengaged, fact.answerCall) == (cause, True, False)


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
