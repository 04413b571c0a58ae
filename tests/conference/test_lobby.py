"""
Who is asked for a PIN: what they hear, what is told of them, and when they are asked no more.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from twisted.internet.task import Clock

from h323d.call.gates import Gates
from h323d.call.policy import Route
from h323d.call.precedence import EQUALS, IPrecedence
from h323d.conference.config import ConferenceConfig, RoomConfig
from h323d.conference.host import ConferenceHost
from h323d.conference.lobby import TOO_MANY, WRONG_PIN
from h323d.conference.roles import RoomRole
from h323d.dsp.tones import DTMF, render
from h323d.events.bus import EventBus, Fact
from h323d.events.calls import CallAnswered, CallEnded, CallRefused, DigitReceived
from h323d.events.rooms import ParticipantJoined, PINEntered, RoomOpened
from h323d.sounds.names import HouseSound
from h323d.values.cause import Cause
from h323d.values.identifiers import RoomID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.medium import Medium
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool
from tests.support.firstgoes import FirstGoes
from tests.support.numberedsounds import NumberedSounds, playedIn

ROOM = RoomID("council")
COUNCIL = RoomConfig("council", pin="1234", moderatorPin="98765")


class Scene:
    """
    A room with PINs.
    """

    def __init__(self, precedence: IPrecedence = EQUALS, **keys: Any) -> None:
        self.clock, self.pool, self.facts = Clock(), FakePool(), list[Fact]()
        events = EventBus()
        events.subscribe(Fact, self.facts.append)
        config = ConferenceConfig(rooms=(COUNCIL,), **keys)
        gates = Gates(self.clock, events, ())
        sounds = NumberedSounds(off=(HouseSound.ALONE, HouseSound.MODERATOR))
        self.host = ConferenceHost(
            *(config, self.clock, events, self.pool, gates), sounds=sounds, precedence=precedence
        )

    def call(self) -> FakeLeg:
        leg = FakeLeg("council", self.pool)
        self.host.accept(leg, Route("conference", "council"))
        return leg

    def visit(self) -> FakeLeg:
        leg = self.call()
        leg.answered()
        leg.mediaReady()
        return leg

    def press(self, leg: FakeLeg, keys: str) -> None:
        for key in keys:
            assert leg.observer is not None
            leg.observer.legDigit(leg, key, 100, DigitMethod.RTP_EVENT)

    def heard(self) -> list[HouseSound]:
        return playedIn(self.pool.mixers[0])

    def told(self, kind: type[Fact]) -> list[Fact]:
        return [each for each in self.facts if isinstance(each, kind)]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_whoIsAskedHasNoSeatAndHearsThePromptAlone(scene: Scene) -> None:
    leg = scene.visit()
    assert scene.heard() == [HouseSound.ENTER_PIN]
    assert scene.pool.mixers[0].members == [leg.port]
    assert scene.host.rooms == {}
    assert list(scene.host.lobby.legs) == [leg]
    assert scene.facts == [CallAnswered(0.0, leg.callId, leg.legId)]


def test_theFirstKeyEndsThePrompt(scene: Scene) -> None:
    scene.press(scene.visit(), "1")
    assert scene.heard() == []


@pytest.mark.parametrize(
    ("pin", "role"), [("1234", RoomRole.PARTICIPANT), ("98765", RoomRole.MODERATOR)]
)
def test_thePinSeatsThemAsWhatItSays(scene: Scene, pin: str, role: RoomRole) -> None:
    leg = scene.visit()
    scene.press(leg, f"{pin}#")
    room = scene.host.rooms[ROOM]
    assert room.participants[leg.legId].role is role
    assert scene.pool.mixers[0].closed
    assert scene.pool.mixers[1].members == [leg.port]
    assert [type(each) for each in scene.facts if not isinstance(each, DigitReceived)] == [
        *(CallAnswered, PINEntered, RoomOpened, ParticipantJoined)
    ]
    assert list(scene.host.lobby.legs) == []
    leg.release(Cause.NORMAL_CALL_CLEARING)
    assert scene.clock.getDelayedCalls() == []


def test_itMayBeEnteredBeforeThereIsSound(scene: Scene) -> None:
    leg = scene.call()
    leg.answered()
    scene.press(leg, "1234#")
    assert list(scene.host.rooms[ROOM].participants) == [leg.legId]
    assert scene.told(ParticipantJoined) == []
    leg.mediaReady()
    assert len(scene.told(ParticipantJoined)) == 1


def sing(scene: Scene, keys: str) -> None:
    ((_, sink),) = scene.pool.mixers[0].parties.values()
    assert sink is not None
    for key in keys:
        sink.write(render(DTMF[key], 0, 800), 8000)
        sink.write(np.zeros(480, np.int16), 8000)


def test_itMayComeAsTones(scene: Scene) -> None:
    leg = scene.visit()
    sing(scene, "1234#")
    scene.clock.advance(0.2)
    assert leg.legId in scene.host.rooms[ROOM].participants
    methods = {each.method for each in scene.facts if isinstance(each, DigitReceived)}
    assert methods == {"in-band"}


def test_aKeyThatComesByTwoWaysIsOne(scene: Scene) -> None:
    leg = scene.visit()
    for key in "1234":
        scene.press(leg, key)
        sing(scene, key)
        scene.clock.advance(0.2)
    scene.press(leg, "#")
    assert leg.legId in scene.host.rooms[ROOM].participants


def test_aWrongOneIsToldAndAskedForAgain(scene: Scene) -> None:
    leg = scene.visit()
    scene.press(leg, "0000#")
    assert scene.heard() == [HouseSound.WRONG_PIN]
    scene.clock.advance(2.0)
    assert scene.heard() == [HouseSound.ENTER_PIN]
    scene.press(leg, "1234#")
    entered = [each for each in scene.facts if isinstance(each, PINEntered)]
    assert [each.isRight for each in entered] == [False, True]


def test_afterThreeTheCallEndsWithACause(scene: Scene) -> None:
    leg = scene.visit()
    for _ in range(3):
        scene.press(leg, "0000#")
        scene.clock.advance(2.0)
    assert leg.done[-1] == ("hangup", WRONG_PIN.cause)
    assert scene.told(CallRefused) == [
        CallRefused(6.0, leg.callId, leg.legId, Cause.CALL_REJECTED, "wrongPIN")
    ]
    assert scene.host.rooms == {}
    assert scene.pool.mixers[0].closed
    assert scene.clock.getDelayedCalls() == []


def test_noKeyIsTold(scene: Scene) -> None:
    scene.press(scene.visit(), "1234#")
    assert "1234" not in repr(scene.facts)


def test_whoLeavesIsToldAndLeavesNothing(scene: Scene) -> None:
    leg = scene.visit()
    leg.release(Cause.NORMAL_CALL_CLEARING)
    assert len(scene.told(CallEnded)) == 1
    assert list(scene.host.lobby.legs) == []
    assert scene.pool.mixers[0].closed
    assert scene.clock.getDelayedCalls() == []


def test_whoHoldsIsAskedAgainAfterwards(scene: Scene) -> None:
    leg = scene.visit()
    assert leg.observer is not None
    leg.observer.legMediaLost(leg, Medium.AUDIO)
    assert scene.pool.mixers[0].members == []
    scene.clock.advance(1.5)
    leg.mediaReady()
    assert scene.heard() == [HouseSound.ENTER_PIN]
    leg.mediaReady()
    assert scene.pool.mixers[0].members == [leg.port]


def test_whoHasEnteredTooManyIsNotAskedAnyMore() -> None:
    scene = Scene(pinFailures=2)
    leg = scene.visit()
    for _ in range(2):
        scene.press(leg, "0000#")
        scene.clock.advance(2.0)
    late = scene.call()
    assert late.done == [("reject", TOO_MANY.cause)]
    assert late.reason is TOO_MANY.reason
    scene.clock.advance(3600.0)
    assert scene.call().done[0][0] == "answer"


def test_whoCallsOftenAtTheSameTimeHasNoMoreTries() -> None:
    scene = Scene(pinFailures=2)
    legs = [scene.visit() for _ in range(3)]
    for leg in legs[:2]:
        scene.press(leg, "0000#")
    scene.press(legs[2], "1234#")
    assert scene.host.rooms == {}


def test_whoEntersNothingHasNotFailed() -> None:
    scene = Scene(pinFailures=1)
    leg = scene.visit()
    scene.press(leg, "#")
    scene.clock.advance(2.0)
    scene.press(leg, "1234#")
    assert leg.legId in scene.host.rooms[ROOM].participants
    assert len(scene.told(PINEntered)) == 1


def test_unlessThatIsAnyNumber() -> None:
    scene = Scene(pinFailures=0)
    for _ in range(20):
        scene.press(scene.visit(), "0000#")
    assert scene.call().done[0][0] == "answer"


def test_thoseWhoAreAskedTakePlaces() -> None:
    scene = Scene(maxTotalParticipants=2)
    scene.visit()
    scene.visit()
    assert scene.call().done == [("reject", Cause.RESOURCE_UNAVAILABLE)]


def test_whoIsLockedOutMeanwhileIsToldSo(scene: Scene) -> None:
    early, late = scene.visit(), scene.visit()
    scene.press(early, "98765#")
    scene.host.rooms[ROOM].lock()
    scene.press(late, "1234#")
    assert late.done[-1] == ("hangup", Cause.USER_BUSY)


def test_aModeratorsPinOpensALockedRoomToWhoWasAskedBefore(scene: Scene) -> None:
    early, late = scene.visit(), scene.visit()
    scene.press(early, "98765#")
    scene.host.rooms[ROOM].lock()
    scene.press(late, "98765#")
    assert late.legId in scene.host.rooms[ROOM].participants


def test_aPINSeatsWhoGoesBeforeThoseWhoAreThere() -> None:
    first = FirstGoes()
    scene = Scene(first, maxParticipants=1)
    present, urgent = scene.visit(), scene.visit()
    for leg in (present, urgent):
        scene.press(leg, "1234#")
    assert present.done[-1] == ("hangup", Cause.PREEMPTION)
    assert first.done == [(present.legId, urgent.legId)]


def test_whoeverLeavesHangsUpOnThemToo(scene: Scene) -> None:
    leg = scene.visit()
    scene.host.leave()
    assert leg.done[-1] == ("hangup", Cause.NORMAL_CALL_CLEARING)
    assert scene.clock.getDelayedCalls() == []


def test_whereAllRoomsTogetherAreFullWhoIsAskedMakesWayForWhoWillBe() -> None:
    first = FirstGoes()
    scene = Scene(first, maxTotalParticipants=1)
    asked, urgent = scene.visit(), scene.visit()
    assert first.done == [(asked.legId, urgent.legId)]
    assert asked.done[-1] == ("hangup", Cause.PREEMPTION)
    assert list(scene.host.lobby.visitors) == [urgent.legId]
    scene.press(urgent, "1234#")
    assert len(scene.told(ParticipantJoined)) == 1
    assert len(first.done) == 1
