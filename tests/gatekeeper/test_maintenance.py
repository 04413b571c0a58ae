"""
What endpoints are told while no new calls are taken.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.call.gates import MAINTENANCE
from h323d.call.homes import homeAt
from h323d.events.gatekeeper import RASAdmissionRefused
from h323d.events.server import GatesClosed, GatesOpened
from h323d.gatekeeper.alternates import AlternateConfig, Elsewhere
from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.maintenance import Maintenance
from h323d.h323.ras.messages import RASMessage, encodeRAS, reasonOf
from h323d.h323.ras.transactions import RASRequest
from h323d.values.address import TransportAddress
from tests.support.ras import arq, at, brq, drq, grq, keepAlive, lrq, rrq
from tests.support.zone import World

ANNA = ("h323-ID", "anna")
ROOM = ("dialledDigits", "80001")
ELSEWHERE = {
    "rasAddress": at("10.0.0.99", 1719),
    "gatekeeperIdentifier": "other",
    "needToRegister": True,
    "priority": 0,
}


def test_nobodyNewIsRegistered(world: World) -> None:
    world.gates.close(MAINTENANCE)
    peer = world.peer("10.0.0.2")
    assert reasonOf(peer.ask(rrq(1, "10.0.0.2", ANNA))) == "resourceUnavailable"
    assert reasonOf(peer.ask(grq(2, "10.0.0.2"))) == "resourceUnavailable"
    assert len(world.zone.registry) == 0


def test_noNewCallIsAdmittedOrLocated(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    world.gates.close(MAINTENANCE)
    assert reasonOf(peer.ask(arq(2, endpointId, ROOM))) == "resourceUnavailable"
    assert reasonOf(peer.ask(lrq(3, "10.0.0.2", ROOM))) == "resourceUnavailable"
    (fact,) = world.told(RASAdmissionRefused)
    assert (fact.endpointId, fact.reason) == (endpointId, "resourceUnavailable")
    assert len(world.zone.admissions) == 0


def test_aCallThatWasAdmittedGoesOnToItsEnd(world: World) -> None:
    caller, callerId = world.registered("10.0.0.2", ANNA)
    called, calledId = world.registered("10.0.0.3", ("dialledDigits", "1002"))
    caller.ask(arq(2, callerId, ("dialledDigits", "1002")))
    world.gates.close(MAINTENANCE)
    answer = called.ask(arq(2, calledId, ("dialledDigits", "1002"), answerCall=True))
    assert answer.name == "admissionConfirm"
    assert caller.ask(brq(3, callerId, 640)).name == "bandwidthConfirm"
    assert caller.ask(drq(4, callerId)).name == "disengageConfirm"
    assert called.ask(drq(3, calledId, answeredCall=True)).name == "disengageConfirm"


def test_whoHasNowhereToGoStaysRegistered(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    world.gates.close(MAINTENANCE)
    assert peer.ask(keepAlive(2, "10.0.0.2", endpointId)).name == "registrationConfirm"
    assert peer.ask(rrq(3, "10.0.0.2", ANNA)).name == "registrationConfirm"


def test_aStrangerIsToldThatItIsOne(world: World) -> None:
    world.gates.close(MAINTENANCE)
    answer = world.peer("10.0.0.2").ask(arq(1, "nobody", ROOM))
    assert reasonOf(answer) == "callerNotRegistered"


def test_whenItIsOverAllIsAsBefore(world: World) -> None:
    world.gates.close(MAINTENANCE)
    world.gates.open()
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    assert peer.ask(arq(2, endpointId, ROOM)).name == "admissionConfirm"
    assert [fact.reason for fact in world.told(GatesClosed)] == ["maintenance"]
    assert len(world.told(GatesOpened)) == 1


@pytest.fixture
def alternate(world: World) -> Maintenance:
    """
    Maintenance in a zone that has an alternate.
    """
    world.gates.close(MAINTENANCE)
    identity = Identity(
        "h323d",
        homeAt("10.0.0.1"),
        others=Elsewhere((AlternateConfig("10.0.0.99", "other"),)),
    )
    zone = world.zone
    return Maintenance(
        world.gates,
        identity,
        zone.registry,
        zone.admissions,
        world.clock,
        world.events,
    )


def asked(message: RASMessage, multicast: bool = False) -> RASRequest:
    source = TransportAddress("10.0.0.2", 1719)
    return RASRequest(message, source, encodeRAS(message), multicast)


def test_whoRenewsIsSentToTheAlternate(world: World, alternate: Maintenance) -> None:
    world.gates.open()
    _, endpointId = world.registered("10.0.0.2", ANNA)
    world.gates.close(MAINTENANCE)
    request = asked(keepAlive(2, "10.0.0.2", endpointId))
    assert alternate.turnsAway(request)
    answer = alternate.refuse(request)
    assert answer is not None
    assert encodeRAS(answer)
    assert answer.fields["altGKInfo"] == {
        "alternateGatekeeper": [ELSEWHERE],
        "altGKisPermanent": True,
    }


def test_whoHasACallIsLeftInPeaceUntilItIsOver(world: World, alternate: Maintenance) -> None:
    world.gates.open()
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    peer.ask(arq(2, endpointId, ROOM))
    world.gates.close(MAINTENANCE)
    renewal = asked(keepAlive(3, "10.0.0.2", endpointId))
    assert not alternate.turnsAway(renewal)
    peer.ask(drq(4, endpointId))
    assert alternate.turnsAway(renewal)


def test_aRefusedCallIsNotSentAwayForGood(world: World, alternate: Maintenance) -> None:
    answer = alternate.refuse(asked(arq(2, "somebody", ROOM)))
    assert answer is not None
    assert encodeRAS(answer)
    assert not answer.fields["altGKInfo"]["altGKisPermanent"]


def test_whoAsksTheWholeNetworkHearsNothing(alternate: Maintenance) -> None:
    assert alternate.refuse(asked(grq(1, "10.0.0.2"), multicast=True)) is None


def test_theConfiguredAlternateIsNamed(makeWorld: Any) -> None:
    world = makeWorld(alternates=(AlternateConfig("10.0.0.99"),))
    peer, endpointId = world.registered("10.0.0.2", ANNA)
    world.gates.close(MAINTENANCE)
    answer = peer.ask(keepAlive(2, "10.0.0.2", endpointId))
    (named,) = answer.fields["altGKInfo"]["alternateGatekeeper"]
    assert named["rasAddress"] == at("10.0.0.99", 1719)
    refused = peer.ask(arq(3, endpointId, ROOM))
    assert refused.fields["altGKInfo"]["alternateGatekeeper"] == [named]
