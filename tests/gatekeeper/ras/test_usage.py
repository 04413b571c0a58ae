"""
When a call was answered, as its endpoints tell it.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.events.gatekeeper import CallUsageTold
from h323d.gatekeeper.ras.usage import answeredIn
from h323d.h323.ras.messages import Fields
from tests.support.ras import H225_V4, arq, brq, drq, irr

ANNA, BERT = ("h323-ID", "anna"), ("h323-ID", "bert")
ROOM = ("dialedDigits", "80001")
CAPABLE: Fields = {
    "usageReportingCapability": {
        "nonStandardUsageTypes": [], "startTime": None, "endTime": None
    }
}  # fmt: skip
SINCE, NOW = 1000.5, 1060.5


def usage(**times: int) -> Fields:
    return {"usageInformation": {"nonStandardUsageFields": [], **times}}


@pytest.fixture
def world(makeWorld: Any) -> Any:
    return makeWorld()


@pytest.mark.parametrize(
    ("told", "answered"),
    [
        ({}, None),
        (usage(), None),
        (usage(alertingTime=1005), None),
        (usage(connectTime=1010), 1010.0),
        (usage(connectTime=1), SINCE),
        (usage(connectTime=2000), NOW),
        (usage(connectTime=4294967295), NOW),
        (usage(endTime=1060), None),
        (usage(connectTime=1020, endTime=1060), NOW - 40),
        (usage(connectTime=500_020, endTime=500_060), NOW - 40),
        (usage(connectTime=1, endTime=4294967295), SINCE),
        (usage(connectTime=1060, endTime=1020), None),
    ],
)
def test_whatIsToldIsBroughtIntoWhatIsPossible(told: Fields, answered: float | None) -> None:
    assert answeredIn(told, SINCE, NOW) == answered


def usageSpecOf(world: Any, **registered: Any) -> Any:
    world.registered("10.0.0.3", BERT)
    peer, endpointId = world.registered("10.0.0.2", ANNA, **registered)
    answer = peer.ask(arq(2, endpointId, BERT))
    assert answer.name == "admissionConfirm"
    return answer.fields.get("usageSpec")


def test_whoCanTellIsAskedForIt(world: Any) -> None:
    (wanted,) = usageSpecOf(world, **CAPABLE)
    assert wanted["callStartingPoint"] == {"connect": None}
    assert wanted["when"] == {"end": None, "inIrr": None}
    assert {"startTime", "endTime"} <= wanted["required"].keys()


def test_whoDoesNotSayThatItCanTellIsNotAsked(world: Any) -> None:
    assert usageSpecOf(world) is None


def test_whoKnowsOnlyItsTerminationCauseIsNotAsked(world: Any) -> None:
    only: Fields = {"nonStandardUsageTypes": [], "terminationCause": None}
    assert usageSpecOf(world, usageReportingCapability=only) is None


def test_anEndpointOfAnOlderVersionIsNotAsked(world: Any) -> None:
    older = (*H225_V4[:-1], 3)
    assert usageSpecOf(world, protocolIdentifier=older, **CAPABLE) is None


@pytest.mark.parametrize("name", ["BRQ", "DRQ", "IRR"])
def test_whatIsToldIsAFact(world: Any, name: str) -> None:
    world.registered("10.0.0.3", BERT)
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    request = arq(2, endpointId, BERT)
    peer.ask(request)
    admitted = world.clock.seconds()
    world.clock.advance(20)
    told = usage(connectTime=int(admitted) + 10)
    if name == "BRQ":
        peer.ask(brq(3, endpointId, 640, **told))
    elif name == "DRQ":
        peer.ask(drq(3, endpointId, **told))
    else:
        named = ("conferenceID", "callReferenceValue", "callIdentifier", "bandWidth")
        info = {key: request.fields[key] for key in named} | told
        info |= {
            "originator": True,
            "h245": {},
            "callSignalling": {},
            "callType": ("pointToPoint", None),
            "callModel": ("direct", None),
            "substituteConfIDs": [],
        }
        peer.send(irr(3, "10.0.0.2", endpointId, perCallInfo=[info]))
        world.clock.advance(1)
    (fact,) = world.told(CallUsageTold)
    assert (fact.endpointId, fact.answerCall) == (endpointId, False)
    assert fact.answered == int(admitted) + 10


def test_ofACallThatIsNotAdmittedNothingIsTold(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    peer.ask(drq(3, endpointId, **usage(connectTime=1)))
    assert world.told(CallUsageTold) == []
