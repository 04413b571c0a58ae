"""
What those in a room hear of who comes and leaves.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.call.homes import Home
from h323d.conference.announcing import Announcing
from h323d.sounds.names import HouseSound
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakeMixer, FakePool, FakePort
from tests.support.numberedsounds import SECONDS, NumberedSounds, playedIn
from tests.support.packetio import RoomRecorder

JOINED, LEFT, ALONE = HouseSound.JOINED, HouseSound.LEFT, HouseSound.ALONE


class Scene:
    """
    A room's mixer.
    """

    def __init__(self, *off: HouseSound) -> None:
        self.clock, self.pool = Clock(), FakePool()
        self.mixer: FakeMixer = self.pool.openMixer(RoomRecorder())
        self.announcing = Announcing(self.mixer, NumberedSounds(off), self.clock)

    def port(self) -> FakePort:
        leg = FakeLeg("80001", self.pool)
        return self.pool.openPort(leg, Home.at("127.0.0.1"))

    def passes(self) -> None:
        """
        A sound is over.
        """
        self.clock.advance(SECONDS + 0.2)


def test_whoComesDoesNotHearThatAndHearsTheOthersAfterwards() -> None:
    scene = Scene()
    port = scene.port()
    scene.announcing.came(port)
    assert (playedIn(scene.mixer), scene.mixer.deaf) == ([JOINED], {port.portId})
    scene.passes()
    assert (playedIn(scene.mixer), scene.mixer.deaf) == ([], set())


def test_itSoundsOnceForAllWhoComeMeanwhile() -> None:
    scene = Scene()
    first, second = scene.port(), scene.port()
    scene.announcing.came(first)
    scene.clock.advance(0.5)
    scene.announcing.came(second)
    scene.announcing.left()
    assert playedIn(scene.mixer) == [JOINED]
    assert scene.mixer.deaf == {first.portId, second.portId}
    scene.clock.advance(0.7)
    assert (playedIn(scene.mixer), scene.mixer.deaf) == ([], set())


def test_whoLeavesIsHeardToLeave() -> None:
    scene = Scene()
    scene.announcing.left()
    assert playedIn(scene.mixer) == [LEFT]
    scene.passes()
    assert playedIn(scene.mixer) == []


def test_whoIsAloneIsToldUntilSomebodyComes() -> None:
    scene = Scene()
    scene.announcing.cameFirst()
    assert playedIn(scene.mixer) == [ALONE]
    scene.announcing.came(scene.port())
    assert playedIn(scene.mixer) == [JOINED]
    scene.passes()
    assert playedIn(scene.mixer) == []


def test_whoIsAloneIsNotToldAnyMoreThoughNothingElseIs() -> None:
    scene = Scene(JOINED)
    scene.announcing.cameFirst()
    scene.announcing.came(scene.port())
    assert (playedIn(scene.mixer), scene.mixer.deaf) == ([], set())


def test_whatIsSwitchedOffIsNotHeardAndLeavesNobodyDeaf() -> None:
    scene = Scene(JOINED, LEFT, ALONE)
    scene.announcing.cameFirst()
    scene.announcing.came(scene.port())
    scene.announcing.left()
    assert (playedIn(scene.mixer), scene.mixer.deaf) == ([], set())
    assert scene.clock.getDelayedCalls() == []


def test_whenTheRoomClosesNothingIsPlayedAnyMore() -> None:
    scene = Scene()
    scene.announcing.left()
    scene.announcing.stop()
    assert playedIn(scene.mixer) == []
    assert scene.clock.getDelayedCalls() == []
