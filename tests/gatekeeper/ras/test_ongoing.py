"""
BRQ and DRQ, each from the octets of the request to those of the answer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from h323d.call.applications import Admission, Door, Reason, Refusal
from h323d.events.gatekeeper import BandwidthChanged, RASAdmissionEnded
from h323d.h323.ras.messages import decodeRAS, reasonOf
from h323d.values.cause import Cause
from tests.support.fakegate import FakeGate
from tests.support.lease import Lease
from tests.support.ras import CALL, arq, brq, drq

ANNA = ("h323-ID", "anna")
ROOM = ("dialledDigits", "80001")
AT_BRQ = (Door.BRQ,)


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


def test_aGateJudgesABRQ(makeWorld: Any) -> None:
    gate = FakeGate(Admission(), AT_BRQ)
    peer, endpointId = makeWorld(gates=(gate,)).registered("10.0.0.2")
    peer.ask(arq(2, endpointId, ROOM))
    peer.ask(brq(3, endpointId, 5000))
    (application,) = gate.judged
    assert (application.party, str(application.source)) == (endpointId, "10.0.0.2:1719")
    assert (application.bandwidth, application.callIdentifier) == (500_000, CALL.hex())


def test_aBRQThatAGateRefusesKeepsWhatTheCallHas(makeWorld: Any) -> None:
    world = makeWorld(gates=(FakeGate(Refusal.of(Reason.BANDWIDTH_EXCEEDED), AT_BRQ),))
    peer, endpointId = world.registered("10.0.0.2")
    peer.ask(arq(2, endpointId, ROOM))
    answer = peer.ask(brq(3, endpointId, 5000))
    assert reasonOf(answer) == "insufficientResources"
    assert answer.fields["allowedBandWidth"] == world.zone.bandwidth.used == 1280


@pytest.mark.parametrize(
    ("bandwidth", "allowed"),
    [
        (300_050, 3000),
        (900_000, 5000),  # there is no more for all
        (64_000, 1280),  # which it has
    ],
)
def test_aBRJTellsWhatThereIs(makeWorld: Any, bandwidth: int, allowed: int) -> None:
    refusal = replace(Refusal.of(Reason.BANDWIDTH_EXCEEDED), bandwidth=bandwidth)
    world = makeWorld(gates=(FakeGate(refusal, AT_BRQ),), totalBandwidth=5000)
    peer, endpointId = world.registered("10.0.0.2")
    peer.ask(arq(2, endpointId, ROOM))
    assert peer.ask(brq(3, endpointId, 9000)).fields["allowedBandWidth"] == allowed


def test_aGateMayGrantLessThanABRQAsksFor(makeWorld: Any) -> None:
    world = makeWorld(gates=(FakeGate(Admission(bandwidth=200_000), AT_BRQ),))
    peer, endpointId = world.registered("10.0.0.2")
    peer.ask(arq(2, endpointId, ROOM))
    assert peer.ask(brq(3, endpointId, 5000)).fields["bandWidth"] == 2000


def test_aCallThatEndsWhileAGateThinksGetsNoMore(makeWorld: Any) -> None:
    slow: Deferred[Admission] = Deferred()
    world, lease = makeWorld(gates=(FakeGate(slow, AT_BRQ),)), Lease()
    peer, endpointId = world.registered("10.0.0.2")
    peer.ask(arq(2, endpointId, ROOM))
    peer.send(brq(3, endpointId, 5000))
    world.clock.advance(0.1)
    peer.ask(drq(4, endpointId))
    peer.received.clear()
    slow.callback(Admission(leases=(lease,)))
    world.clock.advance(0.1)
    ((data, _),) = peer.received
    assert reasonOf(decodeRAS(data)) == "invalidConferenceID"
    assert (world.zone.bandwidth.used, lease.ends) == (0, 1)


@pytest.mark.parametrize(("wanted", "ends"), [(3000, 0), (9000, 1)])
def test_whatAGateKeepsForMoreBandwidthEndsIfThereIsNone(
    makeWorld: Any, wanted: int, ends: int
) -> None:
    lease = Lease()
    world = makeWorld(gates=(FakeGate(Admission(leases=(lease,)), AT_BRQ),), totalBandwidth=5000)
    peer, endpointId = world.registered("10.0.0.2")
    peer.ask(arq(2, endpointId, ROOM))
    peer.ask(brq(3, endpointId, wanted))
    assert lease.ends == ends
    peer.ask(drq(4, endpointId))
    assert lease.ends == 1


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
