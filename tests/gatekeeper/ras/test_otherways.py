"""
The further ways that ACF and LCF tell of.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.gatekeeper.config import AliasConflict
from h323d.gatekeeper.ras.otherways import MAX_OTHER_WAYS
from h323d.gatekeeper.routing.config import NeighbourConfig, RoutingConfig, StaticRoute
from h323d.h323.ras.messages import RASMessage
from tests.support.ras import Peer, arq, at, lrq

ANNA = ("h323-ID", "anna")
HELP = ("dialledDigits", "110")


def asked(makeWorld: Any, *to: str, **more: Any) -> RASMessage:
    """
    What an endpoint is told that calls 110, which leads to these places.
    """
    world = makeWorld(RoutingConfig(routes=(StaticRoute(name="110", to=to),)))
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    answer: RASMessage = peer.ask(arq(2, endpointId, HELP, **more))
    assert answer.name == "admissionConfirm"
    return answer


def addresses(answer: RASMessage) -> list[Any]:
    return [each["callSignalAddress"] for each in answer.fields["alternateEndpoints"]]


def test_allWaysButTheFirstAreAlternateEndpoints(makeWorld: Any) -> None:
    answer = asked(makeWorld, "192.0.2.1:1720", "192.0.2.2:1721", "192.0.2.3")
    assert answer.fields["destCallSignalAddress"] == at("192.0.2.1", 1720)
    assert addresses(answer) == [[at("192.0.2.2", 1721)], [at("192.0.2.3", 1720)]]
    assert [each["priority"] for each in answer.fields["alternateEndpoints"]] == [0, 1]


def test_oneWayHasNoAlternates(makeWorld: Any) -> None:
    assert "alternateEndpoints" not in asked(makeWorld, "192.0.2.1:1720").fields


def test_aWayIsToldOnce(makeWorld: Any) -> None:
    answer = asked(makeWorld, "192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2")
    assert addresses(answer) == [[at("192.0.2.2", 1720)]]


def test_thereIsAnEndToThem(makeWorld: Any) -> None:
    answer = asked(makeWorld, *(f"192.0.2.{each}" for each in range(1, 20)))
    assert len(addresses(answer)) == MAX_OTHER_WAYS


@pytest.mark.parametrize("mapping", [True, False])
def test_anotherNameIsToldToWhoCanCallByIt(makeWorld: Any, mapping: bool) -> None:
    answer = asked(makeWorld, "192.0.2.1", "h323:desk@192.0.2.2", canMapAlias=mapping)
    (other,) = answer.fields["alternateEndpoints"]
    assert ("aliasAddress" in other) is mapping
    assert other.get("aliasAddress") == ([("url-ID", "h323:desk@192.0.2.2")] if mapping else None)


def test_whereOnlyTheFirstHasAnotherNameTheOthersTellTheOldOne(makeWorld: Any) -> None:
    answer = asked(makeWorld, "h323:desk@192.0.2.1", "192.0.2.2")
    (other,) = answer.fields["alternateEndpoints"]
    assert other["aliasAddress"] == [HELP]


def test_everybodyWhoHasTheNameIsAWay(makeWorld: Any) -> None:
    world = makeWorld(aliasConflict=AliasConflict.ADDITIVE)
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    world.registered("10.0.0.3", HELP)
    world.registered("10.0.0.4", HELP)
    assert addresses(peer.ask(arq(2, endpointId, HELP))) == [[at("10.0.0.4", 1720)]]


def test_aNeighbourIsToldOfThemToo(makeWorld: Any) -> None:
    route = StaticRoute(name="110", to=("192.0.2.1", "192.0.2.2"))
    neighbour = NeighbourConfig("north", "10.0.0.7")
    world = makeWorld(RoutingConfig(routes=(route,), neighbours=(neighbour,)))
    answer = Peer(world.network, "10.0.0.7").ask(lrq(1, "10.0.0.7", HELP))
    assert answer.name == "locationConfirm"
    assert addresses(answer) == [[at("192.0.2.2", 1720)]]


def test_whatANeighbourTellsOfIsToldToWhoCalls(makeWorld: Any) -> None:
    neighbour = NeighbourConfig("north", "10.0.0.7")
    world = makeWorld(RoutingConfig(neighbours=(neighbour,)))
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    north = Peer(world.network, "10.0.0.7")
    peer.received.clear()
    peer.send(arq(2, endpointId, HELP))
    for _ in range(4):
        world.clock.advance(0.05)
    (question,) = north.messages()
    confirm = {
        "requestSeqNum": question.requestSeqNum,
        "callSignalAddress": at("192.0.2.1", 1720),
        "rasAddress": at("10.0.0.7", 1719),
        "alternateEndpoints": [
            {"callSignalAddress": [at("0.0.0.0", 1720)]},
            {"callSignalAddress": [at("192.0.2.2", 1720)]},
            {},
        ],
    }
    north.send(RASMessage("locationConfirm", confirm))
    for _ in range(4):
        world.clock.advance(0.05)
    answer = peer.messages()[-1]
    assert answer.fields["destCallSignalAddress"] == at("192.0.2.1", 1720)
    assert addresses(answer) == [[at("192.0.2.2", 1720)]]
