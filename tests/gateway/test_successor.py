"""
Who is to have a side's place, until they are known to be real.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.gateway.bridgeside import BridgeSide, SideSound
from h323d.gateway.successor import Successor
from h323d.values.cause import Cause
from h323d.values.media.medium import Medium
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool
from tests.support.recorder import Recorder


class Scene:
    """
    @ivar told: what the bridge hears.
    """

    def __init__(self) -> None:
        self.told: list[str] = []
        self.leg = FakeLeg("1003", FakePool())
        owner: Any = Recorder()
        self.side = BridgeSide(owner, FakeLeg("1002", FakePool()))
        self.successor = Successor(self, self.leg, self.side)
        self.leg.observe(self.successor)

    def successorAnswered(self, successor: Successor) -> None:
        self.told.append("answered")

    def successorGone(self, successor: Successor, cause: Cause) -> None:
        self.told.append(f"gone {cause.name}")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_theAnswerIsTold(scene: Scene) -> None:
    scene.leg.answered()
    assert scene.told == ["answered"]


def test_whoGivesUpIsTold(scene: Scene) -> None:
    scene.leg.release(Cause.USER_BUSY)
    assert scene.told == ["gone USER_BUSY"]


@pytest.mark.parametrize(("lost", "sound"), [(False, SideSound.FLOWING), (True, SideSound.NONE)])
def test_whatIsHeardAlreadyIsHandedOver(scene: Scene, lost: bool, sound: SideSound) -> None:
    scene.leg.answered()
    scene.leg.mediaReady()
    if lost:
        scene.successor.legMediaLost(scene.leg, Medium.AUDIO)
    owner: Any = Recorder()
    side = BridgeSide(owner, scene.leg)
    scene.successor.handOver(side)
    assert scene.leg.observer is side
    assert (side.answered, side.sound) == (True, sound)
