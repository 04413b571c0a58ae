"""
The walk of a call between two telephones whose signalling goes through the gatekeeper: every
model and start-up mode, sound both ways, failover, and how it ends.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from h323d.call.legs import ILeg
from h323d.config.sections import Configuration
from h323d.events.calls import CallAdmitted, CallAnswered, CallEnded, CallOffered, CallRouted
from h323d.events.gatekeeper import RASAdmissionGranted
from h323d.gatekeeper.routed.call import RoutedCall
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig, RoutedRule
from h323d.gatekeeper.routing.config import RoutingConfig, StaticRoute
from h323d.h323.calls.callstart import StartUpOptions
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation

SERVER = "10.0.0.1"
RAS = TransportAddress(SERVER, 1719)
SIGNALLING = TransportAddress(SERVER, 1720)
ALICE, BOB, NOBODY = 400, 700, 1000  # Hz
AT_ALICE, AT_BOB, AT_CAROL = "10.0.0.2", "10.0.0.3", "10.0.0.4"

MODELS = [CallModel.ROUTED, CallModel.ROUTED_H245, CallModel.PROXIED]
MODES = [StartUpOptions(*each) for each in itertools.product((True, False), repeat=3)]


def modeName(mode: StartUpOptions) -> str:
    words = ["fast" if mode.fastStart else "slow", "tunnelled" if mode.tunnelling else "separate"]
    return "-".join(words + ["early"] * mode.earlyH245)


@dataclass
class Zone:
    """
    A gatekeeper, and two telephones that are registered with it.
    """

    world: Simulation
    server: SimulatedServer
    alice: Telephone
    bob: Telephone

    def call(self, mode: StartUpOptions | None = None) -> None:
        """
        Let Alice call Bob, and both be heard.
        """
        self.alice.call("2000", mode)
        self.world.run(1.0)

    def heard(self) -> tuple[list[int], list[int]]:
        """
        What Alice hears, and what Bob hears.
        """
        tones = (ALICE, BOB, NOBODY)
        return self.alice.heard.heard(tones), self.bob.heard.heard(tones)


class Refusing(Telephone):
    """
    A telephone that takes no calls.
    """

    def __init__(self, world: Simulation, address: str, alias: str, cause: Cause) -> None:
        super().__init__(world, address, alias)
        self._refusal = cause
        self.refused = False

    def legOffered(self, leg: ILeg) -> None:
        leg.observe(self)
        self.refused = True
        leg.reject(self._refusal)


def newZone(world: Simulation, config: RoutedConfig) -> Zone:
    server = world.server(SERVER, replace(Configuration(), routed=config))
    alice = Telephone(world, AT_ALICE, "1000", ALICE, RAS)
    bob = Telephone(world, AT_BOB, "2000", BOB, RAS)
    for each in (alice, bob):
        each.register()
    world.run(1.0)
    return Zone(world, server, alice, bob)


@pytest.fixture
def world() -> Iterator[Simulation]:
    """
    In the end everybody leaves, and nothing is left.
    """
    with Simulation() as world:
        yield world
        world.leave()
        assert world.leftOver() == []


@pytest.mark.parametrize("mode", MODES, ids=modeName)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.value)
def test_twoTelephonesHearEachOther(
    model: CallModel, mode: StartUpOptions, world: Simulation
) -> None:
    zone = newZone(world, RoutedConfig(model=model))
    zone.call(mode)
    assert zone.heard() == ([BOB], [ALICE])
    (call,) = zone.server.server.zone.routed  # type: ignore[union-attr]  # there is a zone
    assert (call.state, call.model) == ("active", model)
    zone.alice.hangup()
    world.run(1.0)
    assert zone.alice.cause is zone.bob.cause is Cause.NORMAL_CALL_CLEARING
    assert len(zone.server.server.zone.routed) == 0  # type: ignore[union-attr]  # there is a zone


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.value)
def test_whatTheModelSaysGoesThroughUs(model: CallModel, world: Simulation) -> None:
    zone = newZone(world, RoutedConfig(model=model))
    zone.call(StartUpOptions(False, False, False))
    between = [
        each
        for each in world.network.streams
        if {each.here[0], each.there[0]} == {AT_ALICE, AT_BOB}
    ]
    assert bool(between) == (model is CallModel.ROUTED)
    relays = zone.server.media.pool.figures()["relays"]
    assert relays == (1 if model is CallModel.PROXIED else 0)


def test_factsTellOfTheCall(world: Simulation) -> None:
    zone = newZone(world, RoutedConfig(model=CallModel.ROUTED))
    zone.call()
    zone.bob.hangup()
    world.run(1.0)
    kinds = (CallOffered, CallAdmitted, CallRouted, CallAnswered, CallEnded)
    assert [type(fact) for fact in zone.server.facts if isinstance(fact, kinds)] == list(kinds)
    (routed,) = zone.server.told(CallRouted)
    assert (routed.model, routed.peer) == ("routed", TransportAddress(AT_BOB, 1720))
    (ended,) = zone.server.told(CallEnded)
    assert (ended.cause, ended.releasedBy) == (Cause.NORMAL_CALL_CLEARING, "called")
    granted = zone.server.told(RASAdmissionGranted)
    assert {(each.model, each.destination) for each in granted} == {("routed", SIGNALLING)}


def calls(zone: Zone) -> list[RoutedCall]:
    """
    The routed calls that there are.
    """
    assert zone.server.server.zone is not None
    return list(zone.server.server.zone.routed)


def routedTo(*hosts: str, **config: Any) -> Configuration:
    """
    A server that knows several ways to 2000.
    """
    route = StaticRoute(name="2000", to=hosts)
    return Configuration(
        routing=RoutingConfig(routes=(route,)),
        routed=RoutedConfig(model=CallModel.ROUTED, **config),
    )


@pytest.mark.parametrize("first", ["10.0.0.99", AT_CAROL], ids=["nobodyThere", "refused"])
def test_theNextWayIsTriedWhereOneFails(first: str, world: Simulation) -> None:
    server = world.server(SERVER, routedTo(first, AT_BOB))
    alice = Telephone(world, AT_ALICE, "1000", ALICE, RAS)
    bob = Telephone(world, AT_BOB, "2000", BOB)
    carol = Refusing(world, AT_CAROL, "3000", Cause.DESTINATION_OUT_OF_ORDER)
    alice.register()
    world.run(1.0)
    alice.call("2000")
    world.run(9.0)
    assert alice.heard.heard((ALICE, BOB)) == [BOB]
    assert [each.peer.host for each in server.told(CallRouted)] == [first, AT_BOB]
    assert (first == AT_CAROL) == bool(carol.refused)
    assert bob.reports[0] == "offered"


def test_aRefusalThatIsMeantIsPassedOn(world: Simulation) -> None:
    server = world.server(SERVER, routedTo(AT_CAROL, AT_BOB))
    alice = Telephone(world, AT_ALICE, "1000", ALICE, RAS)
    Telephone(world, AT_BOB, "2000", BOB)
    Refusing(world, AT_CAROL, "3000", Cause.USER_BUSY)
    alice.register()
    world.run(1.0)
    alice.call("2000")
    world.run(2.0)
    assert alice.cause is Cause.USER_BUSY
    assert len(server.told(CallRouted)) == 1
    (ended,) = server.told(CallEnded)
    assert (ended.cause, ended.releasedBy) == (Cause.USER_BUSY, "called")


def test_aCallThatLeadsNowhereEndsWithTheLastReason(world: Simulation) -> None:
    server = world.server(SERVER, routedTo("10.0.0.98", "10.0.0.99"))
    alice = Telephone(world, AT_ALICE, "1000", ALICE, RAS)
    alice.register()
    world.run(1.0)
    alice.call("2000")
    world.run(20.0)
    assert alice.cause is Cause.DESTINATION_OUT_OF_ORDER
    assert len(server.told(CallRouted)) == 2
    assert len(server.told(CallEnded)) == 1


@pytest.mark.parametrize("by", ["alice", "bob"])
def test_whoeverHangsUpBothAreReleased(by: str, world: Simulation) -> None:
    zone = newZone(world, RoutedConfig(model=CallModel.PROXIED))
    zone.call()
    getattr(zone, by).hangup()
    world.run(1.0)
    assert zone.alice.cause is zone.bob.cause is Cause.NORMAL_CALL_CLEARING
    (ended,) = zone.server.told(CallEnded)
    assert ended.releasedBy == {"alice": "calling", "bob": "called"}[by]
    assert calls(zone) == []
    assert zone.server.media.pool.figures()["relays"] == 0


def test_theCallerMayGiveUpWhileTheGatekeeperIsTrying(world: Simulation) -> None:
    server = world.server(SERVER, routedTo("10.0.0.99"))
    alice = Telephone(world, AT_ALICE, "1000", ALICE, RAS)
    alice.register()
    world.run(1.0)
    alice.call("2000")
    world.until(lambda: server.told(CallRouted))
    alice.hangup()
    world.run(1.0)
    (ended,) = server.told(CallEnded)
    assert ended.releasedBy == "calling"


def test_anOperatorEndsACall(world: Simulation) -> None:
    zone = newZone(world, RoutedConfig(model=CallModel.ROUTED))
    zone.call()
    (call,) = calls(zone)
    assert zone.server.server.zone is not None
    assert zone.server.server.zone.routed.hangup(call.callId)
    world.run(1.0)
    assert zone.alice.cause is zone.bob.cause is Cause.NORMAL_CALL_CLEARING
    (ended,) = zone.server.told(CallEnded)
    assert ended.releasedBy == "server"


def test_aServerThatStopsReleasesItsCalls(world: Simulation) -> None:
    zone = newZone(world, RoutedConfig(model=CallModel.ROUTED))
    zone.call()
    zone.server.stop()
    world.run(2.0)
    assert zone.alice.cause is zone.bob.cause is Cause.NORMAL_CALL_CLEARING


def test_whoIsNotRegisteredIsNotRoutedAnywhere(world: Simulation) -> None:
    zone = newZone(world, RoutedConfig(model=CallModel.ROUTED))
    eve = Telephone(world, "10.0.0.66", "6666", NOBODY)
    eve.call("2000", destination=SIGNALLING)
    world.run(1.0)
    assert eve.cause is Cause.NO_ROUTE_TO_DESTINATION
    assert zone.bob.reports == []


def test_whoIsNotRegisteredIsRoutedWhereThatIsWanted(world: Simulation) -> None:
    zone = newZone(world, RoutedConfig(model=CallModel.ROUTED, acceptUnregistered=True))
    eve = Telephone(world, "10.0.0.66", "6666", NOBODY)
    eve.call("2000", destination=SIGNALLING)
    world.run(1.0)
    assert eve.heard.heard((BOB, NOBODY)) == [BOB]
    assert zone.bob.heard.heard((BOB, NOBODY)) == [NOBODY]


def test_aRoomIsReachedAsEver(world: Simulation) -> None:
    zone = newZone(world, RoutedConfig(model=CallModel.PROXIED))
    zone.alice.call("80001")
    zone.bob.call("80001")
    world.run(1.5)
    assert zone.heard() == ([BOB], [ALICE])
    assert calls(zone) == []


def test_aRuleForOneEndpointRoutesItsCalls(world: Simulation) -> None:
    rule = RoutedRule(CallModel.PROXIED, aliases=("2000",))
    zone = newZone(world, RoutedConfig(rules=(rule,)))
    zone.call()
    (call,) = calls(zone)
    assert call.model is CallModel.PROXIED
    assert zone.heard() == ([BOB], [ALICE])


def test_theSameTraceTwice() -> None:
    def run() -> str:
        with Simulation(7) as world:
            zone = newZone(world, RoutedConfig(model=CallModel.PROXIED))
            zone.call(StartUpOptions(False, False, False))
            zone.bob.hangup()
            world.leave()
            assert len(world.trace.entries) > 100
            return world.trace.digest()

    assert run() == run()
