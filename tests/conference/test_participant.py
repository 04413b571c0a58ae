"""
A participant by itself: when its port is in the mix.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.call.media import PortStatistics
from h323d.conference.participant import Participant, Presence
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.medium import Medium
from h323d.values.sound import SILENT, Sound
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakeMixer, FakePool
from tests.support.recorder import Recorder

GONE = Cause.NORMAL_CALL_CLEARING
FIGURES = PortStatistics(
    packetsReceived=100, packetsLost=3, concealed=2, jitter=0.004, remoteLost=0.25
)
HEARD = Sound(100, 3, 2, 0.004, 0.25)


class Scene:
    """
    One leg, and the mixer that it takes part in.
    """

    def __init__(self) -> None:
        self.owner: Any = Recorder()
        self.mixer = FakeMixer(Recorder())  # type: ignore[arg-type]  # it stands for any owner
        self.pool = FakePool()
        self.leg = FakeLeg("80001", self.pool)
        self.participant = Participant(self.owner, self.leg, self.mixer)
        self.leg.observe(self.participant)

    @property
    def told(self) -> list[str]:
        return [name for name, *_ in self.owner.take()]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_itsAnswerChangesNothingInTheMix(scene: Scene) -> None:
    scene.leg.answered()
    assert scene.told == ["participantAnswered"]
    assert scene.participant.presence is Presence.JOINING
    assert scene.mixer.members == []


def test_itJoinsWithItsFirstMedia(scene: Scene) -> None:
    scene.leg.mediaReady()
    scene.leg.mediaReady()
    assert scene.told == ["participantJoined"]
    assert scene.participant.presence is Presence.PRESENT
    assert scene.mixer.members == [scene.leg.port]


def test_whoIsHeldIsOutOfTheMixUntilItIsBack(scene: Scene) -> None:
    scene.leg.mediaReady()
    scene.participant.legMediaLost(scene.leg, Medium.AUDIO)
    held = scene.participant.presence, tuple(scene.mixer.members)
    scene.leg.mediaReady()
    back = scene.participant.presence, tuple(scene.mixer.members)
    assert held == (Presence.ON_HOLD, ())
    assert back == (Presence.PRESENT, (scene.leg.port,))
    assert scene.told == ["participantJoined", "participantHeld", "participantResumed"]


def test_whoHasNoMediaCannotLoseIt(scene: Scene) -> None:
    scene.participant.legMediaLost(scene.leg, Medium.AUDIO)
    assert scene.told == []
    assert scene.participant.presence is Presence.JOINING


def test_itsDigitsAreToldByTheirMethod(scene: Scene) -> None:
    scene.participant.legDigit(scene.leg, "5", 100, DigitMethod.SIP_INFO)
    assert scene.owner.take() == [
        ("participantDigit", scene.participant, "5", DigitMethod.SIP_INFO)
    ]


def test_howItsSoundFaredIsKeptWhenItLeavesTheMix(scene: Scene) -> None:
    scene.leg.mediaReady()
    (port,) = scene.pool.ports
    port.figures = FIGURES
    assert scene.participant.sound == SILENT
    scene.participant.legMediaLost(scene.leg, Medium.AUDIO)
    assert scene.participant.sound == HEARD


def test_whoIsReleasedOnHoldLeavesTheMixOnce(scene: Scene) -> None:
    scene.leg.mediaReady()
    (port,) = scene.pool.ports
    port.figures = FIGURES
    scene.participant.legMediaLost(scene.leg, Medium.AUDIO)
    port.figures = PortStatistics()
    scene.participant.legReleased(scene.leg, GONE)
    assert scene.participant.sound == HEARD
    assert scene.participant.port is None


def test_whoIsGoneIsToldOnceAndComesBackNoMore(scene: Scene) -> None:
    scene.leg.mediaReady()
    port = scene.leg.port
    scene.participant.legReleased(scene.leg, GONE)
    scene.participant.legReleased(scene.leg, GONE)
    assert port is not None
    scene.participant.legMediaReady(scene.leg, port, port.stream)
    assert scene.told == ["participantJoined", "participantLeft"]
    assert scene.participant.presence is Presence.GONE
    assert scene.mixer.members == []


# Pictures, which nobody mixes.


def test_picturesHaveAPortThatIsInNoMix(scene: Scene) -> None:
    scene.leg.mediaReady()
    scene.leg.mediaReady(Medium.VIDEO)
    assert scene.participant.ports == scene.leg.ports
    assert list(scene.participant.ports) == [Medium.AUDIO, Medium.VIDEO]
    assert scene.mixer.members == [scene.leg.port]
    assert scene.told == ["participantJoined"]


def test_whoIsOnlySeenIsNotPresent(scene: Scene) -> None:
    scene.leg.mediaReady(Medium.VIDEO)
    assert scene.participant.presence is Presence.JOINING
    assert scene.participant.port is None
    assert (scene.mixer.members, scene.told) == ([], [])


def test_picturesThatCloseLeaveTheSoundInTheMix(scene: Scene) -> None:
    scene.leg.mediaReady()
    scene.leg.mediaReady(Medium.VIDEO)
    scene.participant.legMediaLost(scene.leg, Medium.VIDEO)
    assert list(scene.participant.ports) == [Medium.AUDIO]
    assert scene.participant.presence is Presence.PRESENT
    assert scene.mixer.members == [scene.leg.port]
    assert scene.told == ["participantJoined"]


def test_whoIsGoneHasNoPorts(scene: Scene) -> None:
    scene.leg.mediaReady()
    scene.leg.mediaReady(Medium.VIDEO)
    scene.participant.legReleased(scene.leg, GONE)
    assert scene.participant.ports == {}
