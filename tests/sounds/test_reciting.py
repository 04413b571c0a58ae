"""
Several sounds, one after the other.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.call.media import IMixerObserver
from h323d.call.observer import Unheeded
from h323d.sounds.names import HouseSound
from h323d.sounds.playing import Player
from h323d.sounds.reciting import Reciter
from tests.support.fakemedia import FakeMixer
from tests.support.numberedsounds import SECONDS, NumberedSounds, playedIn

ONE, TWO, OFF = HouseSound.DIGIT_1, HouseSound.DIGIT_2, HouseSound.DIGIT_0
LONG = SECONDS + 0.2


class Scene:
    """
    @ivar ended: how often all was played.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.mixer = FakeMixer(IMixerObserver(Unheeded()))
        sounds = NumberedSounds(off=(OFF,))
        self.reciter = Reciter(Player(self.mixer, sounds), sounds, self.clock)
        self.ended = 0

    def end(self) -> None:
        self.ended += 1

    def played(self, times: int) -> list[list[HouseSound]]:
        found = []
        for _ in range(times):
            found.append(playedIn(self.mixer))
            self.clock.advance(LONG)
        return found


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_oneFollowsTheOther(scene: Scene) -> None:
    scene.reciter.recite((ONE, TWO, ONE), scene.end)
    assert scene.played(4) == [[ONE], [TWO], [ONE], []]
    assert scene.ended == 1
    assert scene.clock.getDelayedCalls() == []


def test_whatIsSwitchedOffIsLeftOut(scene: Scene) -> None:
    scene.reciter.recite((OFF, ONE, OFF, TWO, OFF), scene.end)
    assert scene.played(3) == [[ONE], [TWO], []]
    assert scene.ended == 1


@pytest.mark.parametrize("nothing", [(), (OFF,)])
def test_whatIsNothingHasEndedAtOnce(scene: Scene, nothing: tuple[HouseSound, ...]) -> None:
    scene.reciter.recite(nothing, scene.end)
    assert (scene.ended, playedIn(scene.mixer)) == (1, [])


def test_whatIsStoppedDoesNotEnd(scene: Scene) -> None:
    scene.reciter.recite((ONE, TWO), scene.end)
    scene.reciter.stop()
    assert scene.played(3) == [[], [], []]
    assert scene.ended == 0


def test_theNextRecitalEndsTheOneBefore(scene: Scene) -> None:
    scene.reciter.recite((ONE, TWO), scene.end)
    scene.reciter.recite((TWO,))
    assert scene.played(2) == [[TWO], []]
    assert scene.ended == 0
