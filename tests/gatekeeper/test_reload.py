"""
Limits that change while the gatekeeper runs.
"""

from __future__ import annotations

from dataclasses import fields, replace

from h323d.gatekeeper.config import LIVE, AliasConflict, GatekeeperConfig
from h323d.gatekeeper.upkeep import AT_ONCE
from h323d.h323.ras.messages import RASMessage, reasonOf
from tests.support.ras import Peer, arq, rrq
from tests.support.zone import World

ROOM = ("dialledDigits", "80001")


def test_whatCanChangeIsAKey() -> None:
    assert {each.name for each in fields(GatekeeperConfig)} >= LIVE


def test_limitsHoldForWhoComesFromNowOn(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    other, otherId = world.registered("10.0.0.3")
    assert peer.ask(arq(2, endpointId, ROOM)).name == "admissionConfirm"
    world.zone.reload(GatekeeperConfig(maxCalls=1, maxRegistrations=2))
    assert reasonOf(other.ask(arq(2, otherId, ROOM))) == "resourceUnavailable"
    third = world.peer("10.0.0.4").ask(rrq(1, "10.0.0.4"))
    assert reasonOf(third) == "resourceUnavailable"
    assert len(world.zone.registry) == 2
    assert len(world.zone.admissions) == 1


def test_thePolicyOnConflictsChanges(world: World) -> None:
    name = ("h323-ID", "anna")
    world.registered("10.0.0.2", name)
    world.zone.reload(GatekeeperConfig(aliasConflict=AliasConflict.REPLACE))
    assert world.peer("10.0.0.3").ask(rrq(9, "10.0.0.3", name)).name == "registrationConfirm"


def confirmed(peer: Peer, bandwidth: int) -> None:
    """
    An endpoint agrees to the last that it was asked.
    """
    demand = demands(peer)[-1]
    confirm = {"requestSeqNum": demand.requestSeqNum, "bandWidth": bandwidth}
    peer.send(replace(demand, name="bandwidthConfirm", fields=confirm))


def demands(peer: Peer) -> list[RASMessage]:
    """
    What an endpoint was asked to use less by.
    """
    return [each for each in peer.messages() if each.name == "bandwidthRequest"]


def test_aCallThatHasMoreThanItMayIsToldToUseLessAtOnce(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    peer.ask(arq(2, endpointId, ROOM, bandWidth=1280))
    peer.received.clear()
    world.zone.reload(GatekeeperConfig(bandwidthPerCall=640, callPollInterval=0))
    world.clock.advance(0.01)
    (demand,) = demands(peer)
    assert demand.fields["bandWidth"] == 640
    assert world.zone.bandwidth.used == 1280
    confirmed(peer, 640)
    world.clock.advance(0.01)
    assert world.zone.bandwidth.used == 640


def test_whoDidNotComplyIsRemindedWithThePoll(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    peer.ask(arq(2, endpointId, ROOM, bandWidth=1280))
    world.zone.reload(GatekeeperConfig(bandwidthPerCall=640, callPollInterval=60))
    for _ in range(40):
        world.clock.advance(1)
    peer.received.clear()
    for _ in range(21):
        world.clock.advance(1)
    assert len(demands(peer)) == 1


def test_theyAreToldAPortionAtATime(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    for number in range(AT_ONCE + 1):
        call = {"guid": number.to_bytes(16)}
        message = arq(2 + number, endpointId, ROOM, bandWidth=1280, callIdentifier=call)
        assert peer.ask(message).name == "admissionConfirm"
    peer.received.clear()
    world.zone.reload(GatekeeperConfig(bandwidthPerCall=640))
    world.clock.advance(0.01)
    assert len(demands(peer)) == AT_ONCE
    peer.received.clear()
    world.clock.advance(1)
    world.clock.advance(0.01)
    assert len(demands(peer)) == 1


def test_whoKeepsToTheLimitIsAskedNothing(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    peer.ask(arq(2, endpointId, ROOM, bandWidth=1280))
    peer.received.clear()
    world.zone.reload(GatekeeperConfig(bandwidthPerCall=2000))
    world.clock.advance(0.01)
    assert demands(peer) == []


def test_whatCannotChangeStays(world: World) -> None:
    wanted = GatekeeperConfig(gatekeeperIdentifier="other", maxCalls=5)
    inForce = world.zone.reload(wanted)
    assert (inForce.gatekeeperIdentifier, inForce.maxCalls) == ("h323d", 5)
