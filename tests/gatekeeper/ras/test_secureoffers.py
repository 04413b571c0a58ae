"""
Who is told that a side takes calls over TLS.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.gatekeeper.routing.chain import FoundWay
from h323d.gatekeeper.traversalconfig import TraversalConfig
from h323d.h323.ras.messages import RASMessage
from h323d.h323.signalling.features import feature, withFeature
from h323d.h323.signalling.securesignalling import addressIn, offer, speaksOf
from h323d.values.address import TransportAddress
from tests.support.ras import arq, grq, rrq, urq
from tests.support.zone import World

ANNA, BOB = ("h323-ID", "anna"), ("h323-ID", "bob")
ROOM = ("dialledDigits", "80001")
OURS = TransportAddress("10.0.0.1", 1300)
BOBS = TransportAddress("10.0.0.3", 1300)
BOB_PLAIN = TransportAddress("10.0.0.3", 1720)


@pytest.fixture
def world(makeWorld: Any) -> World:
    result: World = makeWorld(securePort=OURS.port)
    return result


def secure(message: RASMessage, address: TransportAddress | None = None) -> RASMessage:
    return RASMessage(message.name, withFeature(message.fields, offer(address)))


def registers(world: World, host: str, *aliases: Any, address: Any = None) -> tuple[Any, str]:
    peer = world.peer(host)
    answer = peer.ask(secure(rrq(1, host, *aliases), address))
    assert answer.name == "registrationConfirm"
    return peer, answer.fields["endpointIdentifier"]


def test_whoAsksIsToldOurAddress(world: World) -> None:
    peer = world.peer("10.0.0.2")
    for message in (grq(1, "10.0.0.2"), rrq(2, "10.0.0.2", ANNA)):
        assert addressIn(peer.ask(secure(message)).fields) == OURS


def test_whoDoesNotAskIsNotTold(world: World) -> None:
    peer = world.peer("10.0.0.2")
    for message in (grq(1, "10.0.0.2"), rrq(2, "10.0.0.2", ANNA)):
        assert not speaksOf(peer.ask(message).fields)


def test_nobodyIsToldWhereThereIsNone(makeWorld: Any) -> None:
    answer = makeWorld().peer("10.0.0.2").ask(secure(grq(1, "10.0.0.2")))
    assert answer.name == "gatekeeperConfirm"
    assert not speaksOf(answer.fields)


def test_aCallerIsToldWhereTheCalledTakesTLS(world: World) -> None:
    registers(world, "10.0.0.3", BOB, address=BOBS)
    peer, endpointId = registers(world, "10.0.0.2", ANNA)
    confirm = peer.ask(secure(arq(3, endpointId, BOB)))
    assert addressIn(confirm.fields) == BOBS
    assert confirm.fields["destCallSignalAddress"][1]["port"] == 1720


def test_orNotWhereItDoesNot(world: World) -> None:
    world.registered("10.0.0.3", BOB)
    peer, endpointId = registers(world, "10.0.0.2", ANNA)
    confirm = peer.ask(secure(arq(3, endpointId, BOB)))
    assert confirm.name == "admissionConfirm"
    assert not speaksOf(confirm.fields)


def test_orNotWhoDoesNotAsk(world: World) -> None:
    registers(world, "10.0.0.3", BOB, address=BOBS)
    peer, endpointId = registers(world, "10.0.0.2", ANNA)
    assert not speaksOf(peer.ask(arq(3, endpointId, BOB)).fields)


def test_aCallToARoomGoesToOurs(world: World) -> None:
    peer, endpointId = registers(world, "10.0.0.2", ANNA)
    assert addressIn(peer.ask(secure(arq(3, endpointId, ROOM))).fields) == OURS


def test_whoLeavesIsForgotten(world: World) -> None:
    peer, _ = registers(world, "10.0.0.3", BOB, address=BOBS)
    peer.ask(urq(2, "10.0.0.3"))
    peer.ask(rrq(3, "10.0.0.3", BOB))
    caller, endpointId = registers(world, "10.0.0.2", ANNA)
    assert not speaksOf(caller.ask(secure(arq(4, endpointId, BOB))).fields)


def test_whoRegistersAnewWithoutItIsForgotten(world: World) -> None:
    peer, _ = registers(world, "10.0.0.3", BOB, address=BOBS)
    assert not speaksOf(peer.ask(rrq(2, "10.0.0.3", BOB)).fields)
    assert world.zone.secureOffers.behind(BOB_PLAIN) is None


@pytest.mark.parametrize("more", [{"keepAlive": True}, {"additiveRegistration": None}])
@pytest.mark.parametrize("speaks", [False, True])
def test_whoOnlyAddsToItsRegistrationIsNot(
    more: dict[str, Any], speaks: bool, world: World
) -> None:
    peer, endpointId = registers(world, "10.0.0.3", BOB, address=BOBS)
    message = rrq(2, "10.0.0.3", ANNA, **more, endpointIdentifier=endpointId)
    assert peer.ask(secure(message) if speaks else message).name == "registrationConfirm"
    assert world.zone.secureOffers.behind(BOB_PLAIN) == BOBS


def test_whoNamesOurAddressHasNone(world: World) -> None:
    registers(world, "10.0.0.3", BOB, address=OURS)
    assert world.zone.secureOffers.behind(BOB_PLAIN) is None


def test_whoIsBehindANATIsNotConnectedTo(makeWorld: Any) -> None:
    world = makeWorld(securePort=OURS.port, traversal=TraversalConfig(enabled=True))
    message = withFeature(rrq(1, "10.0.0.3", BOB).fields, feature(18))
    answer = world.peer("10.0.0.3").ask(secure(RASMessage("registrationRequest", message), BOBS))
    registration = world.zone.registry.byId(answer.fields["endpointIdentifier"])
    assert registration.traversal
    assert (
        world.zone.secureOffers.towards(FoundWay("h323", BOB_PLAIN, registration=registration))
        is None
    )
