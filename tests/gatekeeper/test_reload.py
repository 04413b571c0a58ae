"""
Limits that change while the gatekeeper runs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from h323d.gatekeeper.alternates import AlternateConfig
from h323d.gatekeeper.config import AliasConflict, GatekeeperConfig, PreGranted
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.gatekeeper.traversalconfig import TraversalConfig
from h323d.gatekeeper.upkeep import AT_ONCE
from h323d.h323.ras.messages import RASMessage, reasonOf
from h323d.values.live import inForce
from tests.support.ras import Peer, arq, at, drq, keepAlive, rrq
from tests.support.zone import World

BERT = ("h323-ID", "bert")
ROOM = ("dialledDigits", "80001")


def test_limitsHoldForWhoComesFromNowOn(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    other, otherId = world.registered("10.0.0.3")
    assert peer.ask(arq(2, endpointId, ROOM)).name == "admissionConfirm"
    world.reload(gatekeeper=GatekeeperConfig(maxCalls=1, maxRegistrations=2))
    assert reasonOf(other.ask(arq(2, otherId, ROOM))) == "resourceUnavailable"
    third = world.peer("10.0.0.4").ask(rrq(1, "10.0.0.4"))
    assert reasonOf(third) == "resourceUnavailable"
    assert len(world.zone.registry) == 2
    assert len(world.zone.admissions) == 1


def test_thePolicyOnConflictsChanges(world: World) -> None:
    name = ("h323-ID", "anna")
    world.registered("10.0.0.2", name)
    world.reload(gatekeeper=GatekeeperConfig(aliasConflict=AliasConflict.REPLACE))
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
    world.reload(gatekeeper=GatekeeperConfig(bandwidthPerCall=640, callPollInterval=0))
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
    world.reload(gatekeeper=GatekeeperConfig(bandwidthPerCall=640, callPollInterval=60))
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
    world.reload(gatekeeper=GatekeeperConfig(bandwidthPerCall=640))
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
    world.reload(gatekeeper=GatekeeperConfig(bandwidthPerCall=2000))
    world.clock.advance(0.01)
    assert demands(peer) == []


def test_whatCannotChangeStays() -> None:
    wanted = GatekeeperConfig(gatekeeperIdentifier="other", maxCalls=5)
    now = inForce(GatekeeperConfig(), wanted)
    assert (now.gatekeeperIdentifier, now.maxCalls) == ("h323d", 5)


def test_endpointsThatRegisterAreToldOfOtherAlternates(world: World) -> None:
    world.reload(gatekeeper=GatekeeperConfig(alternates=(AlternateConfig("10.0.0.9", "second"),)))
    answer = world.peer("10.0.0.2").ask(rrq(1, "10.0.0.2"))
    assert answer.fields["alternateGatekeeper"] == [
        {
            "rasAddress": at("10.0.0.9", 1719),
            "gatekeeperIdentifier": "second",
            "needToRegister": True,
            "priority": 0,
        }
    ]


def test_whatIsGrantedBeforehandAndHowOftenCallsAreReportedChanges(world: World) -> None:
    peer, _ = world.registered("10.0.0.2")
    world.reload(gatekeeper=GatekeeperConfig(preGrantedCalls=PreGranted.MAKE, irrFrequency=20))
    answer = peer.ask(rrq(2, "10.0.0.2"))
    assert answer.fields["preGrantedARQ"]["makeCall"]
    assert answer.fields["preGrantedARQ"]["irrFrequencyInCall"] == 20
    admitted = peer.ask(arq(3, answer.fields["endpointIdentifier"], ROOM))
    assert admitted.fields["irrFrequency"] == 20


def test_aCallThatWasGrantedBeforehandEndsThoughNoMoreAreGranted(makeWorld: Any) -> None:
    world = makeWorld(preGrantedCalls=PreGranted.BOTH)
    peer, endpointId = world.registered("10.0.0.2")
    other, otherId = world.registered("10.0.0.3")
    peer.ask(arq(2, endpointId, ROOM))
    world.reload(gatekeeper=GatekeeperConfig())
    assert other.ask(drq(2, otherId)).name == "disengageConfirm"


def test_registrationsLastAsLongAsIsConfiguredNow(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    world.reload(gatekeeper=GatekeeperConfig(timeToLive=60, maxAliases=1))
    assert peer.ask(keepAlive(2, "10.0.0.2", endpointId, timeToLive=500)).fields["timeToLive"] == 60
    names = (("h323-ID", "a"), ("h323-ID", "b"))
    assert reasonOf(world.peer("10.0.0.3").ask(rrq(1, "10.0.0.3", *names))) == "resourceUnavailable"


def test_callsThatBeginFromNowOnAreRoutedAsIsConfiguredNow(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.2")
    world.registered("10.0.0.3", BERT)
    world.reload(routed=RoutedConfig(model=CallModel.ROUTED))
    answer = peer.ask(arq(2, endpointId, BERT))
    assert answer.fields["callModel"] == ("gatekeeperRouted", None)
    assert answer.fields["destCallSignalAddress"] == at("10.0.0.1", 1720)
    world.reload(routed=RoutedConfig())
    other = peer.ask(arq(3, endpointId, BERT, callIdentifier={"guid": b"o" * 16}))
    assert other.fields["callModel"] == ("direct", None)


def test_whetherAddressesAreGuessedChanges(world: World) -> None:
    behind = {"callSignalAddress": [at("192.168.0.5", 1720)]}
    _, endpointId = world.registered("203.0.113.2", **behind)
    world.reload(traversal=TraversalConfig(guess=False))
    _, otherId = world.registered("203.0.113.3", **behind)
    hosts = [world.zone.registry.byId(each) for each in (endpointId, otherId)]
    assert [each.signalling[0].host for each in hosts if each is not None] == [
        "203.0.113.2",
        "192.168.0.5",
    ]
