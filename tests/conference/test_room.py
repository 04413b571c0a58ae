"""
A room by itself, over fake legs and fake media.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.call.dialling import Dial
from h323d.call.ways import Way
from h323d.conference.menu import DEFAULT_MENU, actionsOf
from h323d.conference.participant import Participant, Presence
from h323d.conference.roles import RoomRole, Voice
from h323d.conference.room import KICKED, Room, RoomTerms
from h323d.events.bus import EventBus, Fact
from h323d.events.calls import (
    CallAlerting,
    CallAnswered,
    CallEnded,
    CallOriginated,
    DigitReceived,
    PictureWanted,
)
from h323d.events.rooms import (
    ActiveSpeakerChanged,
    ParticipantHeld,
    ParticipantJoined,
    ParticipantKicked,
    ParticipantLeft,
    ParticipantMuted,
    ParticipantResumed,
    ParticipantUnmuted,
    RoomClosed,
    RoomLocked,
    RoomOpened,
    RoomUnlocked,
)
from h323d.sounds.names import HouseSound
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, RoomID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from tests.support.fakeleg import FakeLeg, FakeOriginator
from tests.support.fakemedia import FakePool
from tests.support.numberedsounds import NumberedSounds, playedIn
from tests.support.recorder import Recorder

HERE = RoomID("80001")
PROFILE = MediaProfile.audio((G711_ULAW,))


class Scene:
    """
    A room for two at the fifth second, and whom it tells what.
    """

    def __init__(self, recorded: bool = False) -> None:
        self.clock = Clock()
        self.clock.advance(5.0)
        self.pool = FakePool()
        self.facts: list[Fact] = []
        self.owner: Any = Recorder()
        events = EventBus()
        events.subscribe(Fact, self.facts.append)
        terms = RoomTerms(2, PROFILE, recorded, actionsOf(DEFAULT_MENU))
        self.room = Room(HERE, terms, self.clock, events, self.pool, self.owner, NumberedSounds())
        (self.mixer,) = self.pool.mixers

    def wait(self) -> None:
        """
        Until nothing is played any more.
        """
        self.clock.advance(1.5)

    def admitted(self, role: RoomRole = RoomRole.PARTICIPANT) -> FakeLeg:
        leg = FakeLeg(HERE, self.pool)
        self.room.admit(leg, role)
        return leg

    def present(self, role: RoomRole = RoomRole.PARTICIPANT) -> FakeLeg:
        leg = self.admitted(role)
        leg.mediaReady()
        self.facts.clear()
        self.owner.take()
        return leg

    def of(self, leg: FakeLeg) -> Participant:
        return self.room.participants[leg.legId]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def heard(leg: FakeLeg) -> int:
    assert leg.port is not None
    return int(leg.port.portId)


def test_itOpensWhenItIsMade(scene: Scene) -> None:
    assert scene.facts == [RoomOpened(5.0, HERE)]
    assert scene.room.openedAt == 5.0


def test_whoIsAdmittedIsAnsweredAndWaitsForMedia(scene: Scene) -> None:
    leg = scene.admitted()
    assert scene.facts[1:] == [CallAnswered(5.0, leg.callId, leg.legId)]
    assert scene.mixer.members == []
    assert scene.room.participants[leg.legId].presence is Presence.JOINING


def test_itsMediaJoinsTheMix(scene: Scene) -> None:
    leg = scene.admitted()
    scene.clock.advance(2.0)
    leg.mediaReady()
    assert scene.mixer.members == [leg.port]
    assert scene.facts[2:] == [
        ParticipantJoined(7.0, HERE, leg.callId, leg.legId, str(G711_ULAW)),
    ]
    assert scene.room.participants[leg.legId].joinedAt == 7.0


def test_itIsFullWithAsManyAsItHasPlacesFor(scene: Scene) -> None:
    scene.admitted()
    assert scene.room.holds(1)
    assert not scene.room.holds(2)
    scene.admitted()
    assert not scene.room.holds(1)


def test_whoIsInvitedIsAParticipantFromTheFirstRing(scene: Scene) -> None:
    originator = FakeOriginator("fake", scene.pool)
    way = Way("fake", None, (PartyAddress(AddressKind.DIALLED_DIGITS, "1002"),))
    scene.room.invite(Dial(originator, CallID("c"), (), way))
    (leg,) = originator.legs
    assert originator.profiles == [PROFILE]
    assert list(scene.room.participants) == [leg.legId]
    told = CallOriginated(5.0, leg.callId, leg.legId, "fake", leg.calling, leg.called)
    assert scene.facts[1:] == [told]
    assert leg.observer is not None
    leg.observer.legAlerting(leg)
    leg.answered()
    assert scene.facts[2:] == [
        CallAlerting(5.0, leg.callId, leg.legId),
        CallAnswered(5.0, leg.callId, leg.legId),
    ]


def test_thatAWholePictureIsWantedIsTold(scene: Scene) -> None:
    leg = scene.present()
    assert leg.observer is not None
    leg.observer.legPictureWanted(leg)
    assert scene.facts[-1] == PictureWanted(5.0, leg.callId, leg.legId)


def test_holdAndItsEndAreToldOnceEach(scene: Scene) -> None:
    leg = scene.present()
    assert leg.observer is not None
    leg.observer.legMediaLost(leg, Medium.AUDIO)
    leg.observer.legMediaLost(leg, Medium.AUDIO)
    assert scene.mixer.members == []
    leg.mediaReady()
    leg.mediaReady()
    assert scene.mixer.members == [leg.port]
    assert scene.facts == [
        ParticipantHeld(5.0, HERE, leg.callId, leg.legId),
        ParticipantResumed(5.0, HERE, leg.callId, leg.legId),
    ]


def test_aDigitIsToldByItsMethodAndNotByItsKey(scene: Scene) -> None:
    leg = scene.present()
    assert leg.observer is not None
    leg.observer.legDigit(leg, "7", 100, DigitMethod.RTP_EVENT)
    told = DigitReceived(5.0, leg.callId, leg.legId, DigitMethod.RTP_EVENT.value)
    assert scene.facts == [told]


def test_whoLeavesOthersBehindLeavesItOpen(scene: Scene) -> None:
    first, second = scene.present(), scene.present()
    first.release(Cause.NORMAL_CALL_CLEARING)
    assert list(scene.room.participants) == [second.legId]
    assert [type(each) for each in scene.facts] == [ParticipantLeft, CallEnded]
    assert scene.owner.take() == []
    assert not scene.mixer.closed


def test_theLastClosesIt(scene: Scene) -> None:
    leg = scene.present()
    leg.peerEnded = True
    leg.release(Cause.USER_BUSY)
    assert scene.facts == [
        ParticipantLeft(5.0, HERE, leg.callId, leg.legId, Cause.USER_BUSY),
        CallEnded(5.0, leg.callId, leg.legId, Cause.USER_BUSY, "calling"),
        RoomClosed(5.0, HERE),
    ]
    assert scene.mixer.closed
    assert scene.owner.take() == [("roomClosed", scene.room)]


def test_whoNeverHadMediaDoesNotLeave(scene: Scene) -> None:
    leg = scene.admitted()
    scene.facts.clear()
    leg.release(Cause.NORMAL_CALL_CLEARING)
    assert [type(each) for each in scene.facts] == [CallEnded, RoomClosed]


def test_toDismissItIsToHangUpOnEverybody(scene: Scene) -> None:
    first, second = scene.present(), scene.present()
    scene.room.dismiss(Cause.NORMAL_CALL_CLEARING)
    assert [each.done[-1] for each in (first, second)] == [
        ("hangup", Cause.NORMAL_CALL_CLEARING)
    ] * 2
    assert scene.room.participants == {}
    assert scene.mixer.closed


def test_whoSpeaksIsToldWhenItIsSomebodyElse(scene: Scene) -> None:
    leg = scene.present()
    for port in (heard(leg), heard(leg), None, 4711):
        scene.room.activeSpeaker(port)
    assert scene.facts == [
        ActiveSpeakerChanged(5.0, HERE, leg.legId),
        ActiveSpeakerChanged(5.0, HERE, None),
    ]


def test_levelsAreThoseOfItsOwnParticipants(scene: Scene) -> None:
    leg, other = scene.present(), scene.present()
    scene.room.levels({heard(leg): -30.0, 4711: -20.0})
    assert scene.room.loudness == {leg.legId: -30.0}
    assert other.observer is not None
    assert leg.observer is not None
    leg.observer.legMediaLost(leg, Medium.AUDIO)
    assert scene.room.loudness == {}


def test_whoHasLeftHasNoLevel(scene: Scene) -> None:
    leg, _ = scene.present(), scene.present()
    scene.room.levels({heard(leg): -30.0})
    leg.release(Cause.NORMAL_CALL_CLEARING)
    assert scene.room.loudness == {}


def test_theFirstHearsThatNobodyIsThere(scene: Scene) -> None:
    scene.present()
    assert playedIn(scene.mixer) == [HouseSound.ALONE]


def test_thoseWhoAreThereHearWhoComesAndWhoLeaves(scene: Scene) -> None:
    scene.present()
    second = scene.present()
    assert playedIn(scene.mixer) == [HouseSound.JOINED]
    assert scene.mixer.deaf == {heard(second)}
    scene.clock.advance(2.0)
    second.release(Cause.NORMAL_CALL_CLEARING)
    assert playedIn(scene.mixer) == [HouseSound.LEFT]


def test_whoLeavesWithoutHavingComeIsNotHeard(scene: Scene) -> None:
    scene.present()
    second = scene.admitted()
    scene.clock.advance(2.0)
    second.release(Cause.NORMAL_CALL_CLEARING)
    assert playedIn(scene.mixer) == []


def test_whoIsLeftWithNobodyWhoListensHearsNothingMore(scene: Scene) -> None:
    first = scene.present()
    first.release(Cause.NORMAL_CALL_CLEARING)
    assert playedIn(scene.mixer) == []
    assert scene.clock.getDelayedCalls() == []


def test_whoIsMutedIsNotHeard(scene: Scene) -> None:
    first, second = scene.present(), scene.present()
    scene.room.mute([scene.of(first)])
    scene.room.mute([scene.of(first)])
    assert first.port not in scene.mixer.members
    assert scene.of(first).voice is Voice.MUTED
    scene.wait()
    assert first.port in scene.mixer.members
    assert scene.mixer.muted == {heard(first)}
    scene.room.unmute([scene.of(first), scene.of(second)])
    scene.wait()
    assert scene.mixer.muted == set()
    assert scene.facts == [
        ParticipantMuted(5.0, HERE, first.callId, first.legId, False),
        ParticipantUnmuted(6.5, HERE, first.callId, first.legId),
    ]


def test_whoIsMutedStaysSoOnHoldAndAfterwards(scene: Scene) -> None:
    leg = scene.present()
    scene.room.mute([scene.of(leg)])
    assert leg.observer is not None
    scene.wait()
    leg.observer.legMediaLost(leg, Medium.AUDIO)
    leg.mediaReady()
    assert scene.mixer.muted == {heard(leg)}


def test_whoMutesItselfCanEndThat(scene: Scene) -> None:
    leg = scene.present()
    scene.room.toggle(scene.of(leg))
    assert scene.of(leg).voice is Voice.MUTED_ITSELF
    scene.room.toggle(scene.of(leg))
    assert scene.of(leg).voice is Voice.OPEN
    assert scene.facts == [
        ParticipantMuted(5.0, HERE, leg.callId, leg.legId, True),
        ParticipantUnmuted(5.0, HERE, leg.callId, leg.legId),
    ]


def test_whomSomebodyElseHasMutedCannot(scene: Scene) -> None:
    leg = scene.present()
    scene.room.mute([scene.of(leg)])
    scene.room.toggle(scene.of(leg))
    assert scene.of(leg).voice is Voice.MUTED
    scene.wait()
    assert scene.mixer.muted == {heard(leg)}


def test_moderatorsAreNotInTheAudience(scene: Scene) -> None:
    moderator, other = scene.present(RoomRole.MODERATOR), scene.present()
    assert scene.room.audience == (scene.of(other),)
    assert scene.of(moderator).role is RoomRole.MODERATOR


def test_whoComesIsToldWithItsRole(scene: Scene) -> None:
    scene.admitted(RoomRole.MODERATOR).mediaReady()
    (joined,) = (each for each in scene.facts if isinstance(each, ParticipantJoined))
    assert joined.role == "moderator"


def test_whoIsKickedIsHungUpOnWithACause(scene: Scene) -> None:
    leg, _ = scene.present(), scene.present()
    scene.room.kick([scene.of(leg)])
    assert leg.done[-1] == ("hangup", KICKED)
    assert [type(each) for each in scene.facts] == [ParticipantKicked, ParticipantLeft, CallEnded]


def test_aLockIsToldOnceEachWay(scene: Scene) -> None:
    scene.facts.clear()
    for act in (scene.room.lock, scene.room.lock, scene.room.unlock, scene.room.unlock):
        act()
    assert scene.facts == [RoomLocked(5.0, HERE), RoomUnlocked(5.0, HERE)]


def test_whatIsAnnouncedTakesThePlaceOfWhatIsPlayed(scene: Scene) -> None:
    scene.present()
    scene.present()
    scene.room.announce(HouseSound.HOLD)
    assert playedIn(scene.mixer) == [HouseSound.HOLD]
    assert scene.mixer.deaf == set()
    scene.clock.advance(2.0)
    assert playedIn(scene.mixer) == []


def aside(scene: Scene, place: int = -1) -> list[HouseSound]:
    """
    What is heard by one alone.
    """
    return playedIn(scene.pool.mixers[place])


def test_whoIsMutedHearsThatAlone(scene: Scene) -> None:
    leg = scene.present()
    scene.wait()
    scene.room.mute([scene.of(leg)])
    assert aside(scene) == [HouseSound.MUTED]
    assert scene.pool.mixers[-1].members == [leg.port]
    scene.room.unmute([scene.of(leg)])
    assert aside(scene) == [HouseSound.UNMUTED]
    scene.wait()
    assert scene.pool.mixers[-1].closed
    assert scene.mixer.members == [leg.port]


def test_aModeratorHearsThatFirst(scene: Scene) -> None:
    leg = scene.present(RoomRole.MODERATOR)
    assert (scene.mixer.members, aside(scene)) == ([], [HouseSound.MODERATOR])
    scene.wait()
    assert scene.mixer.members == [leg.port]


def test_whoComesIntoARecordedRoomHearsThatFirst() -> None:
    scene = Scene(recorded=True)
    scene.present()
    assert aside(scene) == [HouseSound.RECORDED]
    scene.wait()
    scene.present(RoomRole.MODERATOR)
    assert aside(scene) == [HouseSound.RECORDED]
    scene.wait()
    assert aside(scene) == [HouseSound.MODERATOR]


def test_whoLeavesWhileTheyHearSomethingAloneLeavesNothing(scene: Scene) -> None:
    leg = scene.present(RoomRole.MODERATOR)
    leg.release(Cause.NORMAL_CALL_CLEARING)
    assert scene.pool.mixers[-1].closed
    assert scene.clock.getDelayedCalls() == []


def test_whoHoldsWhileTheyHearSomethingAloneHearsTheRestOfIt(scene: Scene) -> None:
    leg = scene.present(RoomRole.MODERATOR)
    mixer = scene.pool.mixers[-1]
    assert leg.observer is not None
    leg.observer.legMediaLost(leg, Medium.AUDIO)
    assert (mixer.members, scene.mixer.members) == ([], [])
    leg.mediaReady()
    assert (mixer.members, scene.mixer.members) == ([leg.port], [])


def test_allHearThatItIsLocked(scene: Scene) -> None:
    scene.present()
    scene.room.lock()
    assert playedIn(scene.mixer) == [HouseSound.LOCKED]
    scene.room.unlock()
    assert playedIn(scene.mixer) == [HouseSound.UNLOCKED]


def test_whoHasTalkedElsewhereIsSeatedWithItsMedia(scene: Scene) -> None:
    leg = FakeLeg(HERE, scene.pool)
    visiting: Any = Recorder()
    leg.observe(visiting)
    leg.mediaReady()
    ((_, _, port, stream),) = visiting.take()
    scene.facts.clear()
    scene.room.seat(leg, RoomRole.PARTICIPANT, ((port, stream),))
    assert scene.mixer.members == [leg.port]
    assert [type(each) for each in scene.facts] == [ParticipantJoined]


def press(leg: FakeLeg, keys: str) -> None:
    for key in keys:
        assert leg.observer is not None
        leg.observer.legDigit(leg, key, 100, DigitMethod.RTP_EVENT)


@pytest.mark.parametrize("keys", ["*1", "*6"])
def test_byKeysAParticipantMutesItselfAndIsHeardAgain(scene: Scene, keys: str) -> None:
    leg = scene.present()
    press(leg, keys)
    assert scene.of(leg).voice is Voice.MUTED_ITSELF
    press(leg, keys)
    assert scene.of(leg).voice is Voice.OPEN


def test_whomSomebodyElseHasMutedHearsThatItIs(scene: Scene) -> None:
    leg = scene.present()
    scene.room.mute([scene.of(leg)])
    scene.wait()
    press(leg, "*6")
    assert aside(scene) == [HouseSound.MUTED]


def test_howManyAreThereIsHeardDigitByDigit(scene: Scene) -> None:
    first = scene.present()
    for _ in range(11):
        scene.admitted()
    press(first, "*9")
    heard = []
    for _ in range(3):
        heard += aside(scene)
        scene.clock.advance(1.2)
    assert heard == [HouseSound.DIGIT_1, HouseSound.DIGIT_2]


def test_aModeratorLocksAndUnlocksIt(scene: Scene) -> None:
    leg = scene.present(RoomRole.MODERATOR)
    press(leg, "*2")
    assert scene.room.locked
    press(leg, "*2")
    assert not scene.room.locked


def test_aModeratorMutesAllAndUnmutesThem(scene: Scene) -> None:
    moderator, other = scene.present(RoomRole.MODERATOR), scene.present()
    press(moderator, "*5")
    assert [each.voice for each in scene.room.participants.values()] == [Voice.OPEN, Voice.MUTED]
    press(moderator, "*5")
    assert scene.of(other).voice is Voice.OPEN


def test_aModeratorPutsOutWhoCameLastAndIsNone(scene: Scene) -> None:
    legs = [scene.present(role) for role in (*(RoomRole.PARTICIPANT,) * 2, RoomRole.MODERATOR)]
    press(legs[2], "*3")
    assert list(scene.room.participants) == [legs[0].legId, legs[2].legId]
    press(legs[2], "*3*3")
    assert list(scene.room.participants) == [legs[2].legId]


@pytest.mark.parametrize("keys", ["*2", "*3", "*5"])
def test_nobodyElseCan(scene: Scene, keys: str) -> None:
    leg, other = scene.present(), scene.present()
    press(leg, keys)
    assert not scene.room.locked
    assert list(scene.room.participants) == [leg.legId, other.legId]
    assert scene.of(other).voice is Voice.OPEN


def test_keysGoToNobodyElse(scene: Scene) -> None:
    leg, other = scene.present(), scene.present()
    press(leg, "*15")
    assert [name for name, _ in other.done] == []
