"""
The walk of a guardian who was admitted for little, and opens more.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from h323d.events.calls import CallEnded
from h323d.h323.calls.callstart import StartUpOptions
from h323d.values.cause import Cause
from h323d.values.media.direction import Direction
from tests.support.guardedhouse import ANNA, RAS, House
from tests.support.guardians import entry
from tests.support.modestphone import ModestTelephone
from tests.support.ras import arq
from tests.support.simulatedphone import PROFILE
from tests.support.simulation import Simulation

SLOW = StartUpOptions(fastStart=False)
FAST = StartUpOptions(fastStart=True)
USUAL = 1280
NO_QUOTA = ("OLC", "BANDWIDTH_EXCEEDED", "quota")
NO_POOL = ("OLC", "CAPACITY_EXCEEDED", "poolEmpty")


class Scene:
    """
    Such a telephone, with a guarded server.
    """

    def __init__(self, world: Simulation, file: Path) -> None:
        self.world = world
        self.house = House(world, file, pool=256_000)
        self.phone = ModestTelephone(world, "10.0.0.7", "1007", gatekeeper=RAS)

    def call(
        self,
        quota: int,
        direction: Direction = Direction.SENDRECV,
        options: StartUpOptions = SLOW,
    ) -> None:
        bert = entry(
            "bert",
            public_key="",
            proof="address",
            addresses="10.0.0.7",
            aliases="e164:1007",
            bandwidth_quota_bps=str(quota),
        )
        self.house.write(ANNA, bert)
        self.world.run(6.0)
        self.phone.register()
        self.world.run(1.0)
        self.phone.call("80001", options, profile=PROFILE.directed(direction))
        self.world.run(1.0)

    def othersTake(self, bandwidth: int) -> str:
        """
        How the gatekeeper answers somebody else who wants so much, in units of 100 bit/s.
        """
        asked = arq(2, self.house.register(), ("dialledDigits", "80001"), bandWidth=bandwidth)
        return self.house.ask(self.house.signed(asked)).name


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with Simulation(seed=4) as world:
        scene = Scene(world, tmp_path / "registry.yaml")
        yield scene
        scene.house.close()
        world.leave()
        assert world.leftOver() == []


def test_whatTheQuotaHasNoRoomForIsNotOpenedAndTheCallGoesOn(scene: Scene) -> None:
    scene.call(100_000)
    assert len(scene.phone.flowing) == 1
    assert scene.house.refusals() == [NO_QUOTA] * 2  # for either G.711
    scene.world.run(60.0)
    assert scene.phone.cause is None
    assert len(scene.phone.flowing) == 1


@pytest.mark.parametrize("options", [SLOW, FAST])
def test_aCallThatHasBandwidthForNothingEndsForWantOfIt(
    scene: Scene, options: StartUpOptions
) -> None:
    assert scene.othersTake(2240) == "admissionConfirm"
    scene.phone.wanted = 320
    scene.call(100_000, options=options)
    scene.world.run(60.0)
    assert scene.phone.cause is Cause.NO_CIRCUIT_AVAILABLE
    (ended,) = scene.house.server.told(CallEnded)
    assert ended.cause is Cause.NO_CIRCUIT_AVAILABLE


def test_fastConnectIsRefusedWhereThereIsTooLittleAndH245OpensWhatThereIs(scene: Scene) -> None:
    scene.call(100_000, options=FAST)
    assert len(scene.phone.flowing) == 1
    assert set(scene.house.refusals()) == {NO_QUOTA}
    assert scene.phone.cause is None


@pytest.mark.parametrize("options", [SLOW, FAST])
def test_whoMayHaveMoreOpensIt(scene: Scene, options: StartUpOptions) -> None:
    scene.call(128_000, options=options)
    assert scene.phone.flowing == ["in", "out"]
    assert scene.house.refusals() == []
    assert scene.othersTake(USUAL + 1) == "admissionReject"
    assert scene.othersTake(USUAL) == "admissionConfirm"


def test_whatOthersHaveTakenMeanwhileIsNotThere(scene: Scene) -> None:
    scene.call(200_000, Direction.RECVONLY)
    assert scene.othersTake(1920) == "admissionConfirm"
    assert scene.phone.leg is not None
    scene.phone.leg.changeMedia(PROFILE)
    scene.world.run(1.0)
    assert scene.phone.flowing == ["in"]
    assert scene.house.refusals() == [NO_POOL] * 2


def test_whatABRQHasAskedForIsThere(scene: Scene) -> None:
    scene.call(200_000, Direction.RECVONLY)
    scene.phone.ras.calls.changeBandwidth(scene.phone.requests[0], USUAL)
    scene.world.run(1.0)
    assert scene.othersTake(USUAL) == "admissionConfirm"
    assert scene.phone.leg is not None
    scene.phone.leg.changeMedia(PROFILE)
    scene.world.run(1.0)
    assert scene.phone.flowing == ["in", "out"]
    assert scene.house.refusals() == []
