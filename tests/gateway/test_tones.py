"""
What sides hear of the house's own, and when: over fake legs.
"""

from __future__ import annotations

from twisted.internet.task import Clock
from zope.interface.verify import verifyObject

from h323d.call.media import IMixerObserver, PortStatistics
from h323d.call.observer import Unheeded
from h323d.call.ways import Way
from h323d.gateway.branches import Branches, Place
from h323d.gateway.bridgeside import BridgeSide
from h323d.gateway.tones import BridgeTones
from h323d.sounds.house import QUIET, Sounds
from h323d.sounds.names import HouseSound
from h323d.values.media.medium import Medium
from tests.gateway.test_bridgeside import Bridge
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakeMixer, FakePool, FakePort
from tests.support.numberedsounds import NumberedSounds, playedIn


class Scene:
    """
    A caller, and somebody who is called.
    """

    def __init__(self, sounds: Sounds | None = None) -> None:
        pool, owner = FakePool(), Bridge()
        self.legs = FakeLeg("1001", pool), FakeLeg("1002", pool)
        self.caller, self.called = (BridgeSide(owner, leg) for leg in self.legs)
        branches = Branches((), 10, ())
        branches.enter(self.called, Place(Way("sip")))
        self.mixer = FakeMixer(IMixerObserver(Unheeded()))
        self.clock = Clock()
        self.tones = BridgeTones(
            *(self.mixer, sounds or NumberedSounds(), self.clock, self.caller, branches)
        )
        for leg, side in zip(self.legs, (self.caller, self.called), strict=True):
            leg.observe(side)

    def ring(self) -> None:
        self.called.legAlerting(self.legs[1])

    def answer(self) -> None:
        for leg in self.legs:
            leg.answered()
            leg.mediaReady()

    def heard(self) -> list[HouseSound]:
        """
        What is played in the mixer.
        """
        return playedIn(self.mixer)


def test_itsMixerHasAnObserver() -> None:
    assert verifyObject(IMixerObserver, Unheeded())


def test_whoListensHearsThatItRings() -> None:
    scene = Scene()
    scene.ring()
    scene.tones.follow(None)
    assert scene.heard() == []
    scene.legs[0].mediaReady()
    scene.tones.follow(None)
    assert scene.heard() == [HouseSound.RINGBACK]


def test_itDoesNotRingBeforeItIsSaidToNorWhenItIsAnswered() -> None:
    scene = Scene()
    scene.legs[0].mediaReady()
    scene.tones.follow(None)
    assert scene.heard() == []
    scene.ring()
    scene.legs[1].answered()
    scene.tones.follow(None)
    assert scene.heard() == []


def early(spoken: int, scene: Scene) -> None:
    """
    Who is called rings, and has media before the answer.

    @param spoken: how many packets have come of it.
    """
    scene.ring()
    for leg in scene.legs:
        leg.mediaReady()
    port = scene.called.port
    assert isinstance(port, FakePort)
    port.figures = PortStatistics(packetsReceived=spoken)


def test_whoIsHeardIsNotRungOver() -> None:
    scene = Scene()
    scene.ring()
    scene.legs[0].mediaReady()
    scene.tones.follow(None)
    early(1, scene)
    scene.tones.follow(scene.called)
    assert scene.heard() == []
    scene.clock.advance(10.0)
    assert scene.heard() == []


def test_whoIsSilentIsRungForAndDoesNotHearIt() -> None:
    scene = Scene()
    early(0, scene)
    scene.tones.follow(scene.called)
    assert scene.heard() == []
    scene.clock.advance(1.0)
    assert scene.heard() == [HouseSound.RINGBACK]
    assert len(scene.mixer.deaf) == 1
    scene.clock.pump([0.5] * 10)
    assert scene.heard() == [HouseSound.RINGBACK]
    early(1, scene)
    scene.clock.advance(0.5)
    assert (scene.heard(), scene.mixer.deaf) == ([], set())
    assert scene.clock.getDelayedCalls() == []


def test_whoHasRungAndOpensMediaHasASecondToBeHeard() -> None:
    scene = Scene()
    scene.ring()
    scene.legs[0].mediaReady()
    scene.tones.follow(None)
    assert scene.heard() == [HouseSound.RINGBACK]
    early(0, scene)
    for called in (None, scene.called):
        scene.tones.follow(called)
        assert scene.heard() == []
    scene.clock.advance(1.0)
    assert scene.heard() == [HouseSound.RINGBACK]


def test_whoAnswersIsNotRungForAnyMore() -> None:
    scene = Scene()
    early(0, scene)
    scene.tones.follow(scene.called)
    scene.clock.advance(1.0)
    scene.answer()
    scene.tones.follow(scene.called)
    assert (scene.heard(), scene.mixer.deaf) == ([], set())
    assert scene.clock.getDelayedCalls() == []


def test_whoSaysNothingOfRingingIsNotRungFor() -> None:
    scene = Scene()
    for leg in scene.legs:
        leg.mediaReady()
    scene.tones.follow(scene.called)
    scene.clock.advance(10.0)
    assert scene.heard() == []


def test_whoIsHeldHearsMusicUntilTheOtherIsBack() -> None:
    for holder in (0, 1):
        scene = Scene()
        scene.answer()
        scene.tones.follow(scene.called)
        assert scene.heard() == []
        (scene.caller, scene.called)[holder].legMediaLost(scene.legs[holder], Medium.AUDIO)
        scene.tones.follow(scene.called)
        assert scene.heard() == [HouseSound.HOLD]
        scene.legs[holder].mediaReady()
        scene.tones.follow(scene.called)
        assert scene.heard() == []


def test_whereBothHoldNobodyListens() -> None:
    scene = Scene()
    scene.answer()
    for side, leg in zip((scene.caller, scene.called), scene.legs, strict=True):
        side.legMediaLost(leg, Medium.AUDIO)
    scene.tones.follow(scene.called)
    assert scene.heard() == []


def test_aRefusalIsHeardAndNothingAfterIt() -> None:
    scene = Scene()
    scene.legs[0].mediaReady()
    assert scene.tones.canRefuse
    scene.tones.refuse()
    scene.ring()
    scene.tones.follow(None)
    assert scene.heard() == [HouseSound.BUSY]
    scene.tones.stop()
    scene.tones.follow(None)
    assert scene.heard() == []


def test_nobodyHearsARefusalWithoutSoundOrWithoutListening() -> None:
    assert not Scene().tones.canRefuse
    scene = Scene(QUIET)
    scene.legs[0].mediaReady()
    assert not scene.tones.canRefuse
