"""
RAI, SCI, and what no gatekeeper knows.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.gatekeeper.config import GatekeeperConfig, PreGranted
from tests.support.ras import CALL, arq, at, drq, gateway, irr, rai, rrq, sci

ANNA = ("h323-ID", "anna")
BERT = ("h323-ID", "bert")


def test_anExhaustedGatewayComesLastUntilItHasResourcesAgain(world: Any) -> None:
    first, one = world.registered("10.0.0.2", ANNA, terminalType=gateway("9"))
    _, two = world.registered("10.0.0.3", BERT, terminalType=gateway("9"))

    def order() -> list[str]:
        return [each.endpointId for each in world.zone.registry.byPrefix("90")]

    assert order() == [one, two]
    confirm = first.ask(rai(9, one, True))
    assert confirm.name == "resourcesAvailableConfirm"
    assert confirm.fields["protocolIdentifier"] == (0, 0, 8, 2250, 0, 7)
    assert order() == [two, one]
    first.ask(rai(10, one, False))
    assert order() == [one, two]


def test_aGatewayThatRegistersAgainIsStillExhaustedUnlessItWasRestarted(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA, terminalType=gateway("9"))
    peer.ask(rai(9, endpointId, True))
    peer.ask(rrq(10, "10.0.0.2", ANNA, terminalType=gateway("9")))
    assert world.zone.registry.byId(endpointId).exhausted
    peer.ask(rrq(11, "10.0.0.2", ANNA, terminalType=gateway("9"), restart=None))
    assert not world.zone.registry.byId(endpointId).exhausted


def test_nobodySaysOfAnotherThatItIsExhausted(world: Any) -> None:
    _, endpointId = world.registered("10.0.0.2", ANNA, terminalType=gateway("9"))
    stranger = world.peer("10.0.0.66")
    stranger.send(rai(1, endpointId, True))
    stranger.send(rai(2, "nobody", True))
    world.clock.pump([0.01] * 10)
    assert stranger.received == []
    assert not world.zone.registry.byId(endpointId).exhausted


@pytest.mark.parametrize(
    ("reasons", "result"),
    [
        (("open",), "notAvailable"),
        (("refresh", "close"), "notAvailable"),
        (("close", "close"), "stopped"),
        ((), "notAvailable"),
    ],
)
def test_aServiceControlSessionIsNeverThere(
    world: Any, reasons: tuple[str, ...], result: str
) -> None:
    response = world.peer("10.0.0.2").ask(sci(3, *reasons))
    assert response.name == "serviceControlResponse"
    assert response.fields == {"requestSeqNum": 3, "result": (result, None)}


# --- reports


def test_endpointsAreToldHowOftenToReport(makeWorld: Any) -> None:
    world = makeWorld(irrFrequency=120)
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    world.registered("10.0.0.3", BERT)
    assert peer.ask(arq(9, endpointId, BERT)).fields["irrFrequency"] == 120


def test_endpointsAreNotToldToReportByDefault(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    world.registered("10.0.0.3", BERT)
    confirm = peer.ask(arq(9, endpointId, BERT))
    assert "irrFrequency" not in confirm.fields
    assert confirm.fields["willRespondToIRR"]


def test_theFrequencyOfReportsHasToFit() -> None:
    with pytest.raises(ValueError, match=r"^irrFrequency: "):
        GatekeeperConfig(irrFrequency=65536)


def test_aReportOfACallThatNobodyAskedForIsTaken(world: Any) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    info = {
        "callReferenceValue": 7,
        "conferenceID": bytes(16),
        "h245": {},
        "callSignalling": {},
        "callType": ("pointToPoint", None),
        "bandWidth": 640,
        "callModel": ("direct", None),
        "callIdentifier": {"guid": CALL},
        "substituteConfIDs": [],
    }
    answer = peer.ask(irr(9, "10.0.0.2", endpointId, perCallInfo=[info]))
    assert answer.name == "infoRequestAck"
    assert len(world.zone.admissions) == 0


# --- calls granted beforehand


def test_theAnsweringSideOfACallEndsItsOwnSideOnly(makeWorld: Any) -> None:
    world = makeWorld(preGrantedCalls=PreGranted.ANSWER)
    anna, caller = world.registered("10.0.0.2", ANNA)
    bert, callee = world.registered("10.0.0.3", BERT)
    confirm = anna.ask(arq(9, caller, BERT))
    assert confirm.fields["destCallSignalAddress"] == at("10.0.0.3", 1720)
    assert bert.ask(drq(9, callee, answeredCall=True)).name == "disengageConfirm"
    assert [each.claim.endpointId for each in world.zone.admissions] == [caller]
