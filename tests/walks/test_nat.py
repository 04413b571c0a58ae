"""
The walk of calls to and from telephones behind a NAT, with sound both ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from h323d.config.sections import Configuration
from h323d.gatekeeper.config import AliasConflict, GatekeeperConfig
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.config import H323Config
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.nat import NAT
from tests.support.ras import Peer, rrq
from tests.support.simulatedphone import Telephone
from tests.support.simulation import SimulatedServer, Simulation

SERVER = "203.0.113.1"
RAS = TransportAddress(SERVER, 1719)
PUBLIC = "198.51.100.7"
AT_ALICE, AT_CAROL = "192.168.1.5", "192.168.1.6"
AT_BOB, AT_DAVE = "203.0.113.3", "203.0.113.4"
ALICE, BOB = 400, 700  # Hz

MODES = [
    StartUpOptions(True, True),
    StartUpOptions(False, True),
    StartUpOptions(False, False),
    StartUpOptions(True, False),
]


def modeName(mode: StartUpOptions) -> str:
    return (
        f"{'fast' if mode.fastStart else 'slow'}-{'tunnelled' if mode.tunnelling else 'separate'}"
    )


@pytest.fixture
def world() -> Iterator[Simulation]:
    """
    In the end everybody leaves, and nothing is left.
    """
    with Simulation() as world:
        yield world
        world.leave()
        assert world.leftOver() == []


def server(world: Simulation, routed: RoutedConfig | None = None) -> SimulatedServer:
    return world.server(SERVER, replace(Configuration(), routed=routed or RoutedConfig()))


def register(world: Simulation, *phones: Telephone) -> None:
    for each in phones:
        each.register()
    world.run(1.0)
    assert [each.registrations for each in phones] == [["registered"]] * len(phones)


def assertTheyHear(one: Telephone, other: Telephone) -> None:
    tones = (ALICE, BOB)
    assert (one.heard.heard(tones), other.heard.heard(tones)) == ([other.tone], [one.tone])


@pytest.mark.parametrize("calls", [True, False], ids=["calls", "is called"])
@pytest.mark.parametrize("mode", MODES, ids=modeName)
def test_aTelephoneBehindANATIsHeardAndHears(
    mode: StartUpOptions, calls: bool, world: Simulation
) -> None:
    server(world)
    NAT(world.network, PUBLIC).traversalHost(AT_ALICE)
    alice = Telephone(world, AT_ALICE, "1000", ALICE, RAS)
    bob = Telephone(world, AT_BOB, "2000", BOB, RAS)
    register(world, alice, bob)
    if calls:
        alice.call("2000", mode)
    else:
        bob.call("1000", mode)
    world.run(2.0)
    assertTheyHear(alice, bob)
    (bob if calls else alice).hangup()
    world.run(1.0)
    assert alice.cause is bob.cause is Cause.NORMAL_CALL_CLEARING


@pytest.mark.parametrize("mode", MODES, ids=modeName)
def test_twoBehindTheSameNATTalk(mode: StartUpOptions, world: Simulation) -> None:
    server(world)
    nat = NAT(world.network, PUBLIC)
    nat.traversalHost(AT_ALICE)
    nat.traversalHost(AT_CAROL)
    alice = Telephone(world, AT_ALICE, "1000", ALICE, RAS)
    carol = Telephone(world, AT_CAROL, "3000", BOB, RAS)
    register(world, alice, carol)
    alice.call("3000", mode)
    world.run(2.0)
    assertTheyHear(alice, carol)


def test_oneThatKnowsNothingOfNATsCallsByAProxy(world: Simulation) -> None:
    server(world, RoutedConfig(model=CallModel.PROXIED))
    NAT(world.network, PUBLIC).host(AT_ALICE)
    alice = Telephone(world, AT_ALICE, "1000", ALICE, RAS)
    bob = Telephone(world, AT_BOB, "2000", BOB, RAS)
    register(world, alice, bob)
    alice.call("2000", StartUpOptions(True, True))
    world.run(2.0)
    assertTheyHear(alice, bob)


def test_aCallerInADirectZoneIsTakenThroughUsForItsSake(world: Simulation) -> None:
    host = server(world)
    NAT(world.network, PUBLIC).traversalHost(AT_ALICE)
    alice = Telephone(world, AT_ALICE, "1000", ALICE, RAS)
    bob = Telephone(world, AT_BOB, "2000", BOB, RAS)
    register(world, alice, bob)
    bob.call("1000")
    world.run(1.0)
    assert host.server.zone is not None
    (call,) = host.server.zone.routed
    assert call.model is CallModel.PROXIED
    assert host.media.pool.figures()["relays"] == 1


def test_theNextWayMayLeadBehindANAT(world: Simulation) -> None:
    shared = GatekeeperConfig(aliasConflict=AliasConflict.ADDITIVE)
    routed = RoutedConfig(model=CallModel.PROXIED)
    world.server(SERVER, replace(Configuration(), gatekeeper=shared, routed=routed))
    NAT(world.network, PUBLIC).traversalHost(AT_ALICE)
    world.run(0.1)
    gone = Peer(world.network, AT_DAVE, peer=RAS)  # registered, but takes no calls
    answer = gone.ask(rrq(1, AT_DAVE, ("dialledDigits", "1000")))
    assert answer.name == "registrationConfirm"
    bob = Telephone(world, AT_BOB, "2000", BOB, RAS)
    alice = Telephone(world, AT_ALICE, "1000", ALICE, RAS)
    register(world, alice, bob)
    bob.call("1000", StartUpOptions(False, False))
    world.run(5.0)
    assertTheyHear(alice, bob)
    gone.port.close()


def test_aTelephoneThatIsGoneIsNotWaitedForLong(world: Simulation) -> None:
    host = server(world)
    nat = NAT(world.network, PUBLIC)
    nat.traversalHost(AT_ALICE)
    alice = Telephone(world, AT_ALICE, "1000", ALICE, RAS)
    bob = Telephone(world, AT_BOB, "2000", BOB, RAS)
    register(world, alice, bob)
    world.network.filters.append(lambda source, destination, data: destination[0] != PUBLIC)
    bob.call("1000")
    world.run(15.0)
    assert bob.cause is not None
    assert host.server.zone is not None
    assert len(host.server.zone.dialBacks) == 0
    world.network.filters.clear()


@pytest.mark.parametrize("first", [True, False], ids=["first", "second"])
@pytest.mark.parametrize("mode", MODES, ids=modeName)
def test_theOperatorCallsATelephoneBehindANAT(
    mode: StartUpOptions, first: bool, world: Simulation
) -> None:
    h323 = H323Config(fastStart=mode.fastStart, tunnelling=mode.tunnelling)
    host = world.server(SERVER, replace(Configuration(), h323=h323))
    NAT(world.network, PUBLIC).traversalHost(AT_ALICE)
    alice = Telephone(world, AT_ALICE, "1000", ALICE, RAS)
    bob = Telephone(world, AT_BOB, "2000", BOB, RAS)
    register(world, alice, bob)
    host.server.operator.call(*(("1000", "2000") if first else ("2000", "1000")))
    world.run(3.0)
    assertTheyHear(alice, bob)
    alice.hangup()
    world.run(1.0)
    assert alice.cause is bob.cause is Cause.NORMAL_CALL_CLEARING


def test_theOperatorDoesNotWaitLongForOneThatIsGone(world: Simulation) -> None:
    host = server(world)
    NAT(world.network, PUBLIC).traversalHost(AT_ALICE)
    alice = Telephone(world, AT_ALICE, "1000", ALICE, RAS)
    register(world, alice)
    world.network.filters.append(lambda source, destination, data: destination[0] != PUBLIC)
    host.server.operator.call("1000", "1000")
    world.run(15.0)
    assert host.server.h323 is not None
    assert not len(host.server.h323.legs)
    assert host.server.conference.rooms == {}
    assert host.server.zone is not None
    assert len(host.server.zone.dialBacks) == 0
    world.network.filters.clear()


def test_hangingUpOnOneThatHasNotConnectedYetWaitsForItNoMore(world: Simulation) -> None:
    host = server(world)
    NAT(world.network, PUBLIC).traversalHost(AT_ALICE)
    alice = Telephone(world, AT_ALICE, "1000", ALICE, RAS)
    bob = Telephone(world, AT_BOB, "2000", BOB, RAS)
    register(world, alice, bob)
    world.network.filters.append(lambda source, destination, data: destination[0] != PUBLIC)
    host.server.operator.call("2000", "1000")
    assert host.server.zone is not None
    dialBacks = host.server.zone.dialBacks
    world.until(lambda: len(dialBacks) == 1)
    bob.hangup()
    world.run(0.5)
    assert len(dialBacks) == 0
    world.network.filters.clear()
