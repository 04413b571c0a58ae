"""
The walk of what calls really use, between telephones and a gatekeeper with little bandwidth.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from h323d.config.sections import Configuration
from h323d.events.gatekeeper import BandwidthExceeded, RASAdmissionRefused
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.gatekeeper.zone import Zone
from h323d.h323.calls.callstart import StartUpOptions
from h323d.operation.views import told
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from tests.support.simulatedphone import PROFILE, Telephone
from tests.support.simulation import SimulatedServer, Simulation

SERVER = "10.0.0.1"
RAS = TransportAddress(SERVER, 1719)
GRANTED = 640  # less than G.711 in both directions needs
USED = 1280
SLOW_SEPARATE = StartUpOptions(fastStart=False, tunnelling=False)
SLOW_TUNNELLED = StartUpOptions(fastStart=False, tunnelling=True)
FAST_TUNNELLED = StartUpOptions(fastStart=True, tunnelling=True)


class Scene:
    """
    Three telephones, the first of which calls the second.
    """

    def __init__(self, world: Simulation, model: CallModel, **limits: Any) -> None:
        self.world = world
        configuration = Configuration(
            gatekeeper=GatekeeperConfig(bandwidthPerCall=GRANTED, **limits),
            routed=RoutedConfig(model=model),
        )
        self.server: SimulatedServer = world.server(SERVER, configuration)
        self.alice = Telephone(world, "10.0.0.2", "1000", gatekeeper=RAS)
        self.bob = Telephone(world, "10.0.0.3", "2000", gatekeeper=RAS)
        self.carol = Telephone(world, "10.0.0.4", "3000", gatekeeper=RAS)
        for each in (self.alice, self.bob, self.carol):
            each.register()
        world.run(1.0)

    @property
    def zone(self) -> Zone:
        assert self.server.server.zone is not None
        return self.server.server.zone

    def call(self, mode: StartUpOptions = SLOW_SEPARATE) -> None:
        self.alice.call("2000", mode)
        self.world.run(1.0)

    def hold(self, telephone: Telephone, direction: Direction) -> None:
        """
        Let one telephone close, or open again, the channels that it has to.
        """
        assert telephone.leg is not None
        telephone.leg.changeMedia(PROFILE.directed(direction))
        self.world.run(1.0)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation() as world:
        yield world
        world.leave()
        assert world.leftOver() == []


@pytest.mark.parametrize("model", [CallModel.ROUTED_H245, CallModel.PROXIED])
@pytest.mark.parametrize("mode", [SLOW_SEPARATE, SLOW_TUNNELLED, FAST_TUNNELLED])
def test_aCallCountsWithTheChannelsThatItHasOpen(
    mode: StartUpOptions, model: CallModel, world: Simulation
) -> None:
    scene = Scene(world, model)
    scene.call(mode)
    assert scene.zone.bandwidth.used == USED
    scene.hold(scene.alice, Direction.RECVONLY)
    assert scene.zone.bandwidth.used == 640
    scene.hold(scene.alice, Direction.SENDRECV)
    assert scene.zone.bandwidth.used == USED
    scene.alice.hangup()
    world.run(1.0)
    assert scene.zone.bandwidth.used == 0


def test_tunnelledChannelsAreSeenInEveryRoutedModel(world: Simulation) -> None:
    scene = Scene(world, CallModel.ROUTED)
    scene.call(FAST_TUNNELLED)
    assert scene.zone.bandwidth.used == USED


def test_whatPassesUsByCountsWithWhatWasGranted(world: Simulation) -> None:
    scene = Scene(world, CallModel.ROUTED)
    scene.call(SLOW_SEPARATE)
    assert scene.zone.bandwidth.used == GRANTED
    (view,) = told(scene.server.server.operator.calls())
    assert (view["bandwidth"], view["used"]) == (GRANTED, None)


def test_whoeverComesNextGetsWhatIsReallyLeft(world: Simulation) -> None:
    scene = Scene(world, CallModel.ROUTED_H245, totalBandwidth=USED + GRANTED - 1)
    scene.call()
    scene.carol.call("80001")
    world.run(1.0)
    assert scene.carol.cause is not None
    (refused,) = scene.server.told(RASAdmissionRefused)
    assert refused.reason == "requestDenied"
    assert scene.alice.cause is None
    scene.hold(scene.alice, Direction.RECVONLY)
    scene.carol.cause = None
    scene.carol.call("80001")
    world.run(1.0)
    assert scene.carol.cause is None
    assert scene.zone.bandwidth.used == 640 + GRANTED


def test_itIsToldWhoUsesMoreThanWasGranted(world: Simulation) -> None:
    scene = Scene(world, CallModel.ROUTED_H245)
    scene.call()
    told = scene.server.told(BandwidthExceeded)
    assert {each.endpointId for each in told} == {
        each.endpointId for each in scene.zone.registrations() if each.aliases[0].value != "3000"
    }
    assert [(each.granted, each.used) for each in told] == [(GRANTED, USED)] * 2
    assert scene.alice.cause is None


def test_theOperatorSeesWhatACallReallyUses(world: Simulation) -> None:
    scene = Scene(world, CallModel.ROUTED_H245)
    scene.call()
    operator = scene.server.server.operator
    (view,) = told(operator.calls())
    assert (view["bandwidth"], view["used"]) == (GRANTED, USED)
    assert operator.status().bandwidth == USED
    scene.hold(scene.alice, Direction.RECVONLY)
    (view,) = told(operator.calls())
    assert (view["bandwidth"], view["used"]) == (GRANTED, 640)


def test_aTelephoneThatReportsOtherwiseIsNotBelievedWhereAllIsSeen(world: Simulation) -> None:
    scene = Scene(world, CallModel.ROUTED_H245, irrFrequency=5)
    scene.call()
    world.run(10.0)
    (view,) = told(scene.server.server.operator.calls())
    assert view["used"] == USED  # its reports say what it was granted
