"""
A plane, as the reactor's side knows it.
"""

from __future__ import annotations

import random

from h323d.call.media import MediaNetworks
from h323d.media.audio.plane import MediaPlane
from h323d.media.config import MediaConfig
from h323d.media.door import PlaneDoor
from h323d.media.reports import Surveyed
from tests.support.packetio import MemoryIO


class Scene:
    def __init__(self) -> None:
        self.plane = MediaPlane(MediaConfig(maximumPorts=4), random.Random(1))
        self.woken = 0
        self.door = PlaneDoor(self.plane, self.wake)

    def wake(self) -> None:
        self.woken += 1

    def tick(self, now: float) -> None:
        for report in self.plane.tick(now, MemoryIO(lambda *_: None)):
            assert isinstance(report, Surveyed)
            self.door.surveyed(report)


def test_aCommandWakesThePlaneAndRunsInItsTick() -> None:
    scene = Scene()
    scene.door.command(scene.door.commands.openRoom, 7)
    scene.door.command(scene.door.commands.know, MediaNetworks())
    assert (scene.woken, len(scene.plane.inbox)) == (2, 2)
    scene.tick(100.0)
    assert scene.door.figures["rooms"] == 1


def test_whoWasNotSurveyedHasNoFigures() -> None:
    scene = Scene()
    assert scene.door.statisticsOf(1) is None
    scene.tick(100.0)
    assert scene.door.statisticsOf(1) is None
    assert scene.door.figures["ports"] == 0
